/** From a previewed plan to a queued operation: what was previewed is what runs, or nothing runs. */
import { Problem } from '@muster/contract';
import { inOrg } from '../../db/database.ts';
import { lockSteerable } from '../reach.ts';
import { assertPeopleLimit } from '../rights.ts';
import { applyInRequest } from '../run/chunk.ts';
import { getKind, type Asked, type Asker, type Engine } from '../engine.ts';
import { assertFresh } from '../plan/fresh.ts';
import { guardsOf, type Guard } from '../plan/guards.ts';
import type { Kind } from '../kind.ts';
import { move } from '../moves.ts';
import { invalidState, isOpen, notesToLookAt, planCounts, type Operation, type PlanCounts } from '../operation.ts';
import { noteWords } from '../../formats/reading/note-words.ts';
import { applicantOf, makerAsActor, planIn } from '../plan/plan.ts';
import { assertAdmitted } from '../draft/admission.ts';
import { assertRoomToWait, enqueue, enterQueue, TASKS } from '../queue.ts';
import { beginUndo } from '../undo/settle.ts';

export interface Confirmation {
  /** Of the preview that was looked at; left out, the plan is made now and run in one go. */
  readonly planHash?: string | undefined;
  /** The number typed for the guards, by their code; one number alone answers to the largest of them. */
  readonly confirmCount?: number | Readonly<Record<string, number>> | undefined;
  /** Plans with warnings are refused unless this is true; undefined does not ask. */
  readonly acknowledgeWarnings?: boolean | undefined;
  /** Whoever confirms has looked at how the file was read; plans of files that were not clear are refused without. */
  readonly acceptReading?: boolean | undefined;
}

/**
 * Confirms and, where it is small, applies the operation before it returns.
 * @throws Problem `plan_stale` with `differences`, `validation_errors`, `confirm_count_mismatch`, `approval_required`,
 *   `reading_not_accepted`, `invalid_state`; nothing is changed then.
 */
export async function confirm(
  { engine, actor }: Asker,
  operationId: string,
  confirmation: Confirmation,
): Promise<Operation> {
  const confirmed = await inOrg(engine.database, actor.orgId, (tx) =>
    confirmIn({ tx, engine, actor }, operationId, confirmation),
  );
  return applyIfSmall(engine, confirmed);
}

/** Applies a small operation before the request is answered; a larger one is left to the worker. */
export async function applyIfSmall(engine: Engine, confirmed: Operation): Promise<Operation> {
  return confirmed.lane === 'small' && confirmed.admitted_at !== null ? applyInRequest(engine, confirmed) : confirmed;
}

async function confirmIn(asked: Asked, operationId: string, confirmation: Confirmation): Promise<Operation> {
  const { engine, actor } = asked;
  let operation = await lockSteerable(asked, operationId);
  if (!isOpen(operation)) throw invalidState(operation, 'starting');
  const applicant = applicantOf(engine, operation);
  await assertAdmitted(asked, applicant, 'confirm');
  // A plan holds what its maker may do, whoever confirms it.
  const maker = await makerAsActor(asked, operation);
  const made = { ...asked, actor: maker };
  if (maker !== actor) await assertAdmitted(made, applicant, 'change');
  if (confirmation.planHash === undefined) operation = await planIn(made, operation);
  if (operation.plan_hash === null) throw new Problem('not_validated');
  await assertFresh(made, operation, confirmation.planHash, asked);
  assertPeopleLimit(applicant.kind, maker, planCounts(operation).people, operation.override_reason);
  return confirmAdmitted(asked, operation, confirmation, 'queued');
}

/**
 * Confirms a plan that was made in this transaction by whoever asks: nothing can have changed since.
 * @throws Problem what the kind does not admit; whatever {@link confirm} refuses.
 * @param start - `here`: the caller applies it in this same transaction, so that nobody else sees it wait.
 */
export async function confirmPlanned(
  asked: Asked,
  operation: Operation,
  confirmation: Confirmation,
  start: Start = 'queued',
): Promise<Operation> {
  await assertAdmitted(asked, applicantOf(asked.engine, operation), 'confirm');
  return confirmAdmitted(asked, operation, confirmation, start);
}

type Start = 'queued' | 'here';

async function confirmAdmitted(
  asked: Asked,
  operation: Operation,
  confirmation: Confirmation,
  start: Start,
): Promise<Operation> {
  const { tx, engine } = asked;
  assertMeant(operation, getKind(engine, operation.kind), planCounts(operation), confirmation);
  await beginUndo(tx, operation);
  const detail = {
    plan_hash: operation.plan_hash,
    confirm_count: confirmation.confirmCount ?? null,
    warnings_acknowledged: confirmation.acknowledgeWarnings ?? false,
    reading_accepted: confirmation.acceptReading ?? false,
    override_reason: operation.override_reason,
  };
  return queue(asked, operation, start, detail);
}

/** Errors, warnings, guards and approval: whatever has to be settled by a person before anything runs. */
function assertMeant(operation: Operation, kind: Kind, counts: PlanCounts, confirmation: Confirmation): void {
  const errors = counts.actions['error'] ?? 0;
  if (kind.guards?.errorsBlock === true && errors > 0)
    throw new Problem('validation_errors', { count: errors, codes: counts.codes });
  if (confirmation.acknowledgeWarnings === false && counts.warnings > 0) {
    throw new Problem('warnings_not_acknowledged', { count: counts.warnings });
  }
  if (confirmation.acceptReading !== true) assertReadingClear(operation);
  const guards = guardsOf(operation);
  const needsApproval = operation.requires_approval || guards.some((guard) => guard.needs === 'approval');
  if (needsApproval && operation.approved_hash !== operation.plan_hash)
    throw new Problem('approval_required', { guards });
  const unmet = unmetGuard(guards, confirmation.confirmCount);
  if (unmet !== null) throw new Problem('confirm_count_mismatch', { field: 'confirm_count', ...unmet });
}

/** What was guessed, left out or assumed of a file is looked at by somebody first. */
function assertReadingClear(operation: Operation): void {
  const notes = notesToLookAt(operation);
  if (notes.length === 0) return;
  const errors = notes.map((note) => ({ code: note.code, field: note.columns?.[0] ?? '', ...noteWords(note) }));
  const reason = errors.map(({ message }) => message).join(' ');
  throw new Problem('reading_not_accepted', { count: notes.length, reason }, errors);
}

/** The first guard whose number was not typed. */
function unmetGuard(guards: readonly Guard[], typed: Confirmation['confirmCount']): Guard | null {
  const asking = guards.filter((guard) => guard.needs === 'typed');
  if (typeof typed === 'object') return asking.find((guard) => typed[guard.code] !== guard.count) ?? null;
  const [largest] = asking;
  return largest === undefined || largest.count === typed ? null : largest;
}

async function queue(
  asked: Asked,
  operation: Operation,
  start: Start,
  detail: Readonly<Record<string, unknown>>,
): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const now = engine.now();
  const values = { confirmed_by_account: actor.accountId, queued_at: now } as const;
  if (operation.scheduled_at !== null && operation.scheduled_at > now) {
    const waiting = await move(asked, operation, 'schedule', { values, detail });
    await enqueue(tx, waiting, TASKS.begin, operation.scheduled_at.getTime() - now.getTime());
    return waiting;
  }
  if (start === 'here') return move(asked, operation, 'confirm', { values: { ...values, admitted_at: now }, detail });
  if (operation.lane !== 'small') await assertRoomToWait(tx);
  const inRequest = operation.lane === 'small' ? operation.id : undefined;
  return enterQueue(asked, operation, 'confirm', { values, detail }, inRequest);
}
