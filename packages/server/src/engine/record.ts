/** What is said of an operation while it happens: events, audit entries, messages, and a wake-up for who watches. */
import { sql } from 'kysely';
import { newId } from '../db/ids.ts';
import { rows, type OrgTransaction } from '../db/database.ts';
import type { Actor } from '../tenancy/actor.ts';

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

/** What a person (or, without an actor, the engine on their behalf) did to an operation. */
export async function writeAudit(
  tx: OrgTransaction,
  entry: { action: string; operationId: string | null; actor: Actor | null; detail?: Record<string, unknown> },
): Promise<void> {
  const { actor } = entry;
  await tx.db
    .insertInto('audit')
    .values({
      org_id: tx.orgId,
      id: newId(),
      action: entry.action,
      operation_id: entry.operationId,
      actor_account: actor?.accountId ?? null,
      actor_user: actor?.userId ?? null,
      actor_role: actor?.role ?? 'engine',
      ip: actor?.ip ?? null,
      user_agent: actor?.userAgent ?? null,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
}

/** A message to be delivered after the transaction, at least once; its id lets the receiver drop doubles. */
export async function writeOutbox(
  tx: OrgTransaction,
  message: { topic: string; recipientId: string | null; operationId: string; payload: Record<string, unknown> },
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

/** Wakes every process that watches this operation; sent when the transaction commits. */
export async function notifyProgress(tx: OrgTransaction, operationId: string): Promise<void> {
  await rows(tx, sql`select pg_notify(${PROGRESS_CHANNEL}, ${`${tx.orgId} ${operationId}`})`);
}
