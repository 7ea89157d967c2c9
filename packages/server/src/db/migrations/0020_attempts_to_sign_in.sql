-- Attempts to sign in are counted by account, by name and by address: what `counted` is the SHA-256 of.
delete from sign_in_failures;
alter table sign_in_failures rename column login_hash to counted;
alter index sign_in_failures_login rename to sign_in_failures_counted;

-- From where an account was signed in to before: strangers who guess elsewhere do not lock it there.
create table account_addresses (
  account_id uuid not null,
  -- SHA-256 of the address.
  address_hash bytea not null,
  last_at timestamptz not null,
  constraint account_addresses_pkey primary key (account_id, address_hash),
  constraint account_addresses_account_fkey foreign key (account_id) references accounts (id) on delete cascade
);

-- Keys that may be used again are deleted by their age.
create index idempotency_keys_age on idempotency_keys (org_id, created_at);

-- Answers that were kept before with the token of a link in them.
update idempotency_keys set response = response - 'claim_url' where response ? 'claim_url';

-- The person of an open sign-in can end it, and it ends when nobody uses it.
alter table sessions add column id uuid not null default gen_random_uuid();
alter table sessions add constraint sessions_id_key unique (id);
alter table sessions add column used_at timestamptz not null default now();
alter table sessions add column ip text;
alter table sessions add column user_agent text;
