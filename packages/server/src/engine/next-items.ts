import { sql } from 'kysely';
import { one, type OrgTransaction } from '../db/database.ts';
import type { Operation } from './operation.ts';

/** The first and the last of the next items that wait, at most so many; null where none does. */
export async function nextItems(
  tx: OrgTransaction,
  operation: Operation,
  itemsMax: number,
): Promise<{ first: number; last: number } | null> {
  const { first, last } = await one(
    tx,
    sql<{ first: number | null; last: number | null }>`
    select min(item_no) as first, max(item_no) as last from (
      select item_no from operation_items
      where org_id = ${tx.orgId} and operation_id = ${operation.id} and item_no >= ${operation.next_item_no} and status = 'pending'
      order by item_no limit ${itemsMax}) item`,
  );
  return first === null || last === null ? null : { first, last };
}
