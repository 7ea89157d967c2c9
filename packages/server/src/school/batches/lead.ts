/** The one teacher who leads a batch. */
import { sql, type RawBuilder } from 'kysely';
import type { Plan, PlanContext } from '../../engine/kind.ts';

/**
 * Plans that somebody leads a batch from now on. Who led it before leaves it; a co-teacher who becomes the lead is moved up.
 * @param given - A select of `item_no`, `batch_id`, `lead_id`; one row a batch.
 */
export async function planLead(plan: Plan, { orgId, newId }: PlanContext, given: RawBuilder<unknown>): Promise<void> {
  const found = sql`(
    select g.item_no, g.batch_id, g.lead_id, same.id as same_id, former.id as former_id from (${given}) g
    left join batch_teachers same on same.org_id = ${orgId} and same.batch_id = g.batch_id and same.teacher_id = g.lead_id
    left join batch_teachers former on former.org_id = ${orgId} and former.batch_id = g.batch_id and former.is_lead) f`;
  const row = sql`jsonb_build_object('batch_id', f.batch_id, 'teacher_id', f.lead_id, 'is_lead', true)`;
  await plan.remove(
    'batch_teacher',
    sql`select f.item_no, f.former_id as id from ${found} where f.same_id <> f.former_id`,
  );
  await plan.update(
    'batch_teacher',
    sql`select f.item_no, coalesce(f.same_id, f.former_id) as id, ${row} as after from ${found}
      where coalesce(f.same_id, f.former_id) is not null`,
  );
  await plan.insert(
    'batch_teacher',
    sql`select f.item_no, ${newId(sql`'lead ' || f.batch_id`)} as id, ${row} as after from ${found}
      where f.same_id is null and f.former_id is null`,
  );
}
