import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { rows } from '../db/database.ts';
import { type Asked, writeAudit } from '../engine/index.ts';

/**
 * Takes down other parameters for one item that failed; a retry then uses them.
 * @param operationId - Of an operation that the caller has locked.
 * @throws Problem `conflict` for an item that has not failed.
 */
export async function correctItem(
  { tx, actor }: Asked,
  operationId: string,
  item: { readonly item_no: number; readonly status: string },
  parameters: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (item.status !== 'failed') {
    throw new Problem('conflict', {
      message: 'Only a failed item can be corrected.',
      correction: 'Look at the items that failed.',
    });
  }
  await rows(
    tx,
    sql`
    update operation_items set detail = coalesce(detail, '{}') || jsonb_build_object('correction', ${JSON.stringify(parameters)}::jsonb)
    where org_id = ${tx.orgId} and operation_id = ${operationId} and item_no = ${item.item_no}`,
  );
  await writeAudit(tx, { action: 'correct', operationId, actor, detail: { item_no: item.item_no, parameters } });
}
