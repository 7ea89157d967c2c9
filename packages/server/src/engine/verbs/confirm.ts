/** From a previewed plan to a queued operation: what was previewed is what runs, or nothing runs. */
import { LIMITS, Problem } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, savepoint, type OrgTransaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { findActor, type Actor } from '../../tenancy/actor.ts';
import { lockSteerable } from '../rights.ts';
import { applyInRequest } from '../run/chunk.ts';
import { assertMayStart, getKind, type Engine } from '../engine.ts';
import type { Guard } from '../plan/guards.ts';
import { eventPrefix, type Kind } from '../kind.ts';
import { invalidState, lockOperation, makerOf, move, update, type Operation } from '../operation.ts';
import { assertPeopleLimit } from '../limits.ts';
import { expectRows } from '../plan/planner-hints.ts';
import { planIn, writePlan } from '../plan/plan.ts';
import { planCounts, touchedEntities, type PlanCounts } from '../plan-counts.ts';
import { admit, assertRoomToWait, enqueue, TASKS } from '../queue.ts';
import { writeAudit, writeEvent } from '../record.ts';
import { beginUndo } from '../undo/undo.ts';

export interface Confirmation {
  /** Of the preview that was looked at; left out, the plan is made now and run in one go. */
  readonly planHash?: string | undefined;
  /** The number typed for the guards, by their code; one number alone answers to the largest of them. */
  readonly confirmCount?: number | Readonly<Record<string, number>> | undefined;
  /** Plans with warnings are refused unless this is true; undefined does not ask. */
  readonly acknowledgeWarnings?: boolean | undefined;
}

/** One item that the same plan, made now, would treat differently. */
export interface PlanDifference {
  readonly item_no: number;
  readonly label: string;
  readonly was: string | null;
  readonly now: string | null;
}

/**
 * Confirms and, where it is small, applies the operation before it returns.
 * @throws Problem `plan_stale` with `differences`, `validation_errors`, `confirm_count_mismatch`, `approval_required`,
 *   `invalid_state`; nothing is changed then.
 */
export async function confirm(
  engine: Engine,
  actor: Actor,
  operationId: string,
  confirmation: Confirmation,
): Promise<Operation> {
  const confirmed = await inOrg(engine.database, actor.orgId, (tx) =>
    confirmIn(tx, engine, actor, operationId, confirmation),
  );
  return applyIfSmall(engine, confirmed);
}

/** Applies a small operation before the request is answered; a larger one is left to the worker. */
export async function applyIfSmall(engine: Engine, confirmed: Operation): Promise<Operation> {
  return confirmed.lane === 'small' && confirmed.admitted_at !== null ? applyInRequest(engine, confirmed) : confirmed;
}

async function confirmIn(
  tx: OrgTransaction,
  engine: Engine,
  actor: Actor,
  operationId: string,
  confirmation: Confirmation,
): Promise<Operation> {
  let operation = await lockSteerable(tx, engine, actor, operationId);
  const kind = getKind(engine, operation.kind);
  assertMayStart(kind, actor);
  if (operation.status !== 'pending') throw invalidState(operation, 'starting');
  if (operation.scheduled_at !== null && operation.queued_at !== null) throw invalidState(operation, 'starting');
  // A plan holds what its maker may do, whoever confirms it.
  const maker = await findActor(tx, operation.created_by_account);
  if (maker === null) throw new Problem('forbidden');
  if (confirmation.planHash === undefined) operation = await planIn(tx, engine, operation, maker);
  if (operation.plan_hash === null) throw new Problem('not_validated');
  await assertFresh(tx, engine, operation, maker, confirmation.planHash);
  assertPeopleLimit(kind, maker, planCounts(operation).people, operation.override_reason);
  return confirmPlanned(tx, engine, actor, operation, confirmation);
}

/**
 * Confirms a plan that was made, or compared, in this transaction: nothing can have changed since.
 * @param start - `here`: the caller applies it in this same transaction, so that nobody else sees it wait.
 */
export async function confirmPlanned(
  tx: OrgTransaction,
  engine: Engine,
  actor: Actor,
  operation: Operation,
  confirmation: Confirmation,
  start: 'queued' | 'here' = 'queued',
): Promise<Operation> {
  assertMeant(operation, getKind(engine, operation.kind), planCounts(operation), confirmation);
  const queued = await queue(tx, engine, operation, actor, start);
  await writeAudit(tx, {
    action: 'confirm',
    operationId: operation.id,
    actor,
    detail: {
      plan_hash: operation.plan_hash,
      confirm_count: confirmation.confirmCount ?? null,
      warnings_acknowledged: confirmation.acknowledgeWarnings ?? false,
      override_reason: operation.override_reason,
    },
  });
  return queued;
}

/** The plan is the one that was looked at, is not too old, and would be made the same way now. */
async function assertFresh(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  actor: Actor,
  planHash: string | undefined,
): Promise<void> {
  if (planHash === undefined) return;
  if (planHash !== operation.plan_hash) throw stale(countDifferences(operation, planHash), 'a newer preview was made');
  const expires = operation.plan_expires_at?.getTime() ?? 0;
  if (operation.scheduled_at === null && engine.now().getTime() > expires) {
    throw stale([{ item_no: 0, label: 'The whole preview', was: 'fresh', now: 'expired' }], 'the preview expired');
  }
  const differences = await changesSincePlan(tx, engine, operation, actor);
  if (differences.length > 0) throw stale(differences, 'the data changed');
}

function stale(differences: readonly PlanDifference[], reason: string): Problem {
  return new Problem('plan_stale', { count: differences.length, reason, differences: differences.slice(0, 100) });
}

/** What the counts of an earlier preview and of the present one differ in. */
function countDifferences(operation: Operation, planHash: string): PlanDifference[] {
  const history: unknown[] = Array.isArray(operation.plan_history) ? operation.plan_history : [];
  const earlier = history.find((entry) => isPlanned(entry) && entry.plan_hash === planHash);
  const was = isPlanned(earlier) ? earlier.counts.actions : {};
  const now = planCounts(operation).actions;
  const actions = [...new Set([...Object.keys(was), ...Object.keys(now)])];
  const differing = actions.filter((action) => was[action] !== now[action]);
  if (differing.length === 0)
    return [{ item_no: 0, label: 'The whole preview', was: planHash, now: operation.plan_hash }];
  return differing.map((action) => ({
    item_no: 0,
    label: action,
    was: String(was[action] ?? 0),
    now: String(now[action] ?? 0),
  }));
}

function isPlanned(entry: unknown): entry is { plan_hash: string; counts: PlanCounts } {
  return typeof entry === 'object' && entry !== null && 'plan_hash' in entry && 'counts' in entry;
}

/**
 * What changed since the plan was made. Plans of up to LIMITS.replanItemsMax items are made again beside the present
 * one and compared; of larger ones the versions of the rows to be changed are compared.
 */
async function changesSincePlan(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  actor: Actor,
): Promise<PlanDifference[]> {
  if (operation.total_items > LIMITS.replanItemsMax) return staleRows(tx, engine, operation);
  const shadow = newId();
  const now = operation.planned_at ?? engine.now();
  const undone = new Error('the shadow plan is only compared');
  let differences: PlanDifference[] = [];
  await savepoint(tx, async () => {
    await writePlan(tx, engine, operation, actor, { writeTo: shadow, now });
    differences = await comparePlans(tx, operation.id, shadow);
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return differences;
}

/** One pass over both plans: a plan just written has no statistics, and joins of it are planned as if it had one row. */
async function comparePlans(tx: OrgTransaction, was: string, now: string): Promise<PlanDifference[]> {
  const hash = sql`hash_record_extended(row(entity_id, action, before, after, version_read), 0)`;
  const of = (side: string) =>
    sql`(max(action) filter (where side = ${side}), max(subject) filter (where side = ${side}), sum(hash) filter (where side = ${side}))`;
  return rows(
    tx,
    sql<PlanDifference>`
    with line as (
      select item_no, case operation_id when ${was} then 'was' else 'now' end as side, label,
        action || coalesce(' ' || code, '') as action, subject_id::text as subject, null::numeric as hash
      from operation_items where org_id = ${tx.orgId} and operation_id in (${was}, ${now})
      union all
      select item_no, case operation_id when ${was} then 'was' else 'now' end, null, null, null, ${hash}
      from changes where org_id = ${tx.orgId} and operation_id in (${was}, ${now}))
    select item_no, coalesce(max(label) filter (where side = 'now'), max(label)) as label,
      max(action) filter (where side = 'was') as was, max(action) filter (where side = 'now') as now
    from line group by item_no having ${of('was')} is distinct from ${of('now')}
    order by 1`,
  );
}

async function staleRows(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<PlanDifference[]> {
  await expectRows(tx, operation.total_items);
  const found: PlanDifference[] = [];
  for (const entity of touchedEntities(engine.entities, operation, ['update', 'delete'])) {
    found.push(
      ...(await rows(
        tx,
        sql<PlanDifference>`
      select i.item_no, i.label, i.action as was, case when e.id is null then 'gone' else 'changed' end as now
      from changes c
      join operation_items i on i.org_id = ${tx.orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
      left join ${sql.table(entity.table)} e on e.org_id = ${tx.orgId} and e.id = c.entity_id
      where c.org_id = ${tx.orgId} and c.operation_id = ${operation.id} and c.entity = ${entity.name}
        and c.action <> 'insert' and e.version is distinct from c.version_read
      order by 1 limit 100`,
      )),
    );
  }
  return found;
}

/** Errors, warnings, guards and approval: whatever has to be settled by a person before anything runs. */
function assertMeant(operation: Operation, kind: Kind, counts: PlanCounts, confirmation: Confirmation): void {
  const errors = counts.actions['error'] ?? 0;
  if (kind.errorsBlock === true && errors > 0)
    throw new Problem('validation_errors', { count: errors, codes: counts.codes });
  if (confirmation.acknowledgeWarnings === false && counts.warnings > 0) {
    throw new Problem('warnings_not_acknowledged', { count: counts.warnings });
  }
  const guards = guardsOf(operation);
  const needsApproval = operation.requires_approval || guards.some((guard) => guard.needs === 'approval');
  if (needsApproval && operation.approved_hash !== operation.plan_hash)
    throw new Problem('approval_required', { guards });
  const unmet = unmetGuard(guards, confirmation.confirmCount);
  if (unmet !== null) throw new Problem('confirm_count_mismatch', { field: 'confirm_count', ...unmet });
}

/** The first guard whose number was not typed. */
function unmetGuard(guards: readonly Guard[], typed: Confirmation['confirmCount']): Guard | null {
  const asking = guards.filter((guard) => guard.needs === 'typed');
  if (typeof typed === 'object') return asking.find((guard) => typed[guard.code] !== guard.count) ?? null;
  const [largest] = asking;
  return largest === undefined || largest.count === typed ? null : largest;
}

export function guardsOf(operation: Operation): Guard[] {
  const guards: unknown[] = Array.isArray(operation.guards) ? operation.guards : [];
  return guards.filter(isGuard);
}

function isGuard(value: unknown): value is Guard {
  return typeof value === 'object' && value !== null && 'code' in value && 'count' in value;
}

async function queue(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  actor: Actor,
  start: 'queued' | 'here',
): Promise<Operation> {
  const now = engine.now();
  const confirmed = { confirmed_by_account: actor.accountId, queued_at: now } as const;
  await beginUndo(tx, operation);
  await writeEvent(tx, {
    name: `${eventPrefix(getKind(engine, operation.kind))}.operation.confirmed`,
    operationId: operation.id,
    actorId: makerOf(operation),
  });
  if (operation.scheduled_at !== null && operation.scheduled_at > now) {
    const waiting = await update(tx, operation, { ...confirmed, phase: 'queued' });
    await enqueue(tx, waiting, TASKS.begin, operation.scheduled_at.getTime() - now.getTime());
    return waiting;
  }
  if (start === 'here') {
    const admitted = { ...confirmed, admitted_at: now };
    return move(tx, operation, { status: 'queued', phase: 'queued', wanted: 'starting' }, admitted);
  }
  if (operation.lane !== 'small') await assertRoomToWait(tx);
  return enterQueue(tx, operation, confirmed, operation.lane === 'small' ? operation.id : undefined);
}

/**
 * Queues a confirmed operation; it is admitted at once where there is room.
 * @param inRequest - Its id, where the caller will work it: the job is then only a safety net.
 */
export async function enterQueue(
  tx: OrgTransaction,
  operation: Operation,
  confirmed: { confirmed_by_account?: string; queued_at?: Date } = {},
  inRequest?: string,
): Promise<Operation> {
  await move(tx, operation, { status: 'queued', phase: 'queued', wanted: 'starting' }, confirmed);
  await admit(tx, inRequest);
  return lockOperation(tx, operation.id);
}
