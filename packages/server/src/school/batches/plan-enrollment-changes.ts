/** Planning changes of enrollments that are there: status, end of access, type, payment, and the move to another batch. */
import { sql, type RawBuilder } from 'kysely';
import { code, type Plan, type PlanContext } from '../../engine/kind.ts';
import { accessEnd, rightsFault, subjectOf } from './enrolling.ts';
import { listOf } from './good-practice.ts';
import { ownsBatch } from './rights.ts';
import { seatDetail, seatFault, seatWarning, SEATS } from './seats.ts';
import { isClosedBatch, isOpenEnrollment } from '../states.ts';

/**
 * @param given - A select of `item_no`, `key`, `enrollment_id` (uuid, null where there is none), `g` (jsonb, see
 *   `enrollmentChangesSchema`, `batch_id` as uuid), `fault` and `label`, what is said of an item without enrollment.
 */
export async function planEnrollmentChanges(
  plan: Plan,
  context: PlanContext,
  given: RawBuilder<unknown>,
): Promise<void> {
  await plan.items(itemsOf(context, given));
  const kept = sql`(select item_no, input as i, g.* from ${plan.planned} p
    cross join lateral jsonb_to_record(p.input) as g(id uuid, into_id uuid, payment_id uuid)
    where p.action in ('update', 'move')) kept`;
  await plan.update(
    'enrollment',
    sql`select item_no, id, i -> 'values' as after from ${kept} where i ->> 'values' is not null
      union all select item_no, into_id, i -> 'into' from ${kept} where into_id is not null`,
  );
  const payment = sql`${kept} where i ->> 'payment' is not null`;
  await plan.update(
    'payment',
    sql`select item_no, payment_id as id, i -> 'payment' as after from ${payment} and payment_id is not null`,
  );
  await plan.insert(
    'payment',
    sql`select item_no, ${context.newId(sql`'payment ' || item_no`)} as id,
      i -> 'payment' || jsonb_build_object('enrollment_id', coalesce(into_id, id)) as after
      from ${payment} and payment_id is null`,
  );
}

/**
 * A student who was in the batch before has an enrollment there already: it is opened again (`into`), and the one that
 * was left ends. Otherwise the enrollment itself moves.
 */
function itemsOf(context: PlanContext, given: RawBuilder<unknown>): RawBuilder<unknown> {
  const { now } = context;
  const endsNow = sql`case when ${isOpenEnrollment(sql`status`)} then null else coalesce(ended_at, ${now}::timestamptz) end`;
  const state = sql`jsonb_build_object('status', status, 'status_reason', case when status = was then status_reason else '' end,
    'enrollment_type', type, 'access_ends_at', access_ends_at, 'ended_at', ${endsNow})`;
  return sql`
    with ${judgedChanges(context, given)}
    select item_no, null::int as row_no, key, ${subjectOf(context, sql`student_id`)} as subject_id, label,
      jsonb_build_object('id', id, 'into_id', into_id, 'payment_id', payment_id, 'payment', g -> 'payment',
        'values', case when into_id is null then ${state} || jsonb_build_object('batch_id', batch_id)
          else jsonb_build_object('status', 'cancelled', 'status_reason', 'moved', 'ended_at', ${now}::timestamptz) end,
        'into', ${state} || jsonb_build_object('source', source, 'enrolled_at', ${now}::timestamptz)) as input,
      case when final_fault is not null then 'error' when moves then 'move' else 'update' end as action, final_fault as code,
      case when final_fault not in (${code('batch_not_found')}, ${code('enrollment_not_found')}) then
        jsonb_build_object('subject', key, 'label', case final_fault when ${code('batch_out_of_scope')} then target_name else label end, 'batch_status', initcap(target_status), 'field', case final_fault when ${code('access_ends_early')} then 'access_expiry_date' end) || ${seatDetail(SEATS, sql`final_fault`)} end as detail,
      case when final_fault is null and takes_seat then ${listOf([seatWarning(SEATS, context.settings)])} end as warnings
    from seated`;
}

/** CTEs up to `seated`: each enrollment as it would be, with the first rule that it would break. */
function judgedChanges(context: PlanContext, given: RawBuilder<unknown>): RawBuilder<unknown> {
  const { orgId } = context;
  return sql`
    given as materialized (${given}
    ), found as materialized (
      select g.item_no, g.key, g.g, g.fault, e.id, e.student_id, e.course_id, e.status as was, e.status_reason, e.source, e.ended_at, e.access_starts_at,
        coalesce(u.display_name, g.label) as label, coalesce(g.g ->> 'status', e.status) as status,
        coalesce(target.id, e.batch_id) as batch_id, coalesce(target.id is distinct from e.batch_id, false) and target.id is not null as moves,
        target.id as target_id, target.name as target_name, target.course_id as target_course, coalesce(target.status, present.status) as target_status,
        coalesce(target.capacity, present.capacity) as capacity, coalesce(target.enrolled_students, present.enrolled_students) as enrolled_students,
        s.name as section, s.capacity as section_capacity, target.id is not null and not ${ownsTarget(context)} as is_foreign,
        case when g.g ? 'access_expiry_date' then (g.g ->> 'access_expiry_date')::timestamptz
             when target.end_date is not null and e.access_ends_at = ${accessEnd(sql`present.end_date`)} then ${accessEnd(sql`target.end_date`)}
             else e.access_ends_at end as access_ends_at,
        coalesce(g.g ->> 'enrollment_type', case when e.batch_id is null and target.id is not null and e.enrollment_type = 'individual' then 'batch' else e.enrollment_type end) as type,
        p.id as payment_id, other.id as other_id, other.status as other_status
      from given g
      left join enrollments e on e.org_id = ${orgId} and e.id = g.enrollment_id
      left join users u on u.org_id = ${orgId} and u.id = e.student_id
      left join batches present on present.org_id = ${orgId} and present.id = e.batch_id
      left join batches target on target.org_id = ${orgId} and target.id = (g.g ->> 'batch')::uuid
      left join sections s on s.org_id = ${orgId} and s.id = coalesce(target.section_id, case when target.id is null then present.section_id end)
      left join enrollments other on other.org_id = ${orgId} and other.student_id = e.student_id and other.id <> e.id
        and other.batch_id = target.id and target.id is distinct from e.batch_id
      left join lateral (select id from payments where org_id = ${orgId} and enrollment_id = e.id order by id desc limit 1) p on true
    ), judged as (
      select f.*, case when moves then other_id end as into_id, status = 'active' and (moves or was <> 'active') and batch_id is not null as takes_seat,
        coalesce(f.fault, ${changeFault(context)}) as first_fault
      from found f
    ), placed as (
      select j.*, enrolled_students + count(*) filter (where takes_seat and first_fault is null) over (partition by batch_id order by item_no) as students
      from judged j
    ), seated as (
      select p.*, coalesce(first_fault, case when takes_seat then ${seatFault(SEATS, context.settings)} end) as final_fault from placed p)`;
}

/** Whether the actor answers for the batch that is entered, as they have to for the student. */
function ownsTarget({ orgId, actor }: PlanContext): RawBuilder<unknown> {
  return sql`exists (select from batches b where b.org_id = ${orgId} and b.id = target.id and ${ownsBatch(actor)})`;
}

function changeFault(context: PlanContext): RawBuilder<unknown> {
  const { orgId } = context;
  return sql`case
    when f.id is null then ${code('enrollment_not_found')}
    when ${rightsFault(context, sql`f.student_id`)} is not null then ${rightsFault(context, sql`f.student_id`)}
    when f.g ? 'batch_id' and f.target_id is null then ${code('batch_not_found')}
    when f.moves and f.is_foreign then ${code('batch_out_of_scope')}
    when f.target_course <> f.course_id then ${code('batch_of_other_course')}
    when f.moves and ${isClosedBatch(sql`f.target_status`)} then ${code('batch_closed')}
    when ${isOpenEnrollment(sql`f.other_status`)} then ${code('already_enrolled')}
    when f.batch_id is null and ${isOpenEnrollment(sql`f.status`)} and not ${isOpenEnrollment(sql`f.was`)} and exists (
      select from enrollments o where o.org_id = ${orgId} and o.course_id = f.course_id and o.student_id = f.student_id and o.batch_id is null
        and ${isOpenEnrollment(sql`o.status`)}) then ${code('already_enrolled_in_course')}
    when f.access_ends_at < f.access_starts_at then ${code('access_ends_early')} end`;
}
