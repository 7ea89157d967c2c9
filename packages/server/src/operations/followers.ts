/** What is said of operations beside their own rows: names of people, and the operations that followed. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';
import type { Operation } from '../engine/index.ts';

/** Of those who made or approved operations and still are in the organization. */
export async function namesOf(tx: OrgTransaction, operations: readonly Operation[]): Promise<Map<string, string>> {
  const ids = operations.flatMap((one) => [one.created_by_user, one.approved_by_user]);
  const found = await rows(
    tx,
    sql<{ id: string; name: string }>`
    select id, display_name as name from users where org_id = ${tx.orgId} and id = any(${ids}::uuid[])`,
  );
  return new Map(found.map((row) => [row.id, row.name]));
}

export interface Followers {
  readonly undone_by: string[];
  readonly retried_by: string[];
}

/** The undos and retries that were confirmed, oldest first; those that were cancelled before they did anything do not count. */
export async function followersOf(
  tx: OrgTransaction,
  operations: readonly Operation[],
): Promise<Map<string, Followers>> {
  const ids = operations.map((one) => one.id);
  const following = (column: 'undo_of' | 'retry_of') => sql`
    select ${sql.ref(column)} as followed, ${column} as how, id from operations
    where org_id = ${tx.orgId} and ${sql.ref(column)} = any(${ids}::uuid[]) and queued_at is not null
      and (status <> 'cancelled' or successful_items > 0)`;
  const found = await rows(
    tx,
    sql<{ followed: string; undone_by: string[]; retried_by: string[] }>`
    select followed, coalesce(array_agg(id order by id) filter (where how = 'undo_of'), '{}') as undone_by,
      coalesce(array_agg(id order by id) filter (where how = 'retry_of'), '{}') as retried_by
    from (${following('undo_of')} union all ${following('retry_of')}) follower group by followed`,
  );
  return new Map(found.map(({ followed, ...followers }) => [followed, followers]));
}
