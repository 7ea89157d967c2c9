/** What the rights of somebody below the admins of the whole organization mean for the people of a plan. */
import { sql, type RawBuilder } from 'kysely';
import { USER_ROLES } from '@muster/contract';
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
