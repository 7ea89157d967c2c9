import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';

/** Whom the items of an operation are about, each once. */
export async function subjectIds(tx: OrgTransaction, operationId: string): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select distinct subject_id as id from operation_items
    where org_id = ${tx.orgId} and operation_id = ${operationId} and subject_id is not null order by 1`,
  );
  return found.map((row) => row.id);
}
