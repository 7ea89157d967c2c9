import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';

/** Takes drafts away with their plans and the rows of their files. Of them stays what audit trail and events say. */
export async function eraseDrafts(tx: OrgTransaction, ids: readonly string[]): Promise<void> {
  const drafts = sql`${[...ids]}::uuid[]`;
  for (const part of ['changes', 'operation_items', 'staged_rows']) {
    await rows(tx, sql`delete from ${sql.table(part)} where org_id = ${tx.orgId} and operation_id = any(${drafts})`);
  }
  await rows(tx, sql`delete from operations where org_id = ${tx.orgId} and id = any(${drafts})`);
}
