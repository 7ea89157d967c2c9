import { newId } from '../db/ids.ts';
import type { OrgTransaction } from '../db/database.ts';

/** A message to be delivered after the transaction, at least once; its id lets the receiver drop doubles. */
export async function writeOutbox(
  tx: OrgTransaction,
  message: { topic: string; recipientId: string | null; operationId: string | null; payload: Record<string, unknown> },
): Promise<void> {
  await tx.db
    .insertInto('outbox')
    .values({
      org_id: tx.orgId,
      id: newId(),
      topic: message.topic,
      recipient_id: message.recipientId,
      operation_id: message.operationId,
      payload: JSON.stringify(message.payload),
    })
    .execute();
}
