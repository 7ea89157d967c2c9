import { sql } from 'kysely';
import { z } from 'zod';
import { code, defineKind } from '../../engine/kind.ts';
import { ownsBatch } from '../../school/batches/rights.ts';

const params = z.strictObject({
  batch_ids: z
    .array(z.uuid())
    .min(1)
    .max(10_000)
    .optional()
    .meta({ title: 'Batches', description: 'All whose number is wrong when left out.', entity: 'batch', many: true }),
});

/**
 * Sets the number of enrolled students of batches to that of their active enrollments. An enrollment counts anew by
 * itself, so this is for what was written past the product.
 */
export const repairCounts = defineKind<z.infer<typeof params>>({
  name: 'repair_counts',
  title: 'Repair the numbers of enrolled students',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500 },
  contended: ({ batch_ids: ids }) => ({ batch: ids ?? [] }),
  async plan(plan, { orgId, actor, params: { batch_ids: ids } }) {
    const listed = [...new Set(ids?.map((id) => id.toLowerCase()))];
    const wanted =
      ids === undefined
        ? sql`select id from batches where org_id = ${orgId}`
        : sql`select id from unnest(${listed}::uuid[]) id`;
    await plan.each(
      'batch_count',
      sql`
      with counted as (
        select wanted.id, b.name, b.enrolled_students as stands, (
          select count(*) from enrollments e where e.org_id = ${orgId} and e.batch_id = b.id and e.status = 'active') as number
        from (${wanted}) wanted
        left join batches b on b.org_id = ${orgId} and b.id = wanted.id and ${ownsBatch(actor)})
      select (row_number() over (order by name, id))::int as item_no, null::int as row_no, id::text as key, null::uuid as subject_id,
        coalesce(name, id::text) as label, null::jsonb as input, case when name is null then 'error' else 'update' end as action,
        case when name is null then ${code('not_found')} end as code, null::jsonb as detail, null::jsonb as warnings,
        case when name is not null then 'update' end as change, id, jsonb_build_object('enrolled_students', number) as after
      from counted where ${ids !== undefined} or stands <> number`,
    );
  },
});
