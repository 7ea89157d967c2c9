/** Who may see an operation, and who may steer it. */
import { Problem, LIMITS, PEOPLE_MAX } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { rows } from '../db/database.ts';
import type { Actor } from '../tenancy/actor.ts';
import type { Engine, Asked } from './engine.ts';
import { getOperation, lockOperation, type Operation } from './operation.ts';
import type { Kind } from './kind.ts';

/**
 * A condition on operations `o`: teachers see their own; a teacher_admin also those that touch people in scope; a
 * subscriber_admin and a system_admin see all of the organization.
 */
export function visibleOperations(engine: Engine, actor: Actor): RawBuilder<unknown> {
  if (actor.role === 'student') return sql`false`;
  const own = sql`o.created_by_account = ${actor.accountId}`;
  const scope = engine.authority.scopeOf(actor);
  if (scope === null) return sql`true`;
  if (actor.role === 'teacher') return own;
  return sql`(${own} or exists (
    select from operation_items i join (${scope}) s on s.id = i.subject_id
    where i.org_id = o.org_id and i.operation_id = o.id))`;
}

/** @throws Problem `not_found` for an operation that does not exist or may not be seen: both look the same. */
export async function getVisible(asked: Asked, id: string): Promise<Operation> {
  const { tx } = asked;
  await assertVisible(asked, id);
  return getOperation(tx, id);
}

/** The operation, locked, for somebody who may steer it. @throws Problem `not_found`, or `forbidden` where it is only visible. */
export async function lockSteerable(asked: Asked, id: string): Promise<Operation> {
  const { tx, actor } = asked;
  await assertVisible(asked, id);
  const operation = await lockOperation(tx, id);
  if (!maySteer(actor, operation)) throw new Problem('forbidden');
  return operation;
}

/** Admins of the whole organization steer every operation, others their own. */
export function maySteer(actor: Actor, operation: Operation): boolean {
  return isWholeOrgAdmin(actor) || operation.created_by_account === actor.accountId;
}

export function isWholeOrgAdmin(actor: Pick<Actor, 'role'>): boolean {
  return actor.role === 'system_admin' || actor.role === 'subscriber_admin';
}

async function assertVisible(asked: Asked, id: string): Promise<void> {
  const { tx, engine, actor } = asked;
  const [found] = await rows(
    tx,
    sql`
    select from operations o where o.org_id = ${tx.orgId} and o.id = ${id} and ${visibleOperations(engine, actor)}`,
  );
  if (found === undefined) throw new Problem('not_found');
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
