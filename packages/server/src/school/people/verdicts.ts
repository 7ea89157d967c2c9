/** Whether somebody may be changed as is wanted: one verdict for files, forms, single edits and what many are given. */
import { sql, type RawBuilder } from 'kysely';
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

/** The same question as {@link takesOwnAccess}, of person `u` who is to have this status and these roles, a `text[]`. */
export function losesOwnAccess(
  actor: Actor,
  status: RawBuilder<unknown>,
  roles: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`(u.id = ${actor.userId}::uuid and (coalesce(${status} <> 'active', false)
    or coalesce(u.roles @> array[${actor.role}] and not ${roles} @> array[${actor.role}], false)))`;
}

/** Condition: among the roles, a `text[]`, is one that the actor may not give and that person `u` does not have. */
export function givesTooMuch(actor: Actor, roles: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(not ${roles} <@ (${[...rolesToGive(actor)]}::text[] || u.roles))`;
}
