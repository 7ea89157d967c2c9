/** An operation that cannot go on by itself waits for a person, and those who look after it are told. */
import type { OrgTransaction } from '../../db/database.ts';
import { administrators } from '../../tenancy/administrators.ts';
import type { Engine } from '../engine.ts';
import type { ItemFault } from './item-fault.ts';
import { move } from '../moves.ts';
import { update, type Operation } from '../operation.ts';
import { admit, dequeue } from '../queue.ts';
import { writeOutbox } from '../record.ts';

/** So many chunks in a row may fail for the most part before somebody has to look. */
const FAILING_CHUNKS_MAX = 2;

/** @param reason - What went wrong, for the operation's log and for those who are told. */
export async function pauseBroken(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  reason: string,
): Promise<void> {
  await dequeue(tx, operation.id);
  const payload = { reason };
  await move({ tx, engine, actor: null }, operation, 'pause', {
    values: { attempts: 0, failing_chunks: 0, error_log: logged(engine, operation, reason), admitted_at: null },
    payload,
    detail: payload,
  });
  const maker = operation.created_by_user === null ? [] : [operation.created_by_user];
  for (const recipientId of new Set([...maker, ...(await administrators(tx))])) {
    await writeOutbox(tx, { topic: 'operation.paused', recipientId, operationId: operation.id, payload });
  }
  await admit(tx);
}

/** The operation's log with one more line. */
export function logged(engine: Engine, operation: Operation, reason: string): string {
  return `${operation.error_log}${engine.now().toISOString()} ${reason}\n`;
}

/**
 * Counts the chunk just applied, where most of it could not be written for a reason that no item can be blamed for, and
 * pauses at the second in a row: what follows would fail likewise.
 *
 * @returns whether it goes on.
 */
export async function goesOn(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  items: number,
  faults: readonly ItemFault[],
): Promise<boolean> {
  const broken = faults.filter(({ code }) => code === 'apply_failed');
  const failing = broken.length * 2 > items ? operation.failing_chunks + 1 : 0;
  if (failing === operation.failing_chunks) return true;
  const counted = await update(tx, operation, { failing_chunks: failing });
  const isOver = counted.processed_items === counted.total_items;
  if (failing < FAILING_CHUNKS_MAX || isOver) return true;
  await pauseBroken(tx, engine, counted, String(broken[0]?.detail['reason']));
  return false;
}
