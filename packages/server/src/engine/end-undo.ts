import type { OrgTransaction } from '../db/database.ts';
import { getKind, type Engine } from './engine.ts';
import { eventPrefix } from './kind.ts';
import { getOperation, makerOf, type Operation } from './operation.ts';
import { writeEvent } from './record.ts';
import { settleUndo } from './undo/undo.ts';

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
