import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { ENROLLMENT_TYPES, paymentSchema } from '../../school/batches/enrollment-fields.ts';
import { accessEnd, rightsFault, subjectOf } from '../../school/batches/enrolling.ts';
import { goodPractice, listOf, seatHint } from '../../school/batches/good-practice.ts';
import { idOf, idText, idTexts, onlyIds } from '../../school/batches/ids.ts';
import { enrollmentNotices } from '../../school/batches/notices.ts';
import { ownsBatch } from '../../school/batches/rights.ts';
import { seatDetail, seatFault, seatWarning, SEATS } from '../../school/batches/seats.ts';
import { isActive } from '../../school/people/verdicts.ts';
import { isClosedBatch, isOpenEnrollment } from '../../school/states.ts';

const params = z.strictObject({
  student_ids: idTexts(5_000, 'empty_selection').meta({
    title: 'Students',
    description: 'Who is enrolled; seats are given in this order.',
    entity: 'user',
    many: true,
    role: 'student',
    'x-target': true,
  }),
  course_id: idText.meta({ title: 'Course', description: 'The course that they follow.', entity: 'course' }),
  batch_id: idText
    .nullish()
    .meta({ title: 'Batch', description: 'Left out or null: the course is followed alone.', entity: 'batch' }),
  enrollment_type: z
    .enum(ENROLLMENT_TYPES)
    .nullish()
    .meta({ title: 'Type', description: 'On what ground the students are enrolled.' }),
  enrollment_source: z
    .string()
    .trim()
    .max(200)
    .nullish()
    .meta({ title: 'Source', description: 'Where the enrollments come from, such as a campaign.' }),
  payment: paymentSchema.nullish().meta({ title: 'Payment', description: 'What was paid for each.' }),
  notify: z.boolean().default(true).meta({ title: 'Tell them', description: 'Whether the students are told.' }),
});
type Params = z.infer<typeof params>;

/**
 * Enrolls students in a course, with one of its batches or alone. An admin enrolls those in scope, a student themself.
 * Seats are given in the order of the list; an enrollment that ended is opened again. A student is an item.
 */
export const enrollmentCreate = defineKind<Params>({
  name: 'enrollment_create',
  title: 'Enroll in a course or batch',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin', 'student'],
  chunk: { items: 200, itemsMax: 2_000 },
  records: ['enrollment'],
  contended: ({ batch_id: batch, student_ids: students }) =>
    batch == null ? { user: onlyIds(students) } : { batch: onlyIds([batch]) },
  says: { ended: (context) => (context.params.notify ? enrollmentNotices(context) : null) },
  async plan(plan, context) {
    await plan.items(plannedItems(context));
    const { payment } = context.params;
    const kept = sql`(select item_no, action, (input ->> 'id')::uuid as id, input -> 'values' as after from ${plan.planned} i) p`;
    await plan.insert('enrollment', sql`select item_no, id, after from ${kept} where action = 'create'`);
    await plan.update(
      'enrollment',
      sql`select item_no, id, after || '{"ended_at": null, "status_reason": ""}' as after from ${kept} where action = 're_enroll'`,
    );
    if (payment == null) return;
    await plan.insert(
      'payment',
      sql`select item_no, ${context.newId(sql`'payment ' || item_no`)} as id,
        ${JSON.stringify(payment)}::jsonb || jsonb_build_object('enrollment_id', id) as after
        from ${kept} where action in ('create', 're_enroll')`,
    );
  },
});

const FAULT_DETAIL = sql`case when final_fault not in (${code('course_not_found')}, ${code('batch_not_found')}) then
  jsonb_build_object('subject', given, 'label', coalesce(case final_fault when ${code('batch_out_of_scope')} then batch_name else display_name end, given), 'person_status', person_status, 'batch_status', initcap(batch_status)) || ${seatDetail(SEATS, sql`final_fault`)} end`;

function plannedItems(context: PlanContext<Params>): RawBuilder<unknown> {
  const { now, newId, params: given } = context;
  const type = given.enrollment_type ?? (given.batch_id == null ? 'individual' : 'batch');
  const numbers = goodPractice(context.settings);
  return sql`
    with ${judgedStudents(context)}
    select item_no, null::int as row_no, given as key, ${subjectOf(context, sql`student_id`)} as subject_id, coalesce(display_name, given) as label,
      jsonb_build_object('id', coalesce(found_id, ${newId(sql`'enrollment ' || item_no`)}), 'values', jsonb_build_object(
        'student_id', student_id, 'course_id', course_id, 'batch_id', batch_id, 'status', 'active', 'enrollment_type', ${type}::text,
        'source', ${given.enrollment_source ?? ''}::text, 'enrolled_at', ${now}::timestamptz, 'enroll_invite_id', invite_id,
        'access_ends_at', coalesce(${now}::timestamptz + make_interval(days => access_days), ${accessEnd(sql`end_date`)}))) as input,
      case when final_fault is not null then 'error' when found_id is null then 'create' else 're_enroll' end as action, final_fault as code,
      ${FAULT_DETAIL} as detail,
      case when final_fault is null then ${listOf([seatHint(SEATS.capacity, SEATS.students, numbers), seatWarning(SEATS, context.settings)])} end as warnings
    from seated`;
}

/** CTEs up to `seated`: each student with the enrollment that is there already, and why it cannot be. */
function judgedStudents(context: PlanContext<Params>): RawBuilder<unknown> {
  const { orgId, params: given } = context;
  const hasBatch = given.batch_id != null;
  return sql`
    place as materialized (
      select c.id as course_id, b.id as batch_id, b.name as batch_name, b.course_id as batch_course, b.status as batch_status, b.capacity, b.enrolled_students,
        s.name as section, s.capacity as section_capacity, not ${ownsBatch(context.actor)} as is_foreign, b.end_date, invite.id as invite_id, invite.learner_access_days as access_days
      from (select 1) once
      left join courses c on c.org_id = ${orgId} and c.id = ${idOf(sql`${given.course_id}::text`)}
      left join batches b on b.org_id = ${orgId} and b.id = ${idOf(sql`${given.batch_id ?? null}::text`)}
      left join sections s on s.org_id = ${orgId} and s.id = b.section_id
      left join invite_options o on o.org_id = ${orgId} and o.batch_id = b.id and o.is_default and o.status = 'ACTIVE'
      left join enroll_invites invite on invite.org_id = ${orgId} and invite.id = o.enroll_invite_id and invite.status = 'ACTIVE'
        and invite.learner_access_days is not null
    ), judged as (
      select m.n::int as item_no, m.given, u.id as student_id, u.display_name, u.status as person_status, e.id as found_id, p.*,
        case when ${rightsFault(context, sql`u.id`)} = ${code('forbidden')} then ${code('forbidden')}
             when u.id is null then ${code('student_not_found')}
             when p.course_id is null then ${code('course_not_found')}
             when ${hasBatch} and p.batch_id is null then ${code('batch_not_found')}
             when ${rightsFault(context, sql`u.id`)} is not null then ${rightsFault(context, sql`u.id`)}
             when p.batch_id is not null and p.is_foreign then ${code('batch_out_of_scope')}
             when not 'student' = any(u.roles) then ${code('student_role_missing')}
             when not ${isActive('u')} then ${code('student_not_active')}
             when p.batch_course <> p.course_id then ${code('batch_of_other_course')}
             when ${isClosedBatch(sql`p.batch_status`)} then ${code('batch_closed')}
             when ${isOpenEnrollment(sql`e.status`)} then ${hasBatch ? code('already_enrolled') : code('already_enrolled_in_course')} end as first_fault
      from unnest(${given.student_ids}::text[]) with ordinality m(given, n)
      cross join place p
      left join users u on u.org_id = ${orgId} and u.id = ${idOf(sql`m.given`)}
      left join enrollments e on e.org_id = ${orgId} and e.student_id = u.id and e.course_id = p.course_id
        and (e.batch_id = p.batch_id or not ${hasBatch} and e.batch_id is null and ${isOpenEnrollment(sql`e.status`)})
    ), placed as (
      select j.*, enrolled_students + count(*) filter (where first_fault is null) over (order by item_no) as students from judged j
    ), seated as (
      select p.*, coalesce(first_fault, ${seatFault(SEATS, context.settings)}) as final_fault
      from placed p)`;
}
