-- What the calendar asks for (batches that begin and end, numbers that are checked) is done in the name of an account of
-- its own. It has no password, no e-mail and no person, so nobody can sign in with it.
insert into accounts (id, is_system_admin) values ('00000000-0000-7000-8000-000000000001', true);

-- How somebody teaches, set against what suits a student.
alter table teacher_profiles add column teaching_styles text[] not null default '{}';
