/** How an operation ends: done or cancelled. */
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import { plannedId } from '../../db/ids.ts';
import { getKind, type Engine } from '../engine.ts';
import { eventPrefix } from '../kind.ts';
import { getOperation, makerOf, move, update, type Operation, skippedByPlan } from '../operation.ts';
import { expectRows } from '../plan/planner-hints.ts';
import { admit } from '../queue.ts';
import { writeAudit, writeEvent, writeOutbox } from '../record.ts';
import { HAS_FAILED } from '../report.ts';
import { endUndo } from '../undo/settle.ts';

/** All items are worked. */
export async function finish(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<Operation> {
  const isEmpty = operation.total_items === 0;
  const anyDone = operation.successful_items + operation.skipped_items > 0;
  const status = anyDone || isEmpty ? 'completed' : 'failed';
  const summary = await summarize(tx, operation, isEmpty ? ['The operation had no items.'] : []);
  const ended = await move(
    tx,
    operation,
    { status, phase: 'done', wanted: 'finishing' },
    { completed_at: sql`now()`, admitted_at: null, results_summary: JSON.stringify(summary) },
  );
  await endUndo(tx, engine, ended);
  await announce(tx, engine, ended, summary);
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
export async function endCancelled(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<Operation> {
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
  const cancelled = await move(
    tx,
    counted,
    { status: 'cancelled', phase: 'done', wanted: 'cancelling' },
    { completed_at: sql`now()`, admitted_at: null, results_summary: JSON.stringify(await summarize(tx, counted, [])) },
  );
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

async function announce(tx: OrgTransaction, engine: Engine, operation: Operation, summary: Summary): Promise<void> {
  const kind = getKind(engine, operation.kind);
  const payload = {
    final_status: operation.status,
    total: operation.total_items,
    successful: operation.successful_items,
    failed: operation.failed_items,
    skipped: operation.skipped_items,
    duration_ms: engine.now().getTime() - (operation.started_at ?? engine.now()).getTime(),
  };
  const about = { operationId: operation.id, payload };
  await writeEvent(tx, { ...about, name: `${eventPrefix(kind)}.operation.completed`, actorId: makerOf(operation) });
  await writeAudit(tx, { action: 'end', operationId: operation.id, actor: null, detail: payload });
  if (!ranOn(operation)) return;
  await writeOutbox(tx, {
    operationId: operation.id,
    payload: { ...payload, errors_by_code: summary.errors_by_code },
    topic: 'operation.ended',
    recipientId: operation.created_by_user,
  });
}

/**
 * Whether it went on after whoever started it had their answer: what is done within the request is small and was not put
 * off, or began and ended in one transaction.
 */
function ranOn({ lane, scheduled_at: at, started_at: began, completed_at: ended }: Operation): boolean {
  return (lane !== 'small' || at !== null) && began !== null && ended !== null && ended > began;
}
