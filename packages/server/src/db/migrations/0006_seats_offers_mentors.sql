-- Seats, the offers people are enrolled under, and mentors.

-- A classroom's courses; a batch outlives them.
create table classroom_courses (
  org_id uuid not null, id uuid not null,
  classroom_id uuid not null, course_id uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint classroom_courses_pkey primary key (org_id, id),
  constraint classroom_courses_classroom_fkey foreign key (org_id, classroom_id) references classrooms (org_id, id) on delete restrict,
  constraint classroom_courses_course_fkey foreign key (org_id, course_id) references courses (org_id, id) on delete restrict
);
create unique index classroom_courses_key on classroom_courses (org_id, classroom_id, course_id);
create index classroom_courses_course on classroom_courses (org_id, course_id);

alter table classrooms add column status text not null default 'active',
  add constraint classrooms_status_check check (status in ('active', 'archived'));
alter table users add column gender text;
alter table courses add column assigned_instructor_id uuid,
  add constraint courses_instructor_fkey foreign key (org_id, assigned_instructor_id) references users (org_id, id) on delete restrict;
create index courses_instructor on courses (org_id, assigned_instructor_id) where assigned_instructor_id is not null;

-- Who made a thing is noted without a foreign key: a record of the past, no relation.
--
-- A batch has one code, one place among its classroom's slices (a missing section or term is a value of its own), and
-- a section of its own course. Its name follows its classroom until somebody gives it another.
alter table batches
  add column code text, add column notes text not null default '', add column created_by_id uuid,
  add column is_renamed boolean not null default false,
  drop constraint batches_status_check,
  alter column status set default 'upcoming';
update batches set status = 'upcoming' where status = 'draft';
alter table batches add constraint batches_status_check
  check (status in ('upcoming', 'active', 'completed', 'cancelled', 'archived'));
create unique index batches_code_key on batches (org_id, lower(code)) where code is not null;
create unique index batches_slice_key on batches (org_id, classroom_id, course_id, section_id, term_id) nulls not distinct
  where classroom_id is not null;
create unique index batches_id_course_key on batches (org_id, id, course_id);
create unique index sections_id_course_key on sections (org_id, id, course_id);
alter table batches drop constraint batches_section_fkey,
  add constraint batches_section_fkey foreign key (org_id, section_id, course_id) references sections (org_id, id, course_id) on delete restrict;

-- What a person pays for: options with plans. An invite offers options for batches; at most one invite is a batch's default.
create table payment_options (
  org_id uuid not null, id uuid not null,
  name text not null, type text not null default 'FREE', status text not null default 'ACTIVE', tag text,
  require_approval boolean not null default false,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint payment_options_pkey primary key (org_id, id),
  constraint payment_options_org_fkey foreign key (org_id) references orgs (id),
  constraint payment_options_name_check check (name <> '')
);

create table payment_plans (
  org_id uuid not null, id uuid not null,
  payment_option_id uuid not null, name text not null, actual_price numeric(12, 2) not null default 0,
  elevated_price numeric(12, 2) not null default 0, currency text, validity_in_days integer,
  status text not null default 'ACTIVE', tag text, position integer not null default 0,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint payment_plans_pkey primary key (org_id, id),
  constraint payment_plans_option_fkey foreign key (org_id, payment_option_id) references payment_options (org_id, id) on delete restrict,
  constraint payment_plans_name_check check (name <> ''),
  constraint payment_plans_price_check check (actual_price >= 0 and elevated_price >= 0),
  constraint payment_plans_validity_check check (validity_in_days > 0)
);
create index payment_plans_option on payment_plans (org_id, payment_option_id);

create table enroll_invites (
  org_id uuid not null, id uuid not null,
  name text not null, invite_code text not null, start_date date, end_date date, status text not null default 'ACTIVE',
  tag text, learner_access_days integer, is_bundled boolean not null default false, short_url text,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint enroll_invites_pkey primary key (org_id, id),
  constraint enroll_invites_org_fkey foreign key (org_id) references orgs (id),
  constraint enroll_invites_name_check check (name <> ''),
  constraint enroll_invites_dates_check check (end_date is null or start_date is null or end_date >= start_date),
  constraint enroll_invites_access_check check (learner_access_days > 0)
);
create unique index enroll_invites_code_key on enroll_invites (org_id, lower(invite_code));
create index enroll_invites_created on enroll_invites (org_id, created_at desc, id);

-- is_default stands on one link of the batch's default invite; the index lets no second one in.
create table invite_options (
  org_id uuid not null, id uuid not null,
  enroll_invite_id uuid not null, batch_id uuid not null, payment_option_id uuid not null,
  status text not null default 'ACTIVE', cpo_id text, is_default boolean not null default false,
  position integer not null default 0,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint invite_options_pkey primary key (org_id, id),
  constraint invite_options_invite_fkey foreign key (org_id, enroll_invite_id) references enroll_invites (org_id, id) on delete restrict,
  constraint invite_options_batch_fkey foreign key (org_id, batch_id) references batches (org_id, id) on delete restrict,
  constraint invite_options_option_fkey foreign key (org_id, payment_option_id) references payment_options (org_id, id) on delete restrict
);
create unique index invite_options_key on invite_options (org_id, enroll_invite_id, batch_id, payment_option_id);
create unique index invite_options_default_key on invite_options (org_id, batch_id) where is_default;
create index invite_options_batch on invite_options (org_id, batch_id);
create index invite_options_option on invite_options (org_id, payment_option_id);

-- What a person holds after enrolling; one plan may serve several enrollments.
create table user_plans (
  org_id uuid not null, id uuid not null,
  user_id uuid not null, enroll_invite_id uuid not null, payment_option_id uuid not null, payment_plan_id uuid not null,
  status text not null default 'active', starts_at timestamptz, ends_at timestamptz, approval text not null default '',
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint user_plans_pkey primary key (org_id, id),
  constraint user_plans_user_fkey foreign key (org_id, user_id) references users (org_id, id) on delete restrict,
  constraint user_plans_invite_fkey foreign key (org_id, enroll_invite_id) references enroll_invites (org_id, id) on delete restrict,
  constraint user_plans_option_fkey foreign key (org_id, payment_option_id) references payment_options (org_id, id) on delete restrict,
  constraint user_plans_plan_fkey foreign key (org_id, payment_plan_id) references payment_plans (org_id, id) on delete restrict,
  constraint user_plans_status_check check (status in ('active', 'completed', 'cancelled', 'on_hold', 'expired', 'terminated')),
  constraint user_plans_dates_check check (ends_at is null or starts_at is null or ends_at >= starts_at)
);
create index user_plans_user on user_plans (org_id, user_id);
create index user_plans_invite on user_plans (org_id, enroll_invite_id);
create index user_plans_option on user_plans (org_id, payment_option_id);
create index user_plans_plan on user_plans (org_id, payment_plan_id);

-- A student has one enrollment in a batch, which is opened again after it ended; what it was before stands in changes.
-- Without a batch it is a course followed alone. enrolled_students counts the active ones of a batch.
alter table enrollments
  add column course_id uuid, add column source text not null default '',
  add column enrolled_at timestamptz not null default now(), add column ended_at timestamptz,
  add column user_plan_id uuid, add column enroll_invite_id uuid,
  alter column batch_id drop not null;
update enrollments e set course_id = b.course_id from batches b where b.org_id = e.org_id and b.id = e.batch_id;
alter table enrollments
  alter column course_id set not null,
  drop constraint enrollments_batch_fkey,
  add constraint enrollments_batch_fkey foreign key (org_id, batch_id, course_id) references batches (org_id, id, course_id) on delete restrict,
  add constraint enrollments_course_fkey foreign key (org_id, course_id) references courses (org_id, id) on delete restrict,
  add constraint enrollments_plan_fkey foreign key (org_id, user_plan_id) references user_plans (org_id, id) on delete restrict,
  add constraint enrollments_invite_fkey foreign key (org_id, enroll_invite_id) references enroll_invites (org_id, id) on delete restrict,
  add constraint enrollments_type_check check (
    enrollment_type in ('individual', 'batch', 'corporate', 'group', 'scholarship', 'trial'));
drop index enrollments_open_key;
create unique index enrollments_batch_key on enrollments (org_id, batch_id, student_id) where batch_id is not null;
create unique index enrollments_alone_key on enrollments (org_id, course_id, student_id)
  where batch_id is null and status in ('active', 'on_hold');
create index enrollments_plan on enrollments (org_id, user_plan_id) where user_plan_id is not null;
create index enrollments_invite on enrollments (org_id, enroll_invite_id) where enroll_invite_id is not null;

create table payments (
  org_id uuid not null, id uuid not null,
  enrollment_id uuid, user_plan_id uuid,
  amount numeric(12, 2), currency text, payment_method text, payment_status text, transaction_id text,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint payments_pkey primary key (org_id, id),
  constraint payments_enrollment_fkey foreign key (org_id, enrollment_id) references enrollments (org_id, id) on delete restrict,
  constraint payments_plan_fkey foreign key (org_id, user_plan_id) references user_plans (org_id, id) on delete restrict
);
create index payments_enrollment on payments (org_id, enrollment_id) where enrollment_id is not null;
create index payments_plan on payments (org_id, user_plan_id) where user_plan_id is not null;

-- Fields of the organization's own for enrollments, and their values.
create table custom_fields (
  org_id uuid not null, id uuid not null,
  name text not null, type text not null default 'text', options jsonb not null default '[]',
  is_required boolean not null default false, position integer not null default 0,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint custom_fields_pkey primary key (org_id, id),
  constraint custom_fields_org_fkey foreign key (org_id) references orgs (id),
  constraint custom_fields_name_check check (name <> ''),
  constraint custom_fields_type_check check (type in ('text', 'number', 'date', 'choice'))
);
create unique index custom_fields_name_key on custom_fields (org_id, lower(name));

create table custom_field_values (
  org_id uuid not null, id uuid not null,
  enrollment_id uuid not null, custom_field_id uuid not null, value text not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint custom_field_values_pkey primary key (org_id, id),
  constraint custom_field_values_enrollment_fkey foreign key (org_id, enrollment_id) references enrollments (org_id, id) on delete restrict,
  constraint custom_field_values_field_fkey foreign key (org_id, custom_field_id) references custom_fields (org_id, id) on delete restrict
);
create unique index custom_field_values_key on custom_field_values (org_id, enrollment_id, custom_field_id);
create index custom_field_values_field on custom_field_values (org_id, custom_field_id);

-- One teacher for one student, at most one at a time; ended ones are its history.
create table mentorships (
  org_id uuid not null, id uuid not null,
  student_id uuid not null, mentor_id uuid not null, type text not null default 'mentor', notes text not null default '',
  started_at timestamptz not null default now(), ended_at timestamptz, end_reason text not null default '',
  assigned_by_id uuid,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint mentorships_pkey primary key (org_id, id),
  constraint mentorships_student_fkey foreign key (org_id, student_id) references users (org_id, id) on delete restrict,
  constraint mentorships_mentor_fkey foreign key (org_id, mentor_id) references users (org_id, id) on delete restrict,
  constraint mentorships_type_check check (type in ('mentor', 'tutor', 'advisor', 'supervisor')),
  constraint mentorships_times_check check (ended_at is null or ended_at >= started_at)
);
create unique index mentorships_open_key on mentorships (org_id, student_id) where ended_at is null;
create index mentorships_student on mentorships (org_id, student_id);
create index mentorships_mentor on mentorships (org_id, mentor_id);

create table mentor_meetings (
  org_id uuid not null, id uuid not null,
  mentorship_id uuid not null, starts_at timestamptz not null, minutes integer not null, channel text not null default 'video',
  notes text not null default '', main_points text not null default '', progress integer,
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint mentor_meetings_pkey primary key (org_id, id),
  constraint mentor_meetings_mentorship_fkey foreign key (org_id, mentorship_id) references mentorships (org_id, id) on delete restrict,
  constraint mentor_meetings_minutes_check check (minutes between 1 and 1440),
  constraint mentor_meetings_channel_check check (channel in ('video', 'chat', 'email')),
  constraint mentor_meetings_progress_check check (progress between 0 and 100)
);
create index mentor_meetings_mentorship on mentor_meetings (org_id, mentorship_id, starts_at);

create table mentor_goals (
  org_id uuid not null, id uuid not null,
  mentorship_id uuid not null, title text not null, measure text not null default '', state text not null default 'open',
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint mentor_goals_pkey primary key (org_id, id),
  constraint mentor_goals_mentorship_fkey foreign key (org_id, mentorship_id) references mentorships (org_id, id) on delete restrict,
  constraint mentor_goals_title_check check (title <> ''),
  constraint mentor_goals_state_check check (state in ('open', 'reached', 'dropped'))
);
create index mentor_goals_mentorship on mentor_goals (org_id, mentorship_id);

-- What is known of somebody as a teacher: field, skills, languages, and the weekly times of being free.
create table teacher_profiles (
  org_id uuid not null, id uuid not null,
  user_id uuid not null, domain text, skills text[] not null default '{}', languages text[] not null default '{}',
  availability jsonb not null default '[]',
  version bigint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  constraint teacher_profiles_pkey primary key (org_id, id),
  constraint teacher_profiles_user_fkey foreign key (org_id, user_id) references users (org_id, id) on delete restrict
);
create unique index teacher_profiles_user_key on teacher_profiles (org_id, user_id);

-- Which of these ids belong to another organization than the one acted in: what tells "not yours" from "unknown" where
-- a client must know the difference. It says no more than that.
create function find_foreign_ids(wanted_table text, wanted uuid[]) returns setof uuid
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if wanted_table not in ('users', 'classrooms', 'courses', 'sections', 'batches', 'enrollments', 'enroll_invites', 'mentorships') then
    raise exception 'ids of % are not looked for', wanted_table using errcode = '22023';
  end if;
  return query execute format(
    'select t.id from orgs o join %I t on t.org_id = o.id and t.id = any($1) where o.id <> $2', wanted_table)
    using wanted, current_setting('app.org_id')::uuid;
end $$;
