import { sql, type RawBuilder } from 'kysely';
import type { Entity } from '../../db/entity.ts';
import { one, type OrgTransaction } from '../../db/database.ts';
import type { Operation } from '../operation.ts';

/** Items `first` to `last`, both inclusive, but for those in `without`; where there is `only`, of these only those in it. */
export interface ItemRange {
  readonly operationId: string;
  readonly first: number;
  readonly last: number;
  readonly without: readonly number[];
  readonly only?: readonly number[];
}

/** Changes `c` of the range, that is of its pending items: skips and errors have none. */
export function inRange(orgId: string, range: ItemRange): RawBuilder<unknown> {
  const conditions = [
    sql`c.org_id = ${orgId} and c.operation_id = ${range.operationId} and c.item_no between ${range.first} and ${range.last}`,
    range.without.length === 0 ? null : sql`c.item_no <> all(${[...range.without]}::int[])`,
    range.only === undefined ? null : sql`c.item_no = any(${[...range.only]}::int[])`,
  ];
  return sql.join(
    conditions.filter((condition) => condition !== null),
    sql` and `,
  );
}

/**
 * The ids of an entity's rows that the range touches, as an array: asked with `= any(…)`, the rows are found by their
 * key, however many an organization has and whatever the planner expects.
 */
export function touchedIds(orgId: string, range: ItemRange, entity: Entity): RawBuilder<unknown> {
  return sql`array(select c.entity_id from changes c where ${inRange(orgId, range)} and c.entity = ${entity.name} and c.action <> 'insert')`;
}

/** The first and the last of the next items that wait, at most so many and those that go with them; null where none does. */
export async function nextItems(
  tx: OrgTransaction,
  operation: Operation,
  itemsMax: number,
): Promise<{ first: number; last: number } | null> {
  const { first, last } = await one(
    tx,
    sql<{ first: number | null; last: number | null }>`
    select first, coalesce((select upper(r) from unnest(${operation.uncut}::int4multirange) r where r @> last), last) as last from (
      select min(item_no) as first, max(item_no) as last from (
        select item_no from operation_items
        where org_id = ${tx.orgId} and operation_id = ${operation.id} and item_no >= ${operation.next_item_no} and status = 'pending'
        order by item_no limit ${itemsMax}) item) next`,
  );
  return first === null || last === null ? null : { first, last };
}
