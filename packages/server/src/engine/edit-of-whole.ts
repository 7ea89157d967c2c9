import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';
import { getEntity, table, type Entities, type Entity, type PartOf } from '../db/entity.ts';
import { inRange, type ItemRange } from './run/range.ts';

/**
 * Moves the version of every whole of which the range inserts or deletes a part, once, so that who decided on what it
 * was before is told. The wholes are locked in the order of their ids, so that two chunks never wait for each other.
 */
export async function moveVersionOfWhole(
  tx: OrgTransaction,
  entities: Entities,
  entity: Entity,
  { entity: whole, column }: PartOf,
  range: ItemRange,
): Promise<void> {
  const of = table(getEntity(entities, whole));
  await rows(
    tx,
    sql`
    with touched as (
      select w.id from ${of} w
      where w.org_id = ${tx.orgId} and w.id in (
        select (coalesce(c.after, c.before) ->> ${column})::uuid from changes c
        where ${inRange(tx.orgId, range)} and c.entity = ${entity.name} and c.action <> 'update')
      order by w.id for no key update)
    update ${of} w set version = w.version + 1, updated_at = now()
    from touched where w.org_id = ${tx.orgId} and w.id = touched.id`,
  );
}
