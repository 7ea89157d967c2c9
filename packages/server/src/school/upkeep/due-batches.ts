/** Batches whose dates say another status than they have. */
import { sql, type RawBuilder } from 'kysely';
import { hasTeacher } from '../batches/rights.ts';
import { isOpenBatch } from '../states.ts';

/**
 * A select of `id`, `name`, `status_due`. A status that somebody set on or after the day that would change it stays; a
 * batch without a teacher does not begin.
 */
export function dueBatches(orgId: string, now: Date, timezone: string): RawBuilder<unknown> {
  return sql`
    select b.id, b.name, due.status as status_due
    from batches b
    cross join (select (${now}::timestamptz at time zone ${timezone})::date as today) clock
    cross join lateral (
      select 'completed' as status, b.end_date + 1 as since where b.end_date < clock.today
      union all
      select 'active', b.start_date where b.status = 'upcoming' and b.start_date <= clock.today
        and (b.end_date is null or b.end_date >= clock.today) and ${hasTeacher(orgId, sql`b.id`)}) due
    where b.org_id = ${orgId} and ${isOpenBatch(sql`b.status`)} and not exists (
      select from changes c
      join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no and i.status = 'success'
      join operations o on o.org_id = ${orgId} and o.id = c.operation_id and o.kind <> 'batch_dates'
      where c.org_id = ${orgId} and c.entity_id = b.id and c.entity = 'batch' and c.action = 'update' and c.after ? 'status'
        and (i.processed_at at time zone ${timezone})::date >= due.since)`;
}
