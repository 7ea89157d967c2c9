/** What is said of an operation while it happens: events, audit entries, messages, and a wake-up for who watches. */
import { sql } from 'kysely';
import { newId } from '../db/ids.ts';
import { rows, type OrgTransaction } from '../db/database.ts';

export { writeOutbox } from '../tenancy/outbox.ts';
export { writeAudit } from '../tenancy/trail.ts';

export const PROGRESS_CHANNEL = 'muster_progress';

export async function writeEvent(
  tx: OrgTransaction,
  event: { name: string; operationId: string; actorId: string | null; payload?: Record<string, unknown> },
): Promise<void> {
  await tx.db
    .insertInto('events')
    .values({
      org_id: tx.orgId,
      id: newId(),
      name: event.name,
      operation_id: event.operationId,
      actor_id: event.actorId,
      payload: JSON.stringify(event.payload ?? {}),
    })
    .execute();
}

/** Wakes every process that watches this operation; sent when the transaction commits. */
export async function notifyProgress(tx: OrgTransaction, operationId: string): Promise<void> {
  await rows(tx, sql`select pg_notify(${PROGRESS_CHANNEL}, ${`${tx.orgId} ${operationId}`})`);
}
