-- Terms, courses, classrooms, batches (classes) and who is in them.

create table terms (
  org_id uuid not null, id uuid not null,
  key text not null, name text not null, start_date date, end_date date,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint terms_pkey primary key (org_id, id),
  constraint terms_org_fkey foreign key (org_id) references orgs (id),
  constraint terms_dates_check check (end_date is null or start_date is null or end_date >= start_date)
);
create unique index terms_key_key on terms (org_id, key);

create table courses (
  org_id uuid not null, id uuid not null,
  title text not null, code text, syllabus text not null default '', objectives jsonb not null default '[]',
  status text not null default 'active',
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint courses_pkey primary key (org_id, id),
  constraint courses_org_fkey foreign key (org_id) references orgs (id),
  constraint courses_title_check check (title <> ''),
  constraint courses_status_check check (status in ('active', 'completed', 'archived'))
);
create unique index courses_code_key on courses (org_id, lower(code));

create table sections (
  org_id uuid not null, id uuid not null,
  course_id uuid not null, name text not null, capacity integer, sequence integer, branch text,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint sections_pkey primary key (org_id, id),
  constraint sections_course_fkey foreign key (org_id, course_id) references courses (org_id, id) on delete restrict,
  constraint sections_name_check check (name <> ''),
  constraint sections_capacity_check check (capacity >= 0)
);
create unique index sections_name_key on sections (org_id, course_id, lower(name));

create table classrooms (
  org_id uuid not null, id uuid not null,
  name text not null, room text, unit_id uuid, grade_level text,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint classrooms_pkey primary key (org_id, id),
  constraint classrooms_org_fkey foreign key (org_id) references orgs (id),
  constraint classrooms_unit_fkey foreign key (org_id, unit_id) references units (org_id, id) on delete restrict,
  constraint classrooms_name_check check (name <> '')
);
create index classrooms_unit on classrooms (org_id, unit_id);

create table classroom_students (
  org_id uuid not null, id uuid not null,
  classroom_id uuid not null, student_id uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint classroom_students_pkey primary key (org_id, id),
  constraint classroom_students_classroom_fkey foreign key (org_id, classroom_id) references classrooms (org_id, id) on delete restrict,
  constraint classroom_students_student_fkey foreign key (org_id, student_id) references users (org_id, id) on delete restrict
);
create unique index classroom_students_key on classroom_students (org_id, classroom_id, student_id);
create index classroom_students_student on classroom_students (org_id, student_id);

create table classroom_teachers (
  org_id uuid not null, id uuid not null,
  classroom_id uuid not null, teacher_id uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint classroom_teachers_pkey primary key (org_id, id),
  constraint classroom_teachers_classroom_fkey foreign key (org_id, classroom_id) references classrooms (org_id, id) on delete restrict,
  constraint classroom_teachers_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, id) on delete restrict
);
create unique index classroom_teachers_key on classroom_teachers (org_id, classroom_id, teacher_id);
create index classroom_teachers_teacher on classroom_teachers (org_id, teacher_id);

-- A class: where a classroom, a course, a section and a term meet. enrolled_students is kept by the engine in the
-- transaction that changes enrollments; the check makes it impossible to oversell a seat.
create table batches (
  org_id uuid not null, id uuid not null,
  name text not null, course_id uuid not null, classroom_id uuid, section_id uuid, term_id uuid,
  capacity integer, enrolled_students integer not null default 0,
  start_date date, end_date date, timetable jsonb not null default '[]', status text not null default 'active',
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint batches_pkey primary key (org_id, id),
  constraint batches_course_fkey foreign key (org_id, course_id) references courses (org_id, id) on delete restrict,
  constraint batches_classroom_fkey foreign key (org_id, classroom_id) references classrooms (org_id, id) on delete restrict,
  constraint batches_section_fkey foreign key (org_id, section_id) references sections (org_id, id) on delete restrict,
  constraint batches_term_fkey foreign key (org_id, term_id) references terms (org_id, id) on delete restrict,
  constraint batches_name_check check (name <> ''),
  constraint batches_seats_check check (enrolled_students >= 0 and (capacity is null or enrolled_students <= capacity)),
  constraint batches_dates_check check (end_date is null or start_date is null or end_date >= start_date),
  constraint batches_status_check check (status in ('draft', 'active', 'completed', 'cancelled', 'archived'))
);
create index batches_course on batches (org_id, course_id);
create index batches_classroom on batches (org_id, classroom_id) where classroom_id is not null;
create index batches_section on batches (org_id, section_id) where section_id is not null;
create index batches_term on batches (org_id, term_id) where term_id is not null;

create table batch_teachers (
  org_id uuid not null, id uuid not null,
  batch_id uuid not null, teacher_id uuid not null, is_lead boolean not null default false,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint batch_teachers_pkey primary key (org_id, id),
  constraint batch_teachers_batch_fkey foreign key (org_id, batch_id) references batches (org_id, id) on delete restrict,
  constraint batch_teachers_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, id) on delete restrict
);
create unique index batch_teachers_key on batch_teachers (org_id, batch_id, teacher_id);
create unique index batch_teachers_lead_key on batch_teachers (org_id, batch_id) where is_lead;
create index batch_teachers_teacher on batch_teachers (org_id, teacher_id);

create table enrollments (
  org_id uuid not null, id uuid not null,
  batch_id uuid not null, student_id uuid not null,
  status text not null default 'active', status_reason text not null default '',
  enrollment_type text not null default 'individual', member_role text not null default 'student',
  access_starts_at timestamptz, access_ends_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint enrollments_pkey primary key (org_id, id),
  constraint enrollments_batch_fkey foreign key (org_id, batch_id) references batches (org_id, id) on delete restrict,
  constraint enrollments_student_fkey foreign key (org_id, student_id) references users (org_id, id) on delete restrict,
  constraint enrollments_status_check check (
    status in ('active', 'completed', 'cancelled', 'on_hold', 'expired', 'terminated')
  ),
  constraint enrollments_role_check check (member_role in ('student', 'instructor', 'ta')),
  constraint enrollments_access_check check (access_ends_at is null or access_starts_at is null or access_ends_at >= access_starts_at)
);
create unique index enrollments_open_key on enrollments (org_id, batch_id, student_id) where status in ('active', 'on_hold');
create index enrollments_student on enrollments (org_id, student_id);

create table groups (
  org_id uuid not null, id uuid not null,
  name text not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint groups_pkey primary key (org_id, id),
  constraint groups_org_fkey foreign key (org_id) references orgs (id),
  constraint groups_name_check check (name <> '')
);

create table group_members (
  org_id uuid not null, id uuid not null,
  group_id uuid not null, user_id uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint group_members_pkey primary key (org_id, id),
  constraint group_members_group_fkey foreign key (org_id, group_id) references groups (org_id, id) on delete restrict,
  constraint group_members_user_fkey foreign key (org_id, user_id) references users (org_id, id) on delete restrict
);
create unique index group_members_key on group_members (org_id, group_id, user_id);
create index group_members_user on group_members (org_id, user_id);
