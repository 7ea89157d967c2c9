/** What the rights of somebody below the admins of the whole organization mean for the people of a plan. */
import { sql, type RawBuilder } from 'kysely';
import { ROLES, USER_ROLES } from '@muster/contract';
import type { Actor } from '../../tenancy/actor.ts';

export const ADMIN_ROLES: readonly string[] = ['subscriber_admin', 'teacher_admin'];

/** The roles that the actor may give. */
export function rolesToGive(actor: Actor): readonly string[] {
  return actor.role === 'teacher_admin' ? USER_ROLES.filter((role) => !ADMIN_ROLES.includes(role)) : USER_ROLES;
}

/** Condition on users `u`: somebody beside or above the actor, whom only an admin of the whole organization may change. */
export function standsAbove(actor: Actor): RawBuilder<unknown> {
  if (actor.role !== 'teacher_admin') return sql`false`;
  return sql`(u.roles && ${[...ADMIN_ROLES]}::text[] and u.id <> ${actor.userId}::uuid)`;
}
/**
 * Condition: `person` stops being active, or their strongest role falls, once the values, JSON, hold. Who becomes a
 * teacher and is a student no more loses nothing.
 */
export function losesRights(person: string, values: RawBuilder<unknown>): RawBuilder<unknown> {
  const [status, roles] = [sql.ref(`${person}.status`), sql.ref(`${person}.roles`)];
  const strongest = (given: RawBuilder<unknown>) =>
    sql`(select min(array_position(${[...ROLES]}::text[], role)) from ${given} role)`;
  const falls = sql`${strongest(sql`unnest(${roles})`)} < ${strongest(sql`jsonb_array_elements_text(${values} -> 'roles')`)}`;
  return sql`coalesce((${status} = 'active' and ${values} ->> 'status' <> 'active') or (${values} ? 'roles' and ${falls}), false)`;
}
