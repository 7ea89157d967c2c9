/** Whether somebody may be changed as is wanted: one verdict for files, forms, single edits and what many are given. */
import { Problem, type ProblemCode } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { RuleContext } from '../../db/entity.ts';
import { code } from '../../engine/kind.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { rolesToGive, standsAbove } from './rights.ts';
import { scopeOf } from './scope.ts';

/**
 * Condition on a planned row `p` of a person: who acts would lose their own access by it. Nobody suspends, archives or
 * removes themselves, or gives up the role that they act with; other roles of their own they may give up.
 */
export function takesOwnAccess({ userId, role }: Pick<RuleContext, 'userId' | 'role'>): RawBuilder<unknown> {
  return sql`(p.id = ${userId}::uuid and (p.action = 'delete'
    or p.changed ? 'status' and p.after ->> 'status' <> 'active'
    or p.changed ? 'roles' and p.before -> 'roles' ? ${role} and not p.after -> 'roles' ? ${role}))`;
}

/** The code of why the actor may not change person `u` at all; null where they may. */
export function personFault(actor: Actor): RawBuilder<unknown> {
  const scope = scopeOf(actor);
  const isOutside = scope === null ? sql`false` : sql`u.id not in (${scope})`;
  return sql`case when u.id is null then ${code('user_not_found')}
    when ${isOutside} or ${standsAbove(actor)} then ${code('user_out_of_scope')} end`;
}

/** For what is done to a person beside operations: links and passwords. @throws Problem `user_out_of_scope`. */
export async function assertMayChange({ tx, actor }: { tx: OrgTransaction; actor: Actor }, id: string): Promise<void> {
  const [found] = await rows(
    tx,
    sql<{ code: ProblemCode | null; label: string }>`
    select ${personFault(actor)} as code, u.display_name as label from users u where u.org_id = ${tx.orgId} and u.id = ${id}`,
  );
  if (found !== undefined && found.code !== null) throw new Problem(found.code, { label: found.label });
}

/** Condition: person `alias` takes part in what goes on. Kinds that refuse the others do so with codes of their own. */
export function isActive(alias: string): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(`${alias}.status`)} = 'active')`;
}

/** The account of person `u` is closed: nothing is said of it but that. */
export const IS_CLOSED = sql<boolean>`(u.status = 'archived' or u.is_restricted)`;

/** Why student `u` can be given nothing now, content or course, as a code; null where nothing is wrong. */
export const STUDENT_STATE_FAULT = sql`
  case when u.status = 'inactive' then ${code('student_inactive')}
       when u.status = 'suspended' then ${code('student_suspended')}
       when ${IS_CLOSED} then ${code('student_not_accessible')} end`;

/** The same question as {@link takesOwnAccess}, of person `u` who is to have this status and these roles, a `text[]`. */
export function losesOwnAccess(
  actor: Actor,
  status: RawBuilder<unknown>,
  roles: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`(u.id = ${actor.userId}::uuid and (coalesce(${status} <> 'active', false)
    or coalesce(u.roles @> array[${actor.role}] and not ${roles} @> array[${actor.role}], false)))`;
}

/**
 * Condition: person `u` leaves by becoming `status`, which may be null: is archived, or active no more. What does it is a
 * removal, and counts as one.
 */
export function isRemoval(status: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(u.status <> 'archived' and (${status} = 'archived' or u.status = 'active' and ${status} <> 'active'))`;
}

/** Condition: among the roles, a `text[]`, is one that the actor may not give and that person `u` does not have. */
export function givesTooMuch(actor: Actor, roles: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(not ${roles} <@ (${[...rolesToGive(actor)]}::text[] || u.roles))`;
}
