/** Makes the plan of a draft: within the request, or in the background where its file is large. */
import { LIMITS } from '@muster/contract';
import { sql } from 'kysely';
import { one, type OrgTransaction } from '../db/database.ts';
import { getKind, type Asked } from '../engine/engine.ts';
import type { Operation } from '../engine/operation.ts';
import { beginPlanning, planIn } from '../engine/plan/plan.ts';
import { enqueue, TASKS } from '../engine/queue.ts';

/** @returns the operation, planned or with phase `planning`. */
export async function planDraft(asked: Asked, operation: Operation): Promise<Operation> {
  const { tx, engine } = asked;
  const isFile = getKind(engine, operation.kind).rows !== undefined;
  if (!isFile || (await countRows(tx, operation.id)) <= LIMITS.planInRequestRowsMax) {
    return planIn(asked, operation);
  }
  const planning = await beginPlanning(tx, operation.id);
  await enqueue(tx, planning, TASKS.plan);
  return planning;
}

/** Staged rows, counted no further than decides. */
async function countRows(tx: OrgTransaction, operationId: string): Promise<number> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(*) as count from (
      select from staged_rows where org_id = ${tx.orgId} and operation_id = ${operationId}
      limit ${LIMITS.planInRequestRowsMax + 1}) staged`,
  );
  return count;
}
