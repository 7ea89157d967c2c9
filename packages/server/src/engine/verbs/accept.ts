import { Problem } from '@muster/contract';
import type { Asked } from '../engine.ts';
import { update, type Operation } from '../operation.ts';
import { writeAudit } from '../record.ts';

/** `partial` has something done and something not; what a policy skipped counts as done. Null before the end. */
export function outcomeOf(operation: Operation): 'full' | 'partial' | 'none' | null {
  const { phase, status, successful_items: done, failed_items: failed, skipped_items: skipped } = operation;
  if (phase !== 'done') return null;
  if (status === 'cancelled') return done === 0 ? 'none' : 'partial';
  if (failed === 0) return 'full';
  return done + skipped === 0 ? 'none' : 'partial';
}

/** Closes a locked operation's partial result as it is. @throws Problem `nothing_to_accept`. */
export async function accept({ tx, engine, actor }: Asked, operation: Operation): Promise<Operation> {
  const isLeft = outcomeOf(operation) === 'partial' && operation.accepted_at === null;
  if (!isLeft) throw new Problem('nothing_to_accept');
  const detail = { failed: operation.failed_items };
  await writeAudit(tx, { action: 'accept', operationId: operation.id, actor, detail });
  return update(tx, operation, { accepted_at: engine.now() });
}
