/** Steering an operation: pause, resume, cancel, approve, reject, prioritize. */
import { Problem } from '@muster/contract';
import { inOrg, type OrgTransaction } from '../../db/database.ts';
import { getVisible, isWholeOrgAdmin, lockSteerable } from '../rights.ts';
import { getKind, type Asked, type Asker } from '../engine.ts';
import { endCancelled } from '../run/finish.ts';
import { eventPrefix } from '../kind.ts';
import { invalidState, lockOperation, makerOf, move, update, type Operation } from '../operation.ts';
import { admit, dequeue, enterQueue } from '../queue.ts';
import { writeAudit, writeEvent } from '../record.ts';

/** A chunk in hand is finished first; the operation is then `paused`. */
export async function pause({ engine, actor }: Asker, operationId: string): Promise<Operation> {
  return steer({ engine, actor }, operationId, 'pause', async (tx, operation) => {
    if (operation.status !== 'processing' && operation.status !== 'queued') throw invalidState(operation, 'pausing');
    await dequeue(tx, operationId);
    await writeEvent(tx, {
      name: `${eventPrefix(getKind(engine, operation.kind))}.operation.paused`,
      operationId,
      actorId: makerOf(operation),
    });
    // We hold the row lock, so no chunk is in hand now and none can begin before this commits.
    const paused = await move(
      tx,
      operation,
      { status: 'paused', phase: 'applying', wanted: 'pausing' },
      { admitted_at: null },
    );
    await admit(tx);
    return paused;
  });
}

/** Goes on with the first item that has no result. */
export async function resume({ engine, actor }: Asker, operationId: string): Promise<Operation> {
  return steer({ engine, actor }, operationId, 'resume', async (tx, operation) => {
    if (operation.status !== 'paused') throw invalidState(operation, 'resuming');
    await writeEvent(tx, {
      name: `${eventPrefix(getKind(engine, operation.kind))}.operation.resumed`,
      operationId,
      actorId: makerOf(operation),
    });
    return enterQueue(tx, operation, { queued_at: engine.now() });
  });
}

/** What is done stays and can be undone; the rest is skipped. */
export async function cancel({ engine, actor }: Asker, operationId: string, reason: string): Promise<Operation> {
  return steer(
    { engine, actor },
    operationId,
    'cancel',
    async (tx, operation) => {
      if (operation.phase === 'done') throw invalidState(operation, 'cancelling');
      await dequeue(tx, operationId);
      const cancelled = await endCancelled(tx, engine, await update(tx, operation, { cancel_reason: reason }));
      await writeEvent(tx, {
        name: `${eventPrefix(getKind(engine, operation.kind))}.operation.completed`,
        operationId,
        actorId: makerOf(operation),
        payload: {
          final_status: 'cancelled',
          successful: cancelled.successful_items,
          skipped: cancelled.skipped_items,
        },
      });
      return cancelled;
    },
    { reason },
  );
}

/** @throws Problem `own_approval`; `forbidden` for who is no admin of the whole organization. */
export async function approve({ engine, actor }: Asker, operationId: string): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockForApproval({ tx, engine, actor }, operationId);
    if (operation.status !== 'pending' || operation.plan_hash === null) throw invalidState(operation, 'approving');
    await writeAudit(tx, { action: 'approve', operationId, actor, detail: { plan_hash: operation.plan_hash } });
    return update(tx, operation, {
      approved_by_account: actor.accountId,
      approved_by_user: actor.userId,
      approved_at: engine.now(),
      approved_hash: operation.plan_hash,
      phase: 'planned',
    });
  });
}

/** The operation is cancelled and keeps the reason. */
export async function reject({ engine, actor }: Asker, operationId: string, reason: string): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockForApproval({ tx, engine, actor }, operationId);
    if (operation.status !== 'pending') throw invalidState(operation, 'rejecting');
    await writeAudit(tx, { action: 'reject', operationId, actor, detail: { reason } });
    return endCancelled(tx, engine, await update(tx, operation, { cancel_reason: reason }));
  });
}

/** Changes the place of an operation that still waits. Higher numbers run earlier. */
export async function prioritize({ engine, actor }: Asker, operationId: string, priority: number): Promise<Operation> {
  return steer(
    { engine, actor },
    operationId,
    'prioritize',
    async (tx, operation) => {
      if (operation.status !== 'pending' && operation.status !== 'queued')
        throw invalidState(operation, 'prioritizing');
      return update(tx, operation, { priority });
    },
    { priority },
  );
}

async function lockForApproval(asked: Asked, id: string): Promise<Operation> {
  const { tx, actor } = asked;
  const operation = await getVisible(asked, id);
  if (!isWholeOrgAdmin(actor)) throw new Problem('forbidden');
  if ([operation.created_by_account, ...operation.changed_by_accounts].includes(actor.accountId)) {
    throw new Problem('own_approval');
  }
  return lockOperation(tx, id);
}

async function steer(
  { engine, actor }: Asker,
  operationId: string,
  action: string,
  work: (tx: OrgTransaction, operation: Operation) => Promise<Operation>,
  detail: Record<string, unknown> = {},
): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockSteerable({ tx, engine, actor }, operationId);
    await writeAudit(tx, { action, operationId, actor, detail });
    return work(tx, operation);
  });
}
