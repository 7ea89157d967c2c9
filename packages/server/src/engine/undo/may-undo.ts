/** Who may undo an operation, until when, and whether it can be undone at all. */
import { Problem, type Role } from '@muster/contract';
import type { Actor } from '../../tenancy/actor.ts';
import { whyIrreversible, type Kind } from '../kind.ts';
import { invalidState, type Operation } from '../operation.ts';
import { maySteer } from '../rights.ts';

const HOUR_MS = 3_600_000;

/** The end of the time in which this actor may undo the operation, counted from its end. */
export function undoUntil(actor: Actor, operation: Operation): Date | null {
  if (operation.completed_at === null) return null;
  return new Date(operation.completed_at.getTime() + undoHours(actor.role) * HOUR_MS);
}

export function undoHours(role: Role): number {
  return role === 'teacher' ? 24 : 30 * 24;
}

/** @throws Problem `forbidden`, `not_reversible`, `rollback_window_closed`, `nothing_to_undo`, `invalid_state`. */
export function assertMayUndo(kind: Kind, actor: Actor, operation: Operation, now: Date): void {
  if (!maySteer(actor, operation)) throw new Problem('forbidden');
  if (operation.phase !== 'done') throw invalidState(operation, 'undoing');
  const irreversible = whyIrreversible(kind, operation.params);
  if (irreversible !== null) throw new Problem('not_reversible', { reason: irreversible });
  if (operation.rollback_status === 'in_progress') throw invalidState(operation, 'undoing a second time');
  if (operation.rollback_status === 'rolled_back' || operation.successful_items === 0)
    throw new Problem('nothing_to_undo');
  const until = undoUntil(actor, operation);
  if (until !== null && now > until) throw new Problem('rollback_window_closed', { until: until.toISOString() });
}
