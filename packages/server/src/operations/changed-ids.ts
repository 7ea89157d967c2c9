import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';

/** The records of an entity that an operation wrote. @param action - Only those it did this to. */
export async function changedIds(
  tx: OrgTransaction,
  operationId: string,
  entity: string,
  action?: 'insert' | 'update',
): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select distinct entity_id as id from changes
    where org_id = ${tx.orgId} and operation_id = ${operationId} and entity = ${entity}
      and ${action === undefined ? sql`true` : sql`action = ${action}`}`,
  );
  return found.map((row) => row.id);
}
