import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { lockCodes, madeCodes } from '../../school/batches/batch-code.ts';
import { plannedBatchSchema } from '../../school/batches/fields.ts';
import { idOf } from '../../school/batches/ids.ts';
import { judgedBatches } from '../../school/batches/judged-batches.ts';
import { planLead } from '../../school/batches/lead.ts';
import { instructorNotices } from '../../school/batches/notices.ts';

const params = z.strictObject({
  batches: z
    .array(plannedBatchSchema)
    .min(1)
    .max(1_000)
    .meta({ title: 'Batches', description: 'The batches that are made.' }),
  generate_codes: z
    .boolean()
    .default(true)
    .meta({ title: 'Make codes', description: 'Batches without a code get one; otherwise they are refused.' }),
  notify: z.boolean().default(true).meta({ title: 'Tell them', description: 'Whether the teachers are told.' }),
});
type Params = z.infer<typeof params>;

/** Makes batches of courses, each with the teacher who leads it. A batch is an item. */
export const batchCreate = defineKind<Params>({
  name: 'batch_create',
  title: 'Create batches',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 100, itemsMax: 1_000 },
  says: { ended: (context) => (context.params.notify ? instructorNotices(context) : null) },
  async plan(plan, context) {
    if (context.params.generate_codes) await lockCodes(context.tx);
    await plan.items(
      sql`
      select item_no, null::int as row_no, item_no::text as key, null::uuid as subject_id, name as label,
        jsonb_build_object('batch_id', batch_id, 'lead_id', lead_id, 'force_reason', force_reason, 'values', jsonb_build_object(
          'name', name, 'code', code_given, 'course_id', course_id, 'capacity', capacity, 'start_date', start_date, 'end_date', end_date,
          'timetable', timetable, 'status', status, 'notes', notes, 'created_by_id', ${context.actor.userId}::uuid)) as input,
        case when code is null then 'create' else 'error' end as action, code, detail, warnings
      from (${judgedBatches(context, wantedBatches(context))}) judged`,
    );
    const made = sql`(select item_no, input as i from ${plan.planned} p where p.action = 'create') made`;
    await plan.insert(
      'batch',
      sql`select item_no, (i ->> 'batch_id')::uuid as id, i -> 'values' as after from ${made}`,
    );
    await planLead(
      plan,
      context,
      sql`select item_no, (i ->> 'batch_id')::uuid as batch_id, (i ->> 'lead_id')::uuid as lead_id from ${made}`,
    );
  },
});

/** The batches of the request as {@link judgedBatches} reads them. */
function wantedBatches({ orgId, actor, newId, params: given }: PlanContext<Params>): RawBuilder<unknown> {
  const codeMissing = given.generate_codes ? sql`false` : sql`n.code is null`;
  return sql`
    with named as materialized (
      select e.n::int as item_no, e.value as g, e.value ->> 'batch_name' as name, nullif(e.value ->> 'batch_code', '') as code,
        (e.value ->> 'start_date')::date as start_date, c.id as course_id, c.title as course_title
      from jsonb_array_elements(${JSON.stringify(given.batches)}::jsonb) with ordinality e(value, n)
      left join courses c on c.org_id = ${orgId} and c.id = ${idOf(sql`e.value ->> 'course_id'`)}
    ), ${madeCodes(orgId)}
    select n.item_no, ${newId(sql`'batch ' || n.item_no`)} as batch_id, n.name, coalesce(n.code, k.made) as code_given, n.course_id,
      null::uuid as classroom_id, lower(coalesce(n.g ->> 'status', 'upcoming')) as status, n.start_date, (n.g ->> 'end_date')::date as end_date,
      (n.g ->> 'capacity')::int as capacity, 0 as enrolled_students, coalesce(n.g -> 'schedule', '[]') as timetable,
      coalesce(n.g ->> 'batch_notes', '') as notes, ${idOf(sql`n.g ->> 'assigned_instructor'`)} as lead_id,
      n.g ->> 'assigned_instructor' as lead_given, array_remove(array[${idOf(sql`n.g ->> 'assigned_instructor'`)}], null) as teacher_ids,
      '{lead,dates,schedule,status,capacity,code}'::text[] as changes, case when (n.g ->> 'force')::boolean then n.g ->> 'force_reason' end as force_reason,
      case when n.course_id is null then ${code('course_not_found')}
           when ${actor.userId}::uuid is null then ${code('batch_creator_required')}
           when ${codeMissing} then ${code('batch_code_required')} end as fault,
      null::jsonb as fault_detail
    from named n left join coded k on k.item_no = n.item_no`;
}
