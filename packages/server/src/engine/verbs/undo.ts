/** Taking back what an operation did: previewed first, then an operation like any other. */
import { Problem } from '@muster/contract';
import { inOrg } from '../../db/database.ts';
import { getVisible } from '../reach.ts';
import { applyIfSmall, confirmPlanned } from './confirm.ts';
import { draftInternal } from '../draft/draft.ts';
import type { Asked, Asker } from '../engine.ts';
import { lockOperation, type Operation } from '../operation.ts';
import { planIn } from '../plan/plan.ts';
import { writeAudit } from '../record.ts';

export interface UndoRequest {
  readonly itemNos?: readonly number[] | undefined;
  readonly mode?: 'all' | 'untouched_only' | undefined;
  readonly reason?: string | undefined;
  readonly planHash?: string | undefined;
  /** The number of people that was typed, where the plan asks for it. */
  readonly confirmCount?: number | undefined;
}

/** Makes the plan of an undo without starting it. @throws Problem `not_reversible`, `rollback_window_closed`, `nothing_to_undo`. */
export async function planUndo(asked: Asked, operationId: string, request: UndoRequest): Promise<Operation> {
  const { tx } = asked;
  await getVisible(asked, operationId);
  const operation = await lockOperation(tx, operationId);
  const undo = await draftInternal(asked, {
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
export async function undo({ engine, actor }: Asker, operationId: string, request: UndoRequest): Promise<Operation> {
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
    return confirmPlanned({ tx, engine, actor }, plan, { confirmCount: request.confirmCount });
  });
  return applyIfSmall(engine, confirmed);
}
