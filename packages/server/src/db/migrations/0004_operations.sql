-- The engine's own tables: operations, their items, the changes that each item means, and what was said of them.
--
-- operation_items, changes, events and staged_rows grow with the work. They are partitioned by the time in the
-- operation's (or event's) UUIDv7, so that old ones are dropped by the quarter and never deleted row by row. They have no
-- foreign keys: the engine alone writes them, and checking each row took a fifth of the time of a plan.

create table operations (
  org_id uuid not null, id uuid not null,
  kind text not null, name text not null, description text not null default '', source text not null default 'api',
  params jsonb not null default '{}', input jsonb not null default '{}', mapping jsonb not null default '{}',
  status text not null default 'pending', phase text not null default 'draft',
  rollback_status text not null default 'none',
  priority integer not null default 0, lane text not null default 'medium', scheduled_at timestamptz,
  created_by_user uuid, created_by_account uuid not null, confirmed_by_account uuid, override_reason text,
  requires_approval boolean not null default false,
  approved_by_account uuid, approved_by_user uuid, approved_at timestamptz, approved_hash text,
  cancel_reason text not null default '',
  undo_of uuid, retry_of uuid,
  plan_hash text, planned_at timestamptz, plan_expires_at timestamptz,
  plan_counts jsonb not null default '{}', plan_history jsonb not null default '[]', guards jsonb not null default '[]',
  total_items integer not null default 0, processed_items integer not null default 0,
  successful_items integer not null default 0, failed_items integer not null default 0,
  skipped_items integer not null default 0, warnings_count integer not null default 0,
  next_item_no integer not null default 0, chunk_items integer not null, chunks_done integer not null default 0,
  attempts integer not null default 0, admitted_at timestamptz, queued_at timestamptz,
  results_summary jsonb not null default '{}', error_log text not null default '', output_file text,
  started_at timestamptz, completed_at timestamptz, estimated_completion timestamptz, accepted_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint operations_pkey primary key (org_id, id),
  constraint operations_org_fkey foreign key (org_id) references orgs (id),
  constraint operations_undo_of_fkey foreign key (org_id, undo_of) references operations (org_id, id) on delete restrict,
  constraint operations_retry_of_fkey foreign key (org_id, retry_of) references operations (org_id, id) on delete restrict,
  constraint operations_created_by_account_fkey foreign key (created_by_account) references accounts (id),
  constraint operations_kind_check check (length(kind) between 1 and 100),
  constraint operations_name_check check (length(name) between 1 and 200),
  constraint operations_status_check check (
    status in ('pending', 'validating', 'queued', 'processing', 'paused', 'completed', 'failed', 'cancelled')
  ),
  constraint operations_phase_check check (
    phase in ('draft', 'planning', 'planned', 'awaiting_approval', 'queued', 'applying', 'pausing', 'cancelling', 'done')
  ),
  constraint operations_rollback_check check (rollback_status in ('none', 'in_progress', 'rolled_back', 'partly_rolled_back')),
  constraint operations_lane_check check (lane in ('small', 'medium', 'large')),
  constraint operations_counters_check check (
    processed_items = successful_items + failed_items + skipped_items and processed_items <= total_items
  )
);
create index operations_created on operations (org_id, created_at desc, id desc);
create index operations_status on operations (org_id, status, created_at desc);
create index operations_kind on operations (org_id, kind, created_at desc);
create index operations_open on operations (org_id, priority desc, queued_at) where status in ('queued', 'processing');
create index operations_undo_of on operations (org_id, undo_of) where undo_of is not null;
create index operations_retry_of on operations (org_id, retry_of) where retry_of is not null;

-- One line of an operation, as a person recognises it. A code stands on every item that is not plainly done, so the
-- index on codes finds what failed or was skipped, and the update that marks an item done touches no index at all.
create table operation_items (
  org_id uuid not null, operation_id uuid not null, item_no integer not null,
  row_no integer, key text, subject_id uuid, label text not null default '', input jsonb,
  action text not null, status text not null default 'pending',
  code text, detail jsonb, warnings jsonb, processed_at timestamptz,
  constraint operation_items_pkey primary key (org_id, operation_id, item_no),
  constraint operation_items_status_check check (status in ('pending', 'processing', 'success', 'failed', 'skipped'))
) partition by range (operation_id);
create index operation_items_code on operation_items (org_id, operation_id, code, item_no) where code is not null;

-- One row before and after. Written once, when the plan is made; an item's status says whether its changes hold.
create table changes (
  org_id uuid not null, operation_id uuid not null, item_no integer not null,
  entity text not null, entity_id uuid not null, action text not null,
  before jsonb, after jsonb, version_read bigint,
  constraint changes_pkey primary key (org_id, operation_id, item_no, entity_id),
  constraint changes_action_check check (
    (action = 'insert' and before is null and after is not null and version_read is null)
    or (action = 'update' and before is not null and after is not null and version_read is not null)
    or (action = 'delete' and before is not null and after is null and version_read is not null)
  )
) partition by range (operation_id);
-- The entity first: beginning with org_id it would be taken for the reading of one operation's changes, too, whenever
-- statistics are behind, and an organization's whole history would be read for each chunk.
create index changes_entity on changes (entity_id, org_id);

create table events (
  org_id uuid not null, id uuid not null,
  name text not null, operation_id uuid, actor_id uuid, schema_version integer not null default 1,
  payload jsonb not null default '{}', occurred_at timestamptz not null default clock_timestamp(),
  constraint events_pkey primary key (org_id, id)
) partition by range (id);
create index events_operation on events (org_id, operation_id) where operation_id is not null;

-- The rows of an uploaded file. Written by COPY, which row level security forbids: the run-time role may only insert
-- here, and reads through staged_rows, which shows the organization of the transaction and no other.
create table staging (
  org_id uuid not null, operation_id uuid not null, row_no integer not null,
  cells json not null, clean jsonb not null, keys text[] not null, new_id uuid not null,
  faults jsonb, warnings jsonb,
  constraint staging_pkey primary key (org_id, operation_id, row_no)
) partition by range (operation_id);
create view staged_rows with (security_barrier = true) as
  select * from staging where org_id = current_setting('app.org_id')::uuid
  with check option;

-- Effects that cannot be undone (mail, web hooks, one-time links), written with the change and delivered afterwards.
create table outbox (
  org_id uuid not null, id uuid not null,
  topic text not null, recipient_id uuid, operation_id uuid, payload jsonb not null default '{}',
  created_at timestamptz not null default now(), delivered_at timestamptz, attempts integer not null default 0,
  last_error text,
  constraint outbox_pkey primary key (org_id, id),
  constraint outbox_org_fkey foreign key (org_id) references orgs (id)
);
create index outbox_waiting on outbox (org_id, created_at) where delivered_at is null;

-- What people did to operations (created, confirmed, cancelled, downloaded …); what operations did to rows stands in
-- changes. Append-only: the run-time role can neither update nor delete.
create table audit (
  org_id uuid not null, id uuid not null,
  action text not null, operation_id uuid,
  actor_account uuid, actor_user uuid, actor_role text not null, ip text, user_agent text,
  detail jsonb not null default '{}', at timestamptz not null default clock_timestamp(),
  constraint audit_pkey primary key (org_id, id),
  constraint audit_org_fkey foreign key (org_id) references orgs (id)
);
create index audit_operation on audit (org_id, operation_id, id);

create table idempotency_keys (
  org_id uuid not null, id uuid not null,
  account_id uuid not null, key text not null, request_hash text not null,
  status_code integer, response jsonb, created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (org_id, id),
  constraint idempotency_keys_org_fkey foreign key (org_id) references orgs (id)
);
create unique index idempotency_keys_key on idempotency_keys (org_id, account_id, key);

create table import_mappings (
  org_id uuid not null, id uuid not null,
  name text not null, description text not null default '', source_format text not null, target_model text not null,
  field_mappings jsonb not null default '{}', default_values jsonb not null default '{}',
  validation_rules jsonb not null default '[]', transformation_rules jsonb not null default '[]',
  is_template boolean not null default false, created_by_account uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint import_mappings_pkey primary key (org_id, id),
  constraint import_mappings_org_fkey foreign key (org_id) references orgs (id),
  constraint import_mappings_name_check check (length(name) between 1 and 200),
  constraint import_mappings_format_check check (source_format in ('csv', 'excel', 'json', 'xml'))
);

-- Operations that have work to do and whose queue entry may be lost: read by the worker's watch, across organizations.
create function find_unfinished_operations() returns table (org_id uuid, operation_id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
    select o.org_id, o.id from operations o
    where (o.status in ('queued', 'processing') and o.admitted_at is not null)
       or (o.phase = 'planning')
$$;
create index operations_unfinished on operations (id) where (status in ('queued', 'processing') and admitted_at is not null) or phase = 'planning';
