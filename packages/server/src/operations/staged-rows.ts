import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';

/** The first rows of a file as its mapping reads them. */
export async function firstStagedRows(
  tx: OrgTransaction,
  operationId: string,
  limit: number,
): Promise<Record<string, unknown>[]> {
  const found = await rows(
    tx,
    sql<{ clean: Record<string, unknown> }>`
    select clean from staged_rows where org_id = ${tx.orgId} and operation_id = ${operationId}
    order by row_no limit ${limit}`,
  );
  return found.map((row) => row.clean);
}
