/**
 * Makes the plan of an operation: its items and changes, their counts, a hash over all of it, and its guards.
 *
 * Planning reads school data and writes the plan alone. Planning again replaces the plan. The same state gives the
 * same plan, down to the ids of rows to be inserted, so that two plans can be compared.
 */
import { LIMITS, Problem, type Lane } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, one, rows, type OrgTransaction } from '../../db/database.ts';
import { plannedId } from '../../db/ids.ts';
import { findActor, type Actor } from '../../tenancy/actor.ts';
import { getKind, type Engine, type Asked } from '../engine.ts';
import { assertAdmitted, type Applicant } from '../draft/admission.ts';
import { leaveUnnamed } from './beyond-reach.ts';
import { findGuards } from './guards.ts';
import { enqueue, TASKS } from '../queue.ts';
import { eventPrefix, type Kind, type PlanContext } from '../kind.ts';
import {
  getOperation,
  invalidState,
  lockOperation,
  makerOf,
  type Operation,
  type PlanCounts,
  planCounts,
  fileInput,
} from '../operation.ts';
import { expectRows, countStagedRows } from './planner-hints.ts';
import { foresee } from '../foresee/foresee.ts';
import { move } from '../moves.ts';
import { planWriter } from './plan-writer.ts';
import { writeEvent } from '../record.ts';
import { sumUpPlan } from './summary.ts';
import { assertPeopleLimit } from '../rights.ts';
import { chosen } from '../report.ts';

/**
 * Plans the operation in one transaction.
 * @throws Problem `invalid_state` once it is confirmed; whatever the kind refuses. Nothing is written then.
 */
export async function planOperation(engine: Engine, orgId: string, operationId: string): Promise<Operation> {
  await countStagedRows(engine, orgId, operationId);
  return inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, operationId);
    const actor = await findActor(tx, operation.created_by_account);
    if (actor === null) throw new Problem('forbidden');
    return planIn({ tx, engine, actor }, operation);
  });
}

/**
 * Plans an operation that this transaction made or locked: within the request, or in the background where many are meant; its phase is `planning` then.
 * The plan holds what its maker may do, whoever asks for it.
 */
export async function plan(asked: Asked, operation: Operation): Promise<Operation> {
  const { tx, engine } = asked;
  assertUnconfirmed(operation);
  const made = { ...asked, actor: await makerAsActor(asked, operation) };
  const people = await assertAdmitted(made, applicantOf(engine, operation), 'plan');
  const isLarge = people > LIMITS.planInRequestPeopleMax || (await hasManyRows(tx, operation.id));
  if (!isLarge) return makePlan(made, operation);
  const planning = await move(asked, operation, 'planLater');
  await enqueue(tx, planning, TASKS.plan);
  return planning;
}

async function hasManyRows(tx: OrgTransaction, operationId: string): Promise<boolean> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(*) as count from (
      select from staged_rows where org_id = ${tx.orgId} and operation_id = ${operationId}
      limit ${LIMITS.planInRequestItemsMax + 1}) staged`,
  );
  return count > LIMITS.planInRequestItemsMax;
}

/** Plans a locked operation within the caller's transaction, however large it is. */
export async function planIn(asked: Asked, operation: Operation): Promise<Operation> {
  assertUnconfirmed(operation);
  await assertAdmitted(asked, applicantOf(asked.engine, operation), 'plan');
  return makePlan(asked, operation);
}

export function applicantOf(engine: Engine, operation: Operation): Applicant {
  const kind = getKind(engine, operation.kind);
  return { kind, params: kind.params.parse(operation.params), overrideReason: operation.override_reason };
}

/** @throws Problem `forbidden` where the maker has no rights any more. */
export async function makerAsActor({ tx, actor }: Asked, operation: Operation): Promise<Actor> {
  if (operation.created_by_account === actor.accountId) return actor;
  const maker = await findActor(tx, operation.created_by_account);
  if (maker === null) throw new Problem('forbidden');
  return maker;
}

async function makePlan(asked: Asked, operation: Operation): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const kind = getKind(engine, operation.kind);
  const context = await writePlan(asked, operation, { writeTo: operation.id, now: engine.now() });
  const { counts, hash } = await sumUpPlan(tx, operation.id, operation.reading);
  assertPeopleLimit(kind, actor, counts.people, operation.override_reason);
  if (counts.items === 0) assertSomebody(kind, context);
  const guards = await findGuards(engine, operation, context, counts);
  const plannedAt = context.now;
  const planned = await finishPlan(asked, operation, { counts, guards, hash, kind, plannedAt });
  await sayBlocked(tx, kind, planned, counts);
  return planned;
}

/** Of whom only the plan knows who they are: that nobody is meant is known when it has no items. */
function assertSomebody(kind: Kind, { params, actor }: PlanContext): void {
  const people = kind.people?.(params, actor);
  if (people !== undefined && people.mayBeNobody !== true) throw new Problem('empty_selection', { field: 'target' });
}

/** One that is confirmed for later still counts as pending, but its plan is settled. */
function assertUnconfirmed(operation: Operation): void {
  const isPending = operation.status === 'pending' && operation.phase !== 'queued';
  if (!isPending && operation.status !== 'validating') throw invalidState(operation, 'planning');
}

/** @param target - Where: the operation itself, or a shadow whose plan is only compared; and for which moment. */
export async function writePlan(
  asked: Asked,
  operation: Operation,
  target: { writeTo: string; now: Date },
): Promise<PlanContext> {
  const { tx, engine, actor } = asked;
  const { writeTo, now } = target;
  const kind = getKind(engine, operation.kind);
  await erasePlan(tx, writeTo);
  const org = await one(
    tx,
    sql<{ timezone: string; settings: Record<string, unknown> }>`
    select timezone, settings from orgs where id = ${tx.orgId}`,
  );
  const context: PlanContext = {
    tx,
    actor,
    orgId: tx.orgId,
    operationId: operation.id,
    params: kind.params.parse(operation.params),
    now,
    timezone: org.timezone,
    settings: org.settings,
    overrideReason: operation.override_reason,
    newId: (name, place) => plannedId(operation.id, name, place),
  };
  await expectRows(tx, await sizeOfInput(tx, operation));
  await kind.plan(planWriter(tx, writeTo, engine.entities), context);
  await foresee(asked, kind, context, writeTo);
  await leaveUnnamed(tx, engine, actor, writeTo);
  if (operation.retry_of !== null) {
    await keepFailedItems(tx, operation.retry_of, writeTo, fileInput(operation).retry_item_nos);
  }
  return context;
}

async function erasePlan(tx: OrgTransaction, operationId: string): Promise<void> {
  await rows(
    tx,
    sql`
    update operations set uncut = '{}', hands_on = false
    where org_id = ${tx.orgId} and id = ${operationId} and (uncut <> '{}' or hands_on)`,
  );
  for (const plan of ['changes', 'operation_items']) {
    await rows(tx, sql`delete from ${sql.table(plan)} where org_id = ${tx.orgId} and operation_id = ${operationId}`);
  }
}

/** Rows of its file, or changes of the operation it undoes; others tell their size with the items they plan. */
async function sizeOfInput(tx: OrgTransaction, operation: Operation): Promise<number> {
  if (operation.undo_of === null) return fileInput(operation).rows;
  return planCounts(await getOperation(tx, operation.undo_of)).changes;
}

/** Blocking errors are said in addition, with their codes. */
async function sayBlocked(tx: OrgTransaction, kind: Kind, operation: Operation, counts: PlanCounts): Promise<void> {
  const errors = counts.actions['error'] ?? 0;
  if (errors === 0 || kind.guards?.errorsBlock !== true) return;
  const name = `${eventPrefix(kind)}.validation.failed`;
  const payload = { errors, codes: counts.codes };
  await writeEvent(tx, { name, operationId: operation.id, actorId: makerOf(operation), payload });
}

async function finishPlan(
  asked: Asked,
  operation: Operation,
  plan: { counts: PlanCounts; guards: readonly unknown[]; hash: string; kind: Kind; plannedAt: Date },
): Promise<Operation> {
  const { counts, kind, plannedAt } = plan;
  const history: unknown[] = Array.isArray(operation.plan_history) ? operation.plan_history.slice(-4) : [];
  const needsApproval = operation.requires_approval || kind.guards?.needsApproval === true;
  const values = {
    plan_hash: plan.hash,
    planned_at: plannedAt,
    requires_approval: needsApproval,
    plan_expires_at: new Date(plannedAt.getTime() + LIMITS.planMinutes * 60_000),
    plan_counts: JSON.stringify(counts),
    guards: JSON.stringify(plan.guards),
    plan_history: JSON.stringify([...history, { plan_hash: plan.hash, planned_at: plannedAt, counts }]),
    total_items: counts.items,
    warnings_count: counts.warnings,
    lane: laneOf(kind, counts),
  } as const;
  const isApproved = !needsApproval || operation.approved_hash === plan.hash;
  return move(asked, operation, isApproved ? 'planned' : 'awaitApproval', {
    values,
    payload: { errors: counts.actions['error'] ?? 0, warnings: counts.warnings },
    detail: { plan_hash: plan.hash, counts },
  });
}

/** The size class, by people where the kind chooses people, otherwise by items. */
function laneOf(kind: Kind, counts: PlanCounts): Lane {
  const size = kind.people !== undefined ? counts.people : counts.items;
  if (size <= LIMITS.inRequestPeopleMax) return 'small';
  return size <= LIMITS.mediumPeopleMax ? 'medium' : 'large';
}

/** The plan could not be made: the operation is a draft again and says why. */
export async function failPlanning(engine: Engine, orgId: string, operationId: string, reason: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, operationId);
    if (operation.status !== 'validating') return;
    const log = `${operation.error_log}${engine.now().toISOString()} ${reason}\n`;
    const values = { error_log: log, input: sql<string>`input - 'starts_when_planned'` };
    await move({ tx, engine, actor: null }, operation, 'unplanned', { values, detail: { reason } });
  });
}

/**
 * Of a plan that was made for everybody, keeps the items that failed in the operation before, and what they share: items
 * without a key.
 */
async function keepFailedItems(
  tx: OrgTransaction,
  retryOf: string,
  operationId: string,
  itemNos: readonly number[] | undefined,
): Promise<void> {
  const worked = sql`
    select i.item_no from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and i.item_no <> 0 and i.key is not null and not exists (
      select from operation_items f
      where f.org_id = ${tx.orgId} and f.operation_id = ${retryOf} and f.code is not null and f.status = 'failed' and f.key = i.key
        and ${chosen(itemNos, sql`f.item_no`)})`;
  await rows(
    tx,
    sql`delete from changes where org_id = ${tx.orgId} and operation_id = ${operationId} and item_no in (${worked})`,
  );
  await rows(
    tx,
    sql`delete from operation_items where org_id = ${tx.orgId} and operation_id = ${operationId} and item_no in (${worked})`,
  );
}
