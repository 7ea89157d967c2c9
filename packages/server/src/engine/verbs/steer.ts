/** Steering an operation: pause, resume, cancel, approve, reject, prioritize. */
import { Problem } from '@muster/contract';
import { inOrg } from '../../db/database.ts';
import type { Asked, Asker } from '../engine.ts';
import { move } from '../moves.ts';
import { invalidState, isWaiting, lockOperation, update, type Operation } from '../operation.ts';
import { admit, dequeue, enterQueue } from '../queue.ts';
import { writeAudit } from '../record.ts';
import { getVisible, lockSteerable } from '../reach.ts';
import { isWholeOrgAdmin } from '../rights.ts';
import { endCancelled } from '../run/finish.ts';

/** A chunk in hand is finished first; the operation is then `paused`. */
export async function pause(asker: Asker, operationId: string): Promise<Operation> {
  return steer(asker, operationId, async (asked, operation) => {
    await dequeue(asked.tx, operationId);
    // We hold the row lock, so no chunk is in hand now and none can begin before this commits.
    const paused = await move(asked, operation, 'pause', { values: { admitted_at: null } });
    await admit(asked.tx);
    return paused;
  });
}

/** Goes on with the first item that has no result. */
export async function resume(asker: Asker, operationId: string): Promise<Operation> {
  return steer(asker, operationId, async (asked, operation) => {
    if (operation.status !== 'paused') throw invalidState(operation, 'resuming');
    return enterQueue(asked, operation, 'resume', { values: { queued_at: asker.engine.now() } });
  });
}

/** What is done stays and can be undone; the rest is skipped. */
export async function cancel(asker: Asker, operationId: string, reason: string): Promise<Operation> {
  return steer(asker, operationId, async (asked, operation) => {
    await dequeue(asked.tx, operationId);
    return endCancelled(asked, operation, 'cancel', reason);
  });
}

/** @throws Problem `own_approval`; `forbidden` for who is no admin of the whole organization. */
export async function approve({ engine, actor }: Asker, operationId: string): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockForApproval({ tx, engine, actor }, operationId);
    if (operation.status !== 'pending' || operation.plan_hash === null) throw invalidState(operation, 'approving');
    const values = {
      approved_by_account: actor.accountId,
      approved_by_user: actor.userId,
      approved_at: engine.now(),
      approved_hash: operation.plan_hash,
    };
    return move({ tx, engine, actor }, operation, 'approve', { values, detail: { plan_hash: operation.plan_hash } });
  });
}

/** The operation is cancelled and keeps the reason. */
export async function reject({ engine, actor }: Asker, operationId: string, reason: string): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockForApproval({ tx, engine, actor }, operationId);
    if (operation.status !== 'pending') throw invalidState(operation, 'rejecting');
    return endCancelled({ tx, engine, actor }, operation, 'reject', reason);
  });
}

/** Changes the place of an operation that still waits. Higher numbers run earlier. */
export async function prioritize(asker: Asker, operationId: string, priority: number): Promise<Operation> {
  return steer(asker, operationId, async (asked, operation) => {
    if (!isWaiting(operation)) throw invalidState(operation, 'prioritizing');
    const { tx, actor } = asked;
    await writeAudit(tx, { action: 'prioritize', operationId, actor, detail: { priority } });
    return update(tx, operation, { priority });
  });
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
  work: (asked: Asked, operation: Operation) => Promise<Operation>,
): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const asked = { tx, engine, actor };
    return work(asked, await lockSteerable(asked, operationId));
  });
}
