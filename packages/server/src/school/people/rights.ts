/** What the rights of somebody below the admins of the whole organization mean for the people of a plan. */
import { sql, type RawBuilder } from 'kysely';
import { ROLES, USER_ROLES } from '@muster/contract';
import type { Actor } from '../../tenancy/actor.ts';
import { ADMIN_ROLES } from '../edit-rights.ts';
import { unitsOf } from './scope.ts';

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
 * Condition on changes `c`: a person who would come into a unit that is not the actor's, or get a role that the actor
 * may not give. Null where the actor may place everybody everywhere.
 */
export function misplaces(actor: Actor): RawBuilder<unknown> | null {
  if (actor.role === 'system_admin' || actor.role === 'subscriber_admin') return null;
  const unit = sql`(c.after ->> 'unit_id')::uuid`;
  return sql`c.entity = 'user' and (
    (c.action = 'insert' or c.after ? 'unit_id') and coalesce(${unit} not in (${unitsOf(actor)}), true)
    or c.after ? 'roles' and not c.after -> 'roles' <@ ${JSON.stringify(rolesToGive(actor))}::jsonb)`;
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
