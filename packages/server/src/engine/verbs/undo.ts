/** Taking back what an operation did: previewed first, then an operation like any other. */
import { Problem } from '@muster/contract';
import { inOrg } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { getVisible, maySteer } from '../rights.ts';
import { applyIfSmall, confirmPlanned } from './confirm.ts';
import { createIn } from '../plan/draft.ts';
import { getKind, type Engine, type Asked } from '../engine.ts';
import { whyIrreversible } from '../kind.ts';
import { invalidState, lockOperation, type Operation } from '../operation.ts';
import { planIn } from '../plan/plan.ts';
import { writeAudit } from '../record.ts';

export interface UndoRequest {
  readonly itemNos?: readonly number[] | undefined;
  readonly mode?: 'all' | 'untouched_only' | undefined;
  readonly reason?: string | undefined;
  readonly planHash?: string | undefined;
}

/** Makes the plan of an undo without starting it. @throws Problem `not_reversible`, `rollback_window_closed`, `nothing_to_undo`. */
export async function planUndo(asked: Asked, operationId: string, request: UndoRequest): Promise<Operation> {
  const { tx, engine, actor } = asked;
  await getVisible(asked, operationId);
  const operation = await lockOperation(tx, operationId);
  assertMayUndo(engine, actor, operation);
  const undo = await createIn(asked, {
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
  return planIn(asked, undo);
}

/** Plans and confirms the undo. @throws Problem `plan_stale` when `planHash` is not that of the plan made now. */
export async function undo(
  engine: Engine,
  actor: Actor,
  operationId: string,
  request: UndoRequest,
): Promise<Operation> {
  const confirmed = await inOrg(engine.database, actor.orgId, async (tx) => {
    const plan = await planUndo({ tx, engine, actor }, operationId, request);
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
    return confirmPlanned({ tx, engine, actor }, plan, {});
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
