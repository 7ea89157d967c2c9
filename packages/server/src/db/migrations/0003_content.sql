-- Content that can be given, and the assignments that give it.

create table games (
  org_id uuid not null, id uuid not null,
  title text not null, status text not null default 'available', is_licensed boolean not null default true,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint games_pkey primary key (org_id, id),
  constraint games_org_fkey foreign key (org_id) references orgs (id),
  constraint games_title_check check (title <> ''),
  constraint games_status_check check (status in ('available', 'withdrawn'))
);

create table sequences (
  org_id uuid not null, id uuid not null,
  title text not null, library text not null, status text not null default 'published',
  published_version integer not null default 1, replacement_id uuid,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint sequences_pkey primary key (org_id, id),
  constraint sequences_org_fkey foreign key (org_id) references orgs (id),
  constraint sequences_replacement_fkey foreign key (org_id, replacement_id) references sequences (org_id, id) on delete restrict,
  constraint sequences_title_check check (title <> ''),
  constraint sequences_library_check check (library in ('LIFE', 'SOLF', 'EVAL', 'METHOD')),
  constraint sequences_status_check check (status in ('draft', 'published', 'deprecated', 'withdrawn'))
);
create index sequences_library on sequences (org_id, library, title);

-- One step of one published version of a sequence; versions are never changed, a new one is written beside the old.
create table sequence_steps (
  org_id uuid not null, id uuid not null,
  sequence_id uuid not null, sequence_version integer not null, step_no integer not null,
  title text not null, game_id uuid,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint sequence_steps_pkey primary key (org_id, id),
  constraint sequence_steps_sequence_fkey foreign key (org_id, sequence_id) references sequences (org_id, id) on delete restrict,
  constraint sequence_steps_game_fkey foreign key (org_id, game_id) references games (org_id, id) on delete restrict,
  constraint sequence_steps_step_check check (step_no >= 1)
);
create unique index sequence_steps_key on sequence_steps (org_id, sequence_id, sequence_version, step_no);
create index sequence_steps_game on sequence_steps (org_id, game_id) where game_id is not null;

create table custom_assignments (
  org_id uuid not null, id uuid not null,
  title text not null, owner_id uuid, is_shared boolean not null default false, steps jsonb not null default '[]',
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint custom_assignments_pkey primary key (org_id, id),
  constraint custom_assignments_org_fkey foreign key (org_id) references orgs (id),
  constraint custom_assignments_owner_fkey foreign key (org_id, owner_id) references users (org_id, id) on delete restrict,
  constraint custom_assignments_title_check check (title <> '')
);
create index custom_assignments_owner on custom_assignments (org_id, owner_id) where owner_id is not null;

create table assignments (
  org_id uuid not null, id uuid not null,
  student_id uuid not null, teacher_id uuid, operation_id uuid,
  content_type text not null, sequence_id uuid, sequence_version integer, custom_assignment_id uuid,
  title text not null, state text not null,
  start_at timestamptz, due_at timestamptz,
  mastery_threshold integer not null default 80,
  max_retries integer default 3, retry_wait_hours integer not null default 0, retry_keep text not null default 'best',
  progression_rule text not null default 'sequential',
  replaces_id uuid, withdrawn_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint assignments_pkey primary key (org_id, id),
  constraint assignments_student_fkey foreign key (org_id, student_id) references users (org_id, id) on delete restrict,
  constraint assignments_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, id) on delete restrict,
  constraint assignments_sequence_fkey foreign key (org_id, sequence_id) references sequences (org_id, id) on delete restrict,
  constraint assignments_custom_fkey foreign key (org_id, custom_assignment_id) references custom_assignments (org_id, id) on delete restrict,
  constraint assignments_replaces_fkey foreign key (org_id, replaces_id) references assignments (org_id, id) on delete restrict,
  constraint assignments_content_check check (
    (content_type = 'sequence' and sequence_id is not null and sequence_version is not null)
    or (content_type = 'custom' and custom_assignment_id is not null) or content_type = 'games'
  ),
  constraint assignments_state_check check (state in ('scheduled', 'open', 'in_progress', 'completed', 'withdrawn')),
  constraint assignments_dates_check check (due_at is null or start_at is null or due_at > start_at),
  constraint assignments_mastery_check check (mastery_threshold between 0 and 100),
  constraint assignments_retries_check check (max_retries is null or max_retries between 0 and 20),
  constraint assignments_wait_check check (retry_wait_hours between 0 and 168),
  constraint assignments_keep_check check (retry_keep in ('best', 'last')),
  constraint assignments_progression_check check (progression_rule in ('sequential', 'free', 'mastery_gated'))
);
create index assignments_student on assignments (org_id, student_id, state);
create index assignments_teacher on assignments (org_id, teacher_id) where teacher_id is not null;
create index assignments_sequence on assignments (org_id, sequence_id) where sequence_id is not null;
create index assignments_custom on assignments (org_id, custom_assignment_id) where custom_assignment_id is not null;
create index assignments_replaces on assignments (org_id, replaces_id) where replaces_id is not null;
create index assignments_operation on assignments (org_id, operation_id) where operation_id is not null;

create table assignment_steps (
  org_id uuid not null, id uuid not null,
  assignment_id uuid not null, step_no integer not null, title text not null, game_id uuid,
  is_optional boolean not null default false,
  state text not null default 'open', score integer, attempts integer not null default 0, completed_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint assignment_steps_pkey primary key (org_id, id),
  constraint assignment_steps_assignment_fkey foreign key (org_id, assignment_id) references assignments (org_id, id) on delete restrict,
  constraint assignment_steps_game_fkey foreign key (org_id, game_id) references games (org_id, id) on delete restrict,
  constraint assignment_steps_state_check check (state in ('open', 'in_progress', 'completed'))
);
create unique index assignment_steps_key on assignment_steps (org_id, assignment_id, step_no);
create index assignment_steps_game on assignment_steps (org_id, game_id) where game_id is not null;
