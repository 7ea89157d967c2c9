/** How an operation ends: done or cancelled. */
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import { plannedId } from '../../db/ids.ts';
import { getKind, type Asked, type Engine } from '../engine.ts';
import { move } from '../moves.ts';
import { getOperation, invalidState, skippedByPlan, update, type Operation } from '../operation.ts';
import { expectRows } from '../plan/planner-hints.ts';
import { admit } from '../queue.ts';
import { writeOutbox } from '../record.ts';
import { HAS_FAILED } from '../report.ts';
import { endUndo } from '../undo/settle.ts';

/** All items are worked. */
export async function finish(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<Operation> {
  const isEmpty = operation.total_items === 0;
  const anyDone = operation.successful_items + operation.skipped_items > 0;
  const summary = await summarize(tx, operation, isEmpty ? ['The operation had no items.'] : []);
  const name = anyDone || isEmpty ? 'complete' : 'fail';
  const payload = {
    final_status: name === 'complete' ? 'completed' : 'failed',
    total: operation.total_items,
    successful: operation.successful_items,
    failed: operation.failed_items,
    skipped: operation.skipped_items,
    duration_ms: engine.now().getTime() - (operation.started_at ?? engine.now()).getTime(),
  };
  const values = { completed_at: sql<Date>`now()`, admitted_at: null, results_summary: JSON.stringify(summary) };
  const ended = await move({ tx, engine, actor: null }, operation, name, { values, payload, detail: payload });
  await endUndo(tx, engine, ended);
  await tellMaker(tx, ended, { ...payload, errors_by_code: summary.errors_by_code });
  await admit(tx);
  await tellThose(tx, engine, ended);
  return ended;
}

/** Writes the kind's own messages of what was done. The last of a transaction, as it decides how all that follows is joined. */
async function tellThose(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<void> {
  if (operation.successful_items === 0) return;
  const messages = await messagesOf(tx, engine, operation);
  if (messages === null) return;
  await expectRows(tx, operation.total_items);
  await rows(
    tx,
    sql`
    insert into outbox (org_id, id, topic, recipient_id, operation_id, payload)
    select ${tx.orgId}, ${plannedId(operation.id, sql`'notice ' || n`, sql`n::int`)}, topic, recipient_id, ${operation.id}, payload
    from (select *, row_number() over () as n from (${messages}) message) numbered`,
  );
}

/** Of an undo, what the kind of the undone operation has to say. */
async function messagesOf(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
): Promise<RawBuilder<unknown> | null> {
  const { orgId } = tx;
  const undone = operation.undo_of === null ? null : await getOperation(tx, operation.undo_of);
  const kind = getKind(engine, (undone ?? operation).kind);
  const params = kind.params.parse((undone ?? operation).params);
  const context = { orgId, operationId: operation.id, params };
  return undone === null
    ? (kind.says?.ended?.(context) ?? null)
    : (kind.says?.undone?.({ ...context, undoneId: undone.id }) ?? null);
}

/** Finished items stay and can be undone; the others become skipped. */
export async function endCancelled(
  asked: Asked,
  operation: Operation,
  name: 'cancel' | 'reject',
  reason: string,
): Promise<Operation> {
  const { tx, engine } = asked;
  if (operation.phase === 'done') throw invalidState(operation, 'cancelling');
  const { left } = await one(
    tx,
    sql<{ left: number }>`
    with stopped as (
      update operation_items set status = 'skipped', code = 'cancelled', processed_at = statement_timestamp()
      where org_id = ${tx.orgId} and operation_id = ${operation.id} and status = 'pending' returning 1)
    select count(*) as left from stopped`,
  );
  await rows(
    tx,
    sql`
    delete from staged_rows where org_id = ${tx.orgId} and operation_id = ${operation.id} and ${operation.started_at === null}::boolean`,
  );
  const skipped = left + (operation.started_at === null ? skippedByPlan(operation) : 0);
  const counted = await update(tx, operation, {
    skipped_items: operation.skipped_items + skipped,
    processed_items: operation.processed_items + skipped,
  });
  const cancelled = await move(asked, counted, name, {
    values: {
      completed_at: sql<Date>`now()`,
      admitted_at: null,
      cancel_reason: reason,
      results_summary: JSON.stringify(await summarize(tx, counted, [])),
    },
    payload: { final_status: 'cancelled', successful: counted.successful_items, skipped: counted.skipped_items },
    detail: { reason },
  });
  await endUndo(tx, engine, cancelled);
  await admit(tx);
  await tellThose(tx, engine, cancelled);
  return cancelled;
}

interface Summary {
  readonly total_items: number;
  readonly successful_items: number;
  readonly failed_items: number;
  readonly skipped_items: number;
  readonly errors_by_code: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

async function summarize(tx: OrgTransaction, operation: Operation, warnings: readonly string[]): Promise<Summary> {
  const codes = await rows(
    tx,
    sql<{ code: string; count: number }>`
    select code, count(*) as count from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operation.id} and ${HAS_FAILED} group by code`,
  );
  return {
    total_items: operation.total_items,
    successful_items: operation.successful_items,
    failed_items: operation.failed_items,
    skipped_items: operation.skipped_items,
    errors_by_code: Object.fromEntries(codes.map((row) => [row.code, row.count])),
    warnings,
  };
}

/** Who started it is told where it ended after they had their answer. */
async function tellMaker(tx: OrgTransaction, operation: Operation, payload: Record<string, unknown>): Promise<void> {
  if (!ranOn(operation)) return;
  const { id: operationId, created_by_user: recipientId } = operation;
  await writeOutbox(tx, { topic: 'operation.ended', recipientId, operationId, payload });
}

/**
 * Whether it went on after whoever started it had their answer: what is done within the request is small and was not put
 * off, or began and ended in one transaction.
 */
function ranOn({ lane, scheduled_at: at, started_at: began, completed_at: ended }: Operation): boolean {
  return (lane !== 'small' || at !== null) && began !== null && ended !== null && ended > began;
}
