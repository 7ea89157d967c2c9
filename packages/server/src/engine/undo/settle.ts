/** How much of an operation is undone, told to it when an undo begins and when it ends. */
import { ROLLBACK_STATUSES, type RollbackStatus } from '@muster/contract';
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import { lockOperation, update, type Operation, getOperation, makerOf } from '../operation.ts';
import { getKind, type Engine } from '../engine.ts';
import { eventPrefix } from '../kind.ts';
import { writeEvent } from '../record.ts';

/** The undo is confirmed: until it ends, no second one may begin. */
export async function beginUndo(tx: OrgTransaction, undo: Operation): Promise<void> {
  if (undo.undo_of === null) return;
  await update(tx, await lockOperation(tx, undo.undo_of), { rollback_status: 'in_progress' });
}

/** Tells the undone operation how much of it is undone now; and, where that was itself an undo, the one below. */
async function settleUndo(tx: OrgTransaction, undo: Operation): Promise<void> {
  if (undo.undo_of === null) return;
  const target = await lockOperation(tx, undo.undo_of);
  const { undone, running } = await one(
    tx,
    sql<{ undone: number; running: number }>`
    select coalesce(sum(successful_items) filter (where rollback_status <> 'rolled_back'), 0)::int as undone,
      count(*) filter (where status in ('queued', 'processing', 'paused'))::int as running
    from operations where org_id = ${tx.orgId} and undo_of = ${target.id}`,
  );
  const isAll = undone >= target.successful_items || undone >= (await countChanged(tx, target.id));
  const isWhole = isAll && !(await leavesRows(tx, target.id));
  const settled = await update(tx, target, { rollback_status: rollbackStatus(undone, isWhole, running) });
  await settleUndo(tx, settled);
}

/** Whether an undo that holds left rows of an item that it took back otherwise. */
async function leavesRows(tx: OrgTransaction, operationId: string): Promise<boolean> {
  const [found] = await rows(
    tx,
    sql`
    select from operations o join operation_items i on i.org_id = ${tx.orgId} and i.operation_id = o.id
    where o.org_id = ${tx.orgId} and o.undo_of = ${operationId} and o.rollback_status <> 'rolled_back'
      and i.status = 'success' and i.detail ? 'kept' limit 1`,
  );
  return found !== undefined;
}

/** Successful items that changed something; one that asked for what was there already has nothing to undo. */
async function countChanged(tx: OrgTransaction, operationId: string): Promise<number> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(distinct i.item_no) as count from operation_items i
    join changes c on c.org_id = ${tx.orgId} and c.operation_id = i.operation_id and c.item_no = i.item_no
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and i.status = 'success'`,
  );
  return count;
}

function rollbackStatus(undone: number, isWhole: boolean, running: number): RollbackStatus {
  const [none, inProgress, rolledBack, partly] = ROLLBACK_STATUSES;
  if (running > 0) return inProgress;
  if (undone === 0) return none;
  return isWhole ? rolledBack : partly;
}

/** An undo has ended, or was cancelled: what it undid says with which numbers, and how much of it is undone now. */
export async function endUndo(tx: OrgTransaction, engine: Engine, undo: Operation): Promise<void> {
  if (undo.undo_of === null) return;
  const undone = await getOperation(tx, undo.undo_of);
  await writeEvent(tx, {
    name: `${eventPrefix(getKind(engine, undone.kind))}.operation.rollback`,
    operationId: undone.id,
    actorId: makerOf(undo),
    payload: {
      undone_by: undo.id,
      withdrawn: undo.successful_items,
      kept: undo.skipped_items,
      failed: undo.failed_items,
    },
  });
  await settleUndo(tx, undo);
}
