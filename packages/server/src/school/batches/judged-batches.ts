/** What is wrong with batches as they would be, and what is hinted at: one judgement for new batches and changed ones. */
import { sql, type RawBuilder } from 'kysely';
import { code, type PlanContext } from '../../engine/kind.ts';
import { because } from '../because.ts';
import { batchHints, goodPractice, listOf } from './good-practice.ts';
import { hasTeacher, isOwnBatch } from './rights.ts';
import { clashes, suggestions } from './timetable.ts';
import { isActive } from '../people/verdicts.ts';
import { comesFromOutside } from '../rights.ts';

/**
 * The columns of `wanted`, and `code`, `detail`, `warnings`.
 * @param wanted - `item_no`, `batch_id` · `name`, `code_given`, `course_id`, `classroom_id`, `status`, `start_date`,
 *   `end_date`, `capacity`, `enrolled_students`, `timetable`, `lead_id`, `lead_given`: as it would be · `teacher_ids`:
 *   whose times matter · `changes`: what becomes another (`lead`, `dates`, `schedule`, `status`, `capacity`, `code`, …) ·
 *   `force_reason` or null · `fault`, `fault_detail`: what is wrong with it already.
 */
export function judgedBatches(context: PlanContext, wanted: RawBuilder<unknown>): RawBuilder<unknown> {
  const { orgId } = context;
  const numbers = goodPractice(context.settings);
  return sql`
    with given as materialized (${wanted}
    ), checked as materialized (
      select g.*, u.display_name as lead_name, u.status as lead_status,
        coalesce(g.fault, ${stateFault(context)}) as first_fault
      from given g
      left join users u on u.org_id = ${orgId} and u.id = g.lead_id
    ), wanted as materialized (
      select *, first_fault is null as is_good, changes && '{lead,dates,schedule,status}'::text[] as is_compared from checked
    ), ${clashes(orgId)}, judged as (
      select w.*, coalesce(w.first_fault, case when c.item_no is not null and w.force_reason is null then ${code('schedule_conflict')} end) as final_fault,
        c.conflicts, c.item_no as clash_no, c.n as clash_n
      from wanted w left join clash c on c.item_no = w.item_no
    ), weighed as (
      select j.*, ${activeBatches(orgId)} as active_batches from judged j
    )
    select w.*, w.final_fault as code, ${detail(orgId)} as detail,
      case when w.final_fault is null then nullif(coalesce(${batchHints('w', numbers, sql`w.active_batches`)}, '[]') || coalesce(${forcedHint()}, '[]'), '[]') end as warnings
    from weighed w`;
}

/** Of a batch that is there and may be changed: the first rule that it would break. */
function stateFault({ orgId, actor }: PlanContext): RawBuilder<unknown> {
  const gives = (what: string) => sql`${what} = any(g.changes)`;
  return sql`case
    when ${gives('lead')} and u.id is null then ${code('user_not_found')}
    when not ${isOwnBatch(actor, sql`g.classroom_id`, sql`u.unit_id`)} then ${code('batch_out_of_scope')}
    when ${gives('lead')} and ${comesFromOutside(actor, sql`u.id`, 'batch')} then ${code('user_out_of_scope')}
    when ${gives('lead')} and not u.roles && '{teacher,teacher_admin}' then ${code('instructor_role_missing')}
    when ${gives('lead')} and not ${isActive('u')} then ${code('instructor_inactive')}
    when ${gives('dates')} and g.end_date <= g.start_date then ${code('batch_dates_reversed')}
    when ${gives('capacity')} and g.capacity < g.enrolled_students then ${code('batch_capacity_below_enrolled')}
    when ${gives('status')} and g.status = 'active' and g.lead_id is null and not ${hasTeacher(orgId, sql`g.batch_id`)} then ${code('batch_instructor_required')}
    when ${gives('code')} and (
      exists (select from batches b where b.org_id = ${orgId} and fold(b.code) = fold(g.code_given) and b.id <> g.batch_id)
      or exists (select from given o where fold(o.code_given) = fold(g.code_given) and o.item_no < g.item_no)) then ${code('batch_code_taken')}
  end`;
}

/** Active batches of the lead teacher when this one is saved, earlier ones of the same plan included. */
function activeBatches(orgId: string): RawBuilder<unknown> {
  return sql`(
    select count(*) from batches b join batch_teachers t on t.org_id = ${orgId} and t.batch_id = b.id
    where b.org_id = ${orgId} and b.status = 'active' and t.teacher_id = j.lead_id
      and not exists (select from judged o where o.batch_id = b.id and o.final_fault is null)
  ) + (select count(*) from judged o where o.lead_id = j.lead_id and o.status = 'active' and o.final_fault is null and o.item_no <= j.item_no)`;
}

function detail(orgId: string): RawBuilder<unknown> {
  return sql`case w.final_fault
    when ${code('user_not_found')} then jsonb_build_object('subject', w.lead_given)
    when ${code('user_out_of_scope')} then jsonb_build_object('label', w.lead_given)
    when ${code('instructor_role_missing')} then jsonb_build_object('label', w.lead_name)
    when ${code('instructor_inactive')} then jsonb_build_object('label', w.lead_name, 'person_status', w.lead_status)
    when ${code('batch_out_of_scope')} then jsonb_build_object('label', w.name)
    when ${code('batch_dates_reversed')} then jsonb_build_object('field', 'end_date')
    when ${code('batch_capacity_below_enrolled')} then
      jsonb_build_object('field', 'capacity', 'enrolled', w.enrolled_students, 'capacity', w.capacity)
    when ${code('batch_instructor_required')} then jsonb_build_object('field', 'assigned_instructor')
    when ${code('batch_code_taken')} then jsonb_build_object('field', 'batch_code', 'batch_code', w.code_given)
    when ${code('schedule_conflict')} then jsonb_build_object('data', jsonb_build_object(
      'conflicts', w.conflicts,
      'suggestions', (select ${suggestions(orgId, 'one')} from (select w.clash_no as item_no, w.clash_n as n) one)))
    else w.fault_detail end`;
}

function forcedHint(): RawBuilder<unknown> {
  return listOf([
    sql`case when w.conflicts is not null then
      ${because('schedule_conflict_forced', { reason: sql`w.force_reason`, conflicts: sql`w.conflicts` })} end`,
  ]);
}
