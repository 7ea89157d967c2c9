-- Whoever may be named as a teacher: everybody but those who only learn. Keys to teachers refer to this column. So the
-- database knows that a teacher teaches; and a deleted student, who has none, is not looked for where only teachers stand:
-- half of what the undo of an import took.
alter table users add column staff_id uuid generated always as (case when roles <> '{student}' then id end) stored;
alter table users add constraint users_staff_key unique (org_id, staff_id);

alter table users drop constraint users_primary_teacher_fkey;
alter table users add constraint users_primary_teacher_fkey foreign key (org_id, primary_teacher_id) references users (org_id, staff_id) on delete restrict;
alter table teacher_relationships drop constraint teacher_relationships_teacher_fkey;
alter table teacher_relationships add constraint teacher_relationships_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, staff_id) on delete restrict;
alter table classroom_teachers drop constraint classroom_teachers_teacher_fkey;
alter table classroom_teachers add constraint classroom_teachers_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, staff_id) on delete restrict;
alter table batch_teachers drop constraint batch_teachers_teacher_fkey;
alter table batch_teachers add constraint batch_teachers_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, staff_id) on delete restrict;
alter table custom_assignments drop constraint custom_assignments_owner_fkey;
alter table custom_assignments add constraint custom_assignments_owner_fkey foreign key (org_id, owner_id) references users (org_id, staff_id) on delete restrict;
alter table assignments drop constraint assignments_teacher_fkey;
alter table assignments add constraint assignments_teacher_fkey foreign key (org_id, teacher_id) references users (org_id, staff_id) on delete restrict;
alter table courses drop constraint courses_instructor_fkey;
alter table courses add constraint courses_instructor_fkey foreign key (org_id, assigned_instructor_id) references users (org_id, staff_id) on delete restrict;
alter table teacher_profiles drop constraint teacher_profiles_user_fkey;
alter table teacher_profiles add constraint teacher_profiles_user_fkey foreign key (org_id, user_id) references users (org_id, staff_id) on delete restrict;
