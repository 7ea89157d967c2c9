/** What no batch, section or enrollment may be, whoever writes it. */
import { sql, type RawBuilder } from 'kysely';
import type { RuleContext } from '../../db/entity.ts';
import { because } from '../because.ts';
import { brings, eachRow, endsFirst, namesStudent, namesTeacher, willBe, type Rules } from '../records/rules.ts';
import { hasTeacher } from './rights.ts';
import { isCapacityEnforced, sectionFaults } from './seats.ts';

/** A batch without a teacher does not begin; one that runs goes on when its last teacher leaves. */
export const batchRules = eachRow(
  ['start_date', 'end_date', 'capacity', 'status', 'section_id', 'course_id'],
  (context) => [
    [endsFirst('start_date', 'end_date'), because('batch_dates_reversed', { field: sql.lit('end_date') })],
    [
      sql`p.action = 'update' and p.changed ->> 'capacity' is not null and ${willBe('capacity')}::int < ${enrolled(context)}`,
      because('batch_capacity_below_enrolled', {
        field: sql.lit('capacity'),
        enrolled: enrolled(context),
        capacity: sql`p.after -> 'capacity'`,
      }),
    ],
    [
      sql`p.changed ->> 'status' = 'active' and coalesce(p.before ->> 'status', '') <> 'active' and not ${isTaught(context)}`,
      because('batch_instructor_required', { field: sql.lit('status') }),
    ],
    [
      sql`p.changed ?| '{section_id,course_id}' and ${isOfOtherCourse(context)}`,
      because('section_course_mismatch', { field: sql.lit('section_id'), label: willBe('section_id') }),
    ],
  ],
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

export const batchTeacherRules = eachRow(['teacher_id'], (context) => [namesTeacher(context, 'teacher_id')]);

/** Where a section's capacity counts, it is not put below what one of its batches holds. */
export const sectionRules = eachRow(['capacity'], ({ orgId, settings }) => {
  const most = sql`(select max(b.enrolled_students) from batches b where b.org_id = ${orgId} and b.section_id = p.id)`;
  const isPutBelow = sql`${isCapacityEnforced(settings)} and p.action = 'update' and p.changed ->> 'capacity' is not null
    and ${willBe('capacity')}::int < ${most}`;
  const said = because('over_capacity', {
    field: sql.lit('capacity'),
    students: most,
    capacity: sql`p.after -> 'capacity'`,
    section: sql`p.after -> 'name'`,
  });
  return [[isPutBelow, said]];
});

const eachEnrollment = eachRow(
  ['access_starts_at', 'access_ends_at', 'batch_id', 'course_id', 'student_id'],
  (context) => {
    const [isNoStudent, said] = namesStudent(context);
    return [
      [
        endsFirst('access_starts_at', 'access_ends_at', 'timestamptz'),
        because('access_ends_early', { field: sql.lit('access_expiry_date') }),
      ],
      [isInOtherCourse(context), because('batch_of_other_course', { field: sql.lit('batch_id') })],
      [sql`${willBe('member_role')} = 'student' and ${isNoStudent}`, said],
    ];
  },
);

function isInOtherCourse({ orgId }: RuleContext): RawBuilder<unknown> {
  return sql`${brings('batch_id', 'course_id')} and ${willBe('batch_id')} is not null and exists (
    select from batches b where b.org_id = ${orgId} and b.id = ${willBe('batch_id')}::uuid and b.course_id <> ${willBe('course_id')}::uuid)`;
}

export const enrollmentRules: Rules = (planned, context) => {
  const faults = eachEnrollment(planned, context);
  return isCapacityEnforced(context.settings) ? sql`${faults} union all (${sectionFaults(planned, context)})` : faults;
};
