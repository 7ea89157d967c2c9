-- What signing in needs to remember between processes.

-- The organization named at sign-in; requests that name none are about this one.
alter table sessions add column chosen_org_id uuid;
alter table sessions add constraint sessions_chosen_org_fkey foreign key (chosen_org_id) references orgs (id);
create index sessions_expires on sessions (expires_at);

-- Failed attempts of the last minutes, by the SHA-256 of the name that was typed: people type passwords there too.
create table sign_in_failures (
  id uuid not null,
  login_hash bytea not null,
  failed_at timestamptz not null default now(),
  constraint sign_in_failures_pkey primary key (id)
);
create index sign_in_failures_login on sign_in_failures (login_hash, failed_at);
create index sign_in_failures_age on sign_in_failures (failed_at);
