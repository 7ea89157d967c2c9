/** Numbers that a parent row keeps of its children, in the transaction that changes the children. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';
import { getEntity, table, type Counter, type Entities, type Entity } from '../db/entity.ts';
import { inRange, type ItemRange } from './run/range.ts';

/**
 * Counts anew for every parent that a change of the range touches. The parents are locked first, in a statement of its
 * own, so that the count sees what others committed before us. A constraint on the number makes overselling fail here.
 * The parent's version stays: a seat taken is no edit of the batch.
 */
export async function keepCounter(
  tx: OrgTransaction,
  entities: Entities,
  entity: Entity,
  counter: Counter,
  range: ItemRange,
): Promise<void> {
  const parent = getEntity(entities, counter.parent);
  const via = sql.ref(`e.${counter.via}`);
  const locked = await rows(
    tx,
    sql<{ id: string }>`
    select p.id from ${table(parent)} p
    where p.org_id = ${tx.orgId} and p.id in (
      select coalesce(${via}, (c.before ->> ${counter.via})::uuid) from changes c
      left join ${table(entity)} e on e.org_id = ${tx.orgId} and e.id = c.entity_id
      where ${inRange(tx.orgId, range)} and c.entity = ${entity.name}
      union select (c.before ->> ${counter.via})::uuid from changes c where ${inRange(tx.orgId, range)} and c.entity = ${entity.name})
    order by p.id for no key update`,
  );
  await rows(
    tx,
    sql`
    update ${table(parent)} p set ${sql.ref(counter.column)} = counted.number
    from (
      select wanted.id, count(e.id) as number from unnest(${locked.map((row) => row.id)}::uuid[]) wanted(id)
      left join ${table(entity)} e on e.org_id = ${tx.orgId} and ${via} = wanted.id and e.status = any(${[...counter.statuses]}::text[])
      group by wanted.id) counted
    where p.org_id = ${tx.orgId} and p.id = counted.id and ${sql.ref(`p.${counter.column}`)} <> counted.number`,
  );
}
