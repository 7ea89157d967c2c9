/** Who may see an operation and what of it, and who may steer it. */
import { Problem, LIMITS, PEOPLE_MAX } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { rows } from '../db/database.ts';
import type { Actor } from '../tenancy/actor.ts';
import type { Engine, Asked } from './engine.ts';
import type { Operation } from './operation.ts';
import type { Kind } from './kind.ts';

/** Of one operation: its id, so that only the partition that holds it is planned for, and the entities that it changes. */
export interface Reach {
  readonly operationId: string;
  readonly entities: readonly string[];
}

/**
 * A condition on operations `o`: teachers see their own; a teacher_admin also those of which an item is within reach; a
 * subscriber_admin and a system_admin see all of the organization.
 */
export function visibleOperations(engine: Engine, actor: Actor): RawBuilder<unknown> {
  if (actor.role === 'student') return sql`false`;
  const own = sql`o.created_by_account = ${actor.accountId}`;
  const scope = engine.authority.scopeOf(actor);
  if (scope === null) return sql`true`;
  if (actor.role === 'teacher') return own;
  return sql`(${own} or exists (
    select from operation_items i where i.org_id = ${actor.orgId} and i.operation_id = o.id
      and ${withinReach(engine, actor, scope, sql`o.id`)}))`;
}

/**
 * A condition on items `i`: those that the actor sees of operations that they see; null where that is every item. Whoever
 * sees an operation whole sees all of it, others what is within reach now.
 */
export function visibleItems(engine: Engine, actor: Actor, reach?: Reach): RawBuilder<unknown> | null {
  const scope = engine.authority.scopeOf(actor);
  const whole = wholeOperations(engine, actor);
  if (scope === null || whole === null) return null;
  const operation = reach === undefined ? sql`i.operation_id` : sql`${reach.operationId}::uuid`;
  const meant = reach === undefined ? sql`true` : sql`o.id = ${operation}`;
  return sql`(${withinReach(engine, actor, scope, operation, reach?.entities)} or i.operation_id in (
    select o.id from operations o where o.org_id = ${actor.orgId} and ${meant} and ${whole}))`;
}

/**
 * A condition on operations `o`: those that the actor sees whole, with what they were given; null where that is every one
 * they see. Whoever made one does, as long as they have the rights with which they made it; of an undo or a retry they
 * made what it goes back to as well.
 */
export function wholeOperations(engine: Engine, actor: Actor): RawBuilder<unknown> | null {
  if (engine.authority.scopeOf(actor) === null) return null;
  const { orgId, accountId, role, unitId } = actor;
  // A teacher has the same students in whatever unit.
  const unit = role === 'teacher_admin' ? sql`a.detail ->> 'unit_id' is not distinct from ${unitId}::text` : sql`true`;
  return sql`(o.created_by_account = ${accountId} and not exists (
    with recursive origin as (
      select o.id, o.created_by_account, coalesce(o.undo_of, o.retry_of) as earlier
      union all
      select e.id, e.created_by_account, coalesce(e.undo_of, e.retry_of)
      from origin join operations e on e.org_id = ${orgId} and e.id = origin.earlier)
    select from origin where created_by_account <> ${accountId} or not exists (
      select from audit a where a.org_id = ${orgId} and a.operation_id = origin.id and a.action = 'create'
        and a.actor_role = ${role} and ${unit})))`;
}

/** What an audit entry `a` tells in detail, which may name people: of an operation to whoever sees it whole. */
export function shownDetail(engine: Engine, actor: Actor): RawBuilder<unknown> {
  const whole = wholeOperations(engine, actor);
  if (whole === null) return sql`a.detail`;
  return sql`case when a.operation_id is null or exists (
    select from operations o where o.org_id = ${actor.orgId} and o.id = a.operation_id and ${whole}) then a.detail else '{}' end`;
}

/** Those of these operations that the actor sees whole, by their ids. */
export async function listWhole({ tx, engine, actor }: Asked, operations: readonly Operation[]): Promise<Set<string>> {
  const ids = operations.map((operation) => operation.id);
  const whole = wholeOperations(engine, actor);
  if (whole === null) return new Set(ids);
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select o.id from operations o where o.org_id = ${tx.orgId} and o.id = any(${ids}::uuid[]) and ${whole}`,
  );
  return new Set(found.map(({ id }) => id));
}

/** Items `i` about somebody in scope; those about nobody when they change something, and nothing that is out of reach. */
function withinReach(
  { authority }: Engine,
  actor: Actor,
  scope: RawBuilder<unknown>,
  operation: RawBuilder<unknown>,
  entities?: readonly string[],
): RawBuilder<unknown> {
  const beyond = authority.outOfReach(actor, entities) ?? sql`false`;
  // Null where it changes nothing. One look at the changes of each: of 100,000 items about nobody two took twice as long.
  const isWithin = sql`(select bool_and((${beyond}) is not true) from changes c
    where c.org_id = ${actor.orgId} and c.operation_id = ${operation} and c.item_no = i.item_no)`;
  return sql`(i.subject_id in (${scope}) or i.subject_id is null and ${isWithin})`;
}

/** Admins of the whole organization steer every operation, others their own. */
export function maySteer(actor: Actor, operation: Operation): boolean {
  return isWholeOrgAdmin(actor) || operation.created_by_account === actor.accountId;
}

export function isWholeOrgAdmin(actor: Pick<Actor, 'role'>): boolean {
  return actor.role === 'system_admin' || actor.role === 'subscriber_admin';
}

/** @throws Problem `limit_exceeded` or, for a system_admin without a reason, `override_reason_needed`. */
export function assertPeopleLimit(kind: Kind, actor: Actor, people: number, reason: string | null): void {
  if (kind.people === undefined) return;
  const limit = PEOPLE_MAX[actor.role];
  if (limit !== null && people > limit) throw new Problem('limit_exceeded', { field: 'target', count: people, limit });
  const withoutReason = PEOPLE_MAX.subscriber_admin ?? 0;
  if (limit === null && people > withoutReason && (reason ?? '').trim().length < LIMITS.overrideReasonCharsMin) {
    throw new Problem('override_reason_needed', { field: 'override_reason', limit: withoutReason });
  }
}
