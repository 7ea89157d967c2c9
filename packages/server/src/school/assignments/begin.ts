import { sql, type RawBuilder } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import { newId, plannedId } from '../../db/ids.ts';
import { toStudent } from './notices.ts';

/**
 * Opens waiting assignments, tells their students where the operation wants that, and says which groups were released.
 * The calendar edits no record: versions stay, so that an undo does not count it as a change made since.
 *
 * @param which - A condition on assignments `a`; only those that wait are opened.
 * @param actorId - Who released them; null for the calendar.
 * @returns how many were opened.
 */
export async function beginAssignments(
  tx: OrgTransaction,
  which: RawBuilder<unknown>,
  actorId: string | null = null,
): Promise<number> {
  const { orgId } = tx;
  const id = (name: RawBuilder<unknown>) => plannedId(newId(), name);
  const { opened } = await one(
    tx,
    sql<{ opened: number }>`
    with opened as (
      update assignments a set state = 'open', updated_at = now()
      where a.org_id = ${orgId} and a.state = 'scheduled' and ${which}
      returning a.id, a.student_id, a.operation_id, a.title, a.due_at
    ), told as (
      insert into outbox (org_id, id, topic, recipient_id, operation_id, payload)
      select ${orgId}, ${id(sql`row_number() over ()`)}, 'assignment.given', student_id, operation_id, payload
      from (
        select opened.student_id, opened.operation_id, ${toStudent(sql`true`)} as payload from opened
        join operations o on o.org_id = ${orgId} and o.id = opened.operation_id and o.params ->> 'notify' <> 'false'
        group by 1, 2) message
    ), said as (
      insert into events (org_id, id, name, operation_id, actor_id, payload)
      select ${orgId}, ${id(sql`row_number() over ()`)}, 'mass_assignment.group.released', operation_id, ${actorId}::uuid,
        jsonb_build_object('release', release, 'assignments', assignments)
      from (
        select opened.operation_id, (i.input ->> 'release')::int as release, count(*) as assignments from opened
        join changes c on c.org_id = ${orgId} and c.entity_id = opened.id and c.operation_id = opened.operation_id and c.action = 'insert'
        join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
        where i.input ->> 'release' is not null group by 1, 2) released
    )
    select count(*) as opened from opened`,
  );
  return opened;
}
