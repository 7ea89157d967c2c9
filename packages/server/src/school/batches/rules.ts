/** What no batch, section or enrollment may be, whoever writes it. */
import { sql, type RawBuilder } from 'kysely';
import type { RuleContext } from '../../db/entity.ts';
import { because } from '../because.ts';
import { brings, eachRow, endsFirst, studentBranch, teacherBranch, willBe, type Rules } from '../records/rules.ts';
import { hasTeacher } from './rights.ts';
import { isCapacityEnforced, sectionFaults } from './seats.ts';

/** A batch without a teacher does not begin; one that runs goes on when its last teacher leaves. */
export const batchRules = eachRow(
  ['start_date', 'end_date', 'capacity', 'status', 'section_id', 'course_id'],
  (context) => sql`case
    when ${endsFirst('start_date', 'end_date')} then ${because('batch_dates_reversed', { field: sql.lit('end_date') })}
    when p.action = 'update' and p.changed ->> 'capacity' is not null and ${willBe('capacity')}::int < ${enrolled(context)} then
      ${because('batch_capacity_below_enrolled', { field: sql.lit('capacity'), enrolled: enrolled(context), capacity: sql`p.after -> 'capacity'` })}
    when p.changed ->> 'status' = 'active' and coalesce(p.before ->> 'status', '') <> 'active' and not ${isTaught(context)}
      then ${because('batch_instructor_required', { field: sql.lit('status') })}
    when p.changed ?| '{section_id,course_id}' and ${isOfOtherCourse(context)} then
      ${because('section_course_mismatch', { field: sql.lit('section_id'), label: willBe('section_id') })}
  end`,
);

function enrolled({ orgId }: RuleContext): RawBuilder<unknown> {
  return sql`(select b.enrolled_students from batches b where b.org_id = ${orgId} and b.id = p.id)`;
}

function isTaught({ orgId, alsoPlanned }: RuleContext): RawBuilder<unknown> {
  const coming = sql`select from ${alsoPlanned('batch_teacher')} t where t.action <> 'delete' and t.after ->> 'batch_id' = p.id::text`;
  return sql`(${hasTeacher(orgId, sql`p.id`)} or exists (${coming}))`;
}

function isOfOtherCourse({ orgId }: RuleContext): RawBuilder<unknown> {
  return sql`exists (
    select from sections s where s.org_id = ${orgId} and s.id = ${willBe('section_id')}::uuid and s.course_id <> ${willBe('course_id')}::uuid)`;
}

export const batchTeacherRules = eachRow(
  ['teacher_id'],
  (context) => sql`case ${teacherBranch(context, 'teacher_id')} end`,
);

/** Where a section's capacity counts, it is not put below what one of its batches holds. */
export const sectionRules = eachRow(['capacity'], ({ orgId, settings }) => {
  const most = sql`(select max(b.enrolled_students) from batches b where b.org_id = ${orgId} and b.section_id = p.id)`;
  return sql`case when ${isCapacityEnforced(settings)} and p.action = 'update' and p.changed ->> 'capacity' is not null
    and ${willBe('capacity')}::int < ${most} then ${because('over_capacity', {
      field: sql.lit('capacity'),
      students: most,
      capacity: sql`p.after -> 'capacity'`,
      section: sql`p.after -> 'name'`,
    })} end`;
});

const eachEnrollment = eachRow(
  ['access_starts_at', 'access_ends_at', 'batch_id', 'course_id', 'student_id'],
  (context) => sql`case
    when ${endsFirst('access_starts_at', 'access_ends_at', 'timestamptz')} then ${because('access_ends_early', { field: sql.lit('access_expiry_date') })}
    when ${brings('batch_id', 'course_id')} and ${willBe('batch_id')} is not null and exists (
      select from batches b where b.org_id = ${context.orgId} and b.id = ${willBe('batch_id')}::uuid and b.course_id <> ${willBe('course_id')}::uuid)
      then ${because('batch_of_other_course', { field: sql.lit('batch_id') })}
    when ${willBe('member_role')} <> 'student' then null
    ${studentBranch(context)} end`,
);

export const enrollmentRules: Rules = (planned, context) => {
  const faults = eachEnrollment(planned, context);
  return isCapacityEnforced(context.settings) ? sql`${faults} union all (${sectionFaults(planned, context)})` : faults;
};
