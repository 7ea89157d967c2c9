/** Steering an operation: undo, pause, resume, cancel, approve, reject, prioritize. */
import { Problem } from '@muster/contract';
import { inOrg, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { getVisible, isWholeOrgAdmin, lockSteerable, maySteer } from '../rights.ts';
import { applyIfSmall, confirmPlanned, enterQueue } from './confirm.ts';
import { createIn } from '../plan/draft.ts';
import { getKind, type Engine } from '../engine.ts';
import { endCancelled } from '../run/finish.ts';
import { eventPrefix, whyIrreversible } from '../kind.ts';
import { invalidState, lockOperation, makerOf, move, update, type Operation } from '../operation.ts';
import { planIn } from '../plan/plan.ts';
import { admit, dequeue } from '../queue.ts';
import { writeAudit, writeEvent } from '../record.ts';

/** A chunk in hand is finished first; the operation is then `paused`. */
export async function pause(engine: Engine, actor: Actor, operationId: string): Promise<Operation> {
  return steer(engine, actor, operationId, 'pause', async (tx, operation) => {
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
export async function resume(engine: Engine, actor: Actor, operationId: string): Promise<Operation> {
  return steer(engine, actor, operationId, 'resume', async (tx, operation) => {
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
export async function cancel(engine: Engine, actor: Actor, operationId: string, reason: string): Promise<Operation> {
  return steer(
    engine,
    actor,
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
export async function approve(engine: Engine, actor: Actor, operationId: string): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockForApproval(tx, engine, actor, operationId);
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
export async function reject(engine: Engine, actor: Actor, operationId: string, reason: string): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockForApproval(tx, engine, actor, operationId);
    if (operation.status !== 'pending') throw invalidState(operation, 'rejecting');
    await writeAudit(tx, { action: 'reject', operationId, actor, detail: { reason } });
    return endCancelled(tx, engine, await update(tx, operation, { cancel_reason: reason }));
  });
}

/** Changes the place of an operation that still waits. Higher numbers run earlier. */
export async function prioritize(
  engine: Engine,
  actor: Actor,
  operationId: string,
  priority: number,
): Promise<Operation> {
  return steer(
    engine,
    actor,
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

export interface UndoRequest {
  readonly itemNos?: readonly number[] | undefined;
  readonly mode?: 'all' | 'untouched_only' | undefined;
  readonly reason?: string | undefined;
  readonly planHash?: string | undefined;
}

/** Makes the plan of an undo without starting it. @throws Problem `not_reversible`, `rollback_window_closed`, `nothing_to_undo`. */
export async function planUndo(
  tx: OrgTransaction,
  engine: Engine,
  actor: Actor,
  operationId: string,
  request: UndoRequest,
): Promise<Operation> {
  await getVisible(tx, engine, actor, operationId);
  const operation = await lockOperation(tx, operationId);
  assertMayUndo(engine, actor, operation);
  const undo = await createIn(tx, engine, actor, {
    kind: 'undo',
    name: `Undo: ${operation.name}`.slice(0, 200),
    undoOf: operationId,
    source: operation.source,
    params: {
      operation_id: operationId,
      item_nos: request.itemNos,
      mode: request.mode ?? 'all',
      reason: request.reason ?? '',
    },
  });
  return planIn(tx, engine, undo, actor);
}

/** Plans and confirms the undo. @throws Problem `plan_stale` when `planHash` is not that of the plan made now. */
export async function undo(
  engine: Engine,
  actor: Actor,
  operationId: string,
  request: UndoRequest,
): Promise<Operation> {
  const confirmed = await inOrg(engine.database, actor.orgId, async (tx) => {
    const plan = await planUndo(tx, engine, actor, operationId, request);
    if (request.planHash !== undefined && request.planHash !== plan.plan_hash) {
      throw new Problem('plan_stale', {
        count: 1,
        differences: [{ item_no: 0, label: 'The undo', was: request.planHash, now: plan.plan_hash }],
      });
    }
    await writeAudit(tx, {
      action: 'rollback',
      operationId,
      actor,
      detail: { undone_by: plan.id, reason: request.reason ?? '' },
    });
    return confirmPlanned(tx, engine, actor, plan, {});
  });
  return applyIfSmall(engine, confirmed);
}

const HOUR_MS = 3_600_000;

/** The end of the time in which this actor may undo the operation, counted from its end. */
export function undoUntil(actor: Actor, operation: Operation): Date | null {
  if (operation.completed_at === null) return null;
  const hours = actor.role === 'teacher' ? 24 : 30 * 24;
  return new Date(operation.completed_at.getTime() + hours * HOUR_MS);
}

function assertMayUndo(engine: Engine, actor: Actor, operation: Operation): void {
  if (!maySteer(actor, operation)) throw new Problem('forbidden');
  if (operation.phase !== 'done') throw invalidState(operation, 'undoing');
  const irreversible = whyIrreversible(getKind(engine, operation.kind), operation.params);
  if (irreversible !== null) throw new Problem('not_reversible', { reason: irreversible });
  if (operation.rollback_status === 'in_progress') throw invalidState(operation, 'undoing a second time');
  if (operation.rollback_status === 'rolled_back' || operation.successful_items === 0)
    throw new Problem('nothing_to_undo');
  const until = undoUntil(actor, operation);
  if (until !== null && engine.now() > until)
    throw new Problem('rollback_window_closed', { until: until.toISOString() });
}

async function lockForApproval(tx: OrgTransaction, engine: Engine, actor: Actor, id: string): Promise<Operation> {
  const operation = await getVisible(tx, engine, actor, id);
  if (!isWholeOrgAdmin(actor)) throw new Problem('forbidden');
  if (operation.created_by_account === actor.accountId) throw new Problem('own_approval');
  return lockOperation(tx, id);
}

async function steer(
  engine: Engine,
  actor: Actor,
  operationId: string,
  action: string,
  work: (tx: OrgTransaction, operation: Operation) => Promise<Operation>,
  detail: Record<string, unknown> = {},
): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockSteerable(tx, engine, actor, operationId);
    await writeAudit(tx, { action, operationId, actor, detail });
    return work(tx, operation);
  });
}
