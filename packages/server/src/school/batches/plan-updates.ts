/** Planning changes of batches: for the one form of a batch as for one teacher given to many. */
import { sql, type RawBuilder } from 'kysely';
import { code, type Plan, type PlanContext } from '../../engine/kind.ts';
import type { BatchUpdate } from './fields.ts';
import { idOf } from './ids.ts';
import { judgedBatches } from './judged-batches.ts';
import { planLead } from './lead.ts';
import { leadUnit, isOwnBatch } from './rights.ts';

/** One item a batch; a batch that stays as it is is skipped. */
export async function planBatchUpdates(
  plan: Plan,
  context: PlanContext,
  updates: readonly BatchUpdate[],
): Promise<void> {
  await plan.items(
    sql`
    select item_no, null::int as row_no, key, null::uuid as subject_id, coalesce(name, key) as label,
      jsonb_build_object('batch_id', batch_id, 'lead_id', case when 'lead' = any(changes) then lead_id end, 'force_reason', force_reason,
        'values', jsonb_build_object('name', name, 'code', code_given, 'capacity', capacity, 'start_date', start_date, 'end_date', end_date,
          'timetable', timetable, 'status', status, 'notes', notes, 'is_renamed', is_renamed)) as input,
      case when code is null then case changes when '{}' then 'skip' else 'update' end else 'error' end as action,
      coalesce(code, case changes when '{}' then ${code('unchanged')} end) as code, detail, warnings
    from (${judgedBatches(context, wantedUpdates(context, updates))}) judged`,
  );
  const kept = sql`(select item_no, input as i from ${plan.planned} p where p.action = 'update') kept`;
  await plan.update('batch', sql`select item_no, (i ->> 'batch_id')::uuid as id, i -> 'values' as after from ${kept}`);
  await planLead(
    plan,
    context,
    sql`select item_no, (i ->> 'batch_id')::uuid as batch_id, (i ->> 'lead_id')::uuid as lead_id from ${kept} where i ->> 'lead_id' is not null`,
  );
}

/** The batches as they would be, for {@link judgedBatches}. */
function wantedUpdates({ orgId, actor }: PlanContext, updates: readonly BatchUpdate[]): RawBuilder<unknown> {
  return sql`
    with found as materialized (
      select e.n::int as item_no, e.value as g, e.value ->> 'batch_id' as key, b.*, lead.teacher_id as present_lead,
        b.id is not null and ${isOwnBatch(actor, sql`b.classroom_id`, leadUnit(orgId))} as is_own
      from jsonb_array_elements(${JSON.stringify(updates)}::jsonb) with ordinality e(value, n)
      left join batches b on b.org_id = ${orgId} and b.id = ${idOf(sql`e.value ->> 'batch_id'`)}
      left join batch_teachers lead on lead.org_id = ${orgId} and lead.batch_id = b.id and lead.is_lead
    ), after as (
      select f.item_no, f.key, f.g, f.id as batch_id, coalesce(f.g ->> 'batch_name', f.name) as name,
        coalesce(nullif(f.g ->> 'batch_code', ''), f.code) as code_given, f.course_id, f.classroom_id,
        coalesce(lower(f.g ->> 'status'), f.status) as status, coalesce((f.g ->> 'start_date')::date, f.start_date) as start_date,
        coalesce((f.g ->> 'end_date')::date, f.end_date) as end_date, coalesce((f.g ->> 'capacity')::int, f.capacity) as capacity,
        f.enrolled_students, coalesce(f.g -> 'schedule', f.timetable) as timetable,
        case when f.g ? 'batch_notes' then coalesce(f.g ->> 'batch_notes', '') else f.notes end as notes,
        f.is_renamed or coalesce(f.g ->> 'batch_name' <> f.name, false) as is_renamed,
        case when f.g ? 'assigned_instructor' then ${idOf(sql`f.g ->> 'assigned_instructor'`)} else f.present_lead end as lead_id,
        f.g ->> 'assigned_instructor' as lead_given, f.id as present_id, f.is_own, f.present_lead,
        array_remove(array[
          case when f.g ->> 'batch_name' <> f.name then 'name' end,
          case when nullif(f.g ->> 'batch_code', '') is distinct from f.code and nullif(f.g ->> 'batch_code', '') is not null then 'code' end,
          case when coalesce((f.g ->> 'start_date')::date is distinct from f.start_date and f.g ? 'start_date', false)
                 or coalesce((f.g ->> 'end_date')::date is distinct from f.end_date and f.g ? 'end_date', false) then 'dates' end,
          case when f.g ? 'capacity' and (f.g ->> 'capacity')::int is distinct from f.capacity then 'capacity' end,
          case when f.g -> 'schedule' <> f.timetable then 'schedule' end,
          case when f.g ? 'batch_notes' and coalesce(f.g ->> 'batch_notes', '') <> f.notes then 'notes' end,
          case when lower(f.g ->> 'status') <> f.status then 'status' end,
          case when f.g ? 'assigned_instructor' and ${idOf(sql`f.g ->> 'assigned_instructor'`)} is not distinct from f.present_lead
                 and f.present_lead is not null then null when f.g ? 'assigned_instructor' then 'lead' end], null) as changes,
        case when (f.g ->> 'force')::boolean then f.g ->> 'force_reason' end as force_reason
      from found f)
    select a.*, case when a.changes && '{dates,schedule,status}' then ${teachersOf(orgId)} else array_remove(array[a.lead_id], null) end as teacher_ids,
      case when a.present_id is null then ${code('batch_not_found')} when not a.is_own then ${code('batch_out_of_scope')} end as fault,
      case when a.present_id is not null then jsonb_build_object('label', a.name) end as fault_detail
    from after a`;
}

/** Everybody who will teach batch `a`: who leads it then, and its co-teachers. */
function teachersOf(orgId: string): RawBuilder<unknown> {
  return sql`array(
    select t.teacher_id from batch_teachers t
    where t.org_id = ${orgId} and t.batch_id = a.batch_id and t.teacher_id is distinct from a.present_lead
    union select a.lead_id where a.lead_id is not null)`;
}
