-- Organizations, sign-ins and people.
--
-- Global tables (accounts, orgs, sessions) are few, small and leaves of the foreign keys. Every other table leads
-- its keys with org_id, so that a row of one organization cannot name a row of another, whatever writes it.
-- Foreign keys say "on delete restrict": the default, no action, looks twice for each key of each deleted row, and
-- taking back 100,000 people took twice as long.
-- Row level security and the grants of the run-time role are laid over all tables at the end of each migration run.

create table orgs (
  id uuid not null,
  name text not null,
  timezone text not null default 'UTC',
  plan text not null default 'ensemble',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint orgs_pkey primary key (id),
  constraint orgs_name_check check (name <> '')
);

-- A sign-in, made when a person claims it; possibly in several organizations.
create table accounts (
  id uuid not null,
  email text,
  password_hash text,
  is_system_admin boolean not null default false,
  created_at timestamptz not null default now(),
  constraint accounts_pkey primary key (id)
);
create unique index accounts_email_key on accounts (lower(email));

-- Tokens are 256 random bits, stored as their SHA-256.
create table sessions (
  token_hash bytea not null,
  account_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint sessions_pkey primary key (token_hash),
  constraint sessions_account_fkey foreign key (account_id) references accounts (id) on delete cascade
);
create index sessions_account on sessions (account_id);

create table units (
  org_id uuid not null,
  id uuid not null,
  name text not null,
  code text,
  parent_id uuid,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint units_pkey primary key (org_id, id),
  constraint units_org_fkey foreign key (org_id) references orgs (id),
  constraint units_parent_fkey foreign key (org_id, parent_id) references units (org_id, id) on delete restrict,
  constraint units_name_check check (name <> ''),
  constraint units_parent_check check (parent_id <> id)
);
create unique index units_code_key on units (org_id, lower(code));
create index units_parent on units (org_id, parent_id);

create table users (
  org_id uuid not null,
  id uuid not null,
  account_id uuid,
  external_id text,
  email text,
  username text,
  given_name text not null default '',
  family_name text not null default '',
  display_name text not null,
  roles text[] not null default '{student}',
  status text not null default 'active',
  unit_id uuid,
  grade_level text,
  primary_teacher_id uuid,
  phone text,
  is_restricted boolean not null default false,
  search_name text generated always as (
    lower(regexp_replace(normalize(display_name, NFKD), '[\u0300-\u036f]', '', 'g'))
  ) stored,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_pkey primary key (org_id, id),
  constraint users_org_fkey foreign key (org_id) references orgs (id),
  constraint users_account_fkey foreign key (account_id) references accounts (id),
  constraint users_unit_fkey foreign key (org_id, unit_id) references units (org_id, id) on delete restrict,
  constraint users_primary_teacher_fkey foreign key (org_id, primary_teacher_id) references users (org_id, id) on delete restrict,
  constraint users_status_check check (status in ('active', 'inactive', 'suspended', 'archived')),
  constraint users_display_name_check check (display_name <> ''),
  constraint users_identifier_check check (coalesce(email, username, external_id) is not null),
  constraint users_roles_check check (
    roles <@ array['student', 'teacher', 'teacher_admin', 'subscriber_admin'] and cardinality(roles) > 0
  )
);
create unique index users_external_id_key on users (org_id, external_id);
create unique index users_email_key on users (org_id, lower(email));
create unique index users_username_key on users (org_id, lower(username));
create index users_name on users (org_id, family_name, given_name, id);
create index users_unit on users (org_id, unit_id, grade_level);
create index users_teacher on users (org_id, primary_teacher_id) where primary_teacher_id is not null;
create unique index users_account_key on users (org_id, account_id) where account_id is not null;
create index users_sign_in_email on users (lower(email)) where account_id is not null;
create index users_sign_in_username on users (lower(username)) where account_id is not null;
create index users_sign_in_account on users (account_id) where account_id is not null;

-- Single-use links by which a person claims an account; the token is stored as its SHA-256.
create table claim_links (
  org_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  constraint claim_links_pkey primary key (org_id, id),
  constraint claim_links_user_fkey foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index claim_links_user on claim_links (org_id, user_id);

-- A teacher who is responsible for a student, from a day to a day; open while ends_on is null.
create table teacher_relationships (
  org_id uuid not null,
  id uuid not null,
  teacher_id uuid not null,
  student_id uuid not null,
  role text not null default 'teacher',
  starts_on date not null,
  ends_on date,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint teacher_relationships_pkey primary key (org_id, id),
  constraint teacher_relationships_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, id) on delete restrict,
  constraint teacher_relationships_student_fkey foreign key (org_id, student_id) references users (org_id, id) on delete restrict,
  constraint teacher_relationships_dates_check check (ends_on is null or ends_on >= starts_on)
);
create unique index teacher_relationships_open_key on teacher_relationships (org_id, teacher_id, student_id) where ends_on is null;
create index teacher_relationships_student on teacher_relationships (org_id, student_id);

-- Who may sign in under a name: the only read across organizations, made before an organization is known.
create function find_sign_ins(login text) returns table (org_id uuid, user_id uuid, account_id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
    select u.org_id, u.id, u.account_id from users u
    where u.account_id is not null and (lower(u.email) = lower(login) or lower(u.username) = lower(login))
    limit 20
$$;

-- The organizations of a sign-in, in the order in which it joined them.
create function find_memberships(account uuid) returns table (org_id uuid, user_id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
    select u.org_id, u.id from users u where u.account_id = account order by u.created_at, u.org_id
$$;
