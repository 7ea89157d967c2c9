/** Every move of an operation, with its event and its audit entry. Nothing else sets a status or a phase. */
import { canMove, type OperationPhase, type OperationStatus } from '@muster/contract';
import type { OrgTransaction } from '../db/database.ts';
import type { Actor } from '../tenancy/actor.ts';
import { getKind, type Engine } from './engine.ts';
import { eventPrefix } from './kind.ts';
import { invalidState, makerOf, update, type Operation, type OperationValues } from './operation.ts';
import { writeAudit, writeEvent } from './record.ts';

interface Move {
  readonly status: OperationStatus;
  readonly phase: OperationPhase;
  /** What was asked for, in the words of the refusal. */
  readonly wanted: string;
  /** Of the operation's own events, after the prefix of its kind. */
  readonly event: string;
  /** Action of the audit entry. */
  readonly audit: string;
}

/** Which statuses may follow each other, and why, stands in the contract: {@link canMove}. */
const MOVES = {
  planLater: arrow('validating', 'planning', 'planning', 'operation.planning', 'plan_later'),
  planned: arrow('pending', 'planned', 'planning', 'validation.completed', 'plan'),
  awaitApproval: arrow('pending', 'awaiting_approval', 'planning', 'validation.completed', 'plan'),
  unplanned: arrow('pending', 'draft', 'planning', 'operation.unplanned', 'plan_failed'),
  approve: arrow('pending', 'planned', 'approving', 'operation.approved', 'approve'),
  reject: arrow('cancelled', 'done', 'rejecting', 'operation.rejected', 'reject'),
  schedule: arrow('pending', 'queued', 'starting', 'operation.confirmed', 'confirm'),
  confirm: arrow('queued', 'queued', 'starting', 'operation.confirmed', 'confirm'),
  due: arrow('queued', 'queued', 'starting', 'operation.due', 'due'),
  start: arrow('processing', 'applying', 'working', 'operation.started', 'start'),
  pause: arrow('paused', 'applying', 'pausing', 'operation.paused', 'pause'),
  resume: arrow('queued', 'queued', 'resuming', 'operation.resumed', 'resume'),
  cancel: arrow('cancelled', 'done', 'cancelling', 'operation.completed', 'cancel'),
  complete: arrow('completed', 'done', 'finishing', 'operation.completed', 'end'),
  fail: arrow('failed', 'done', 'finishing', 'operation.completed', 'end'),
} as const;
export type MoveName = keyof typeof MOVES;

function arrow(status: OperationStatus, phase: OperationPhase, wanted: string, event: string, audit: string): Move {
  return { status, phase, wanted, event, audit };
}

/** Who moves it: a person, or the engine on their behalf. */
export interface Mover {
  readonly tx: OrgTransaction;
  readonly engine: Engine;
  readonly actor: Actor | null;
}

export interface Said {
  /** Columns that change with the move. */
  readonly values?: OperationValues;
  /** Of the event. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Of the audit entry. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Moves a locked operation and says so.
 * @throws Problem `invalid_state` when no such move leads on from where it is.
 */
export async function move(mover: Mover, operation: Operation, name: MoveName, said: Said = {}): Promise<Operation> {
  const { tx, engine, actor } = mover;
  const { status, phase, wanted, event, audit } = MOVES[name];
  if (status !== operation.status && !canMove(operation.status, status)) throw invalidState(operation, wanted);
  const moved = await update(tx, operation, { ...said.values, status, phase });
  const about = { operationId: operation.id, actorId: makerOf(operation), payload: { ...said.payload } };
  await writeEvent(tx, { ...about, name: `${eventPrefix(getKind(engine, operation.kind))}.${event}` });
  await writeAudit(tx, { action: audit, operationId: operation.id, actor, detail: { ...said.detail } });
  return moved;
}
