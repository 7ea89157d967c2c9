-- The name of its kind that a client used; answers say it back. Null where it was the kind's own.
alter table operations
  add column called text,
  add constraint operations_called_check check (length(called) between 1 and 100);

-- Operations that are made again and again: kind and parameters, private to the maker or offered to all staff.
create table operation_templates (
  org_id uuid not null, id uuid not null,
  name text not null, description text not null default '', operation_type text not null, template_config jsonb not null,
  usage_count integer not null default 0, last_used timestamptz, is_public boolean not null default false,
  created_by_account uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint operation_templates_pkey primary key (org_id, id),
  constraint operation_templates_org_fkey foreign key (org_id) references orgs (id),
  constraint operation_templates_name_check check (length(name) between 1 and 200),
  constraint operation_templates_type_check check (length(operation_type) between 1 and 100)
);
