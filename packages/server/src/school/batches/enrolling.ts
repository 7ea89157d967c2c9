/** Rules of enrolling that hold whoever enrolls. */
import { sql, type RawBuilder } from 'kysely';
import { code, type PlanContext } from '../../engine/kind.ts';
import { scopeOf } from '../people/scope.ts';
import { isAdmin } from './rights.ts';

/** Access to a batch ends a calendar month after the batch does; never where the batch has no end. */
export function accessEnd(endDate: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`((${endDate} + interval '1 month') at time zone 'UTC')`;
}

/** Admins enroll the people in their scope, a student nobody but themself. @param id - Of the student. */
export function rightsFault({ actor }: PlanContext, id: RawBuilder<unknown>): RawBuilder<unknown> {
  if (!isAdmin(actor)) return sql`case when ${id} is distinct from ${actor.userId}::uuid then ${code('forbidden')} end`;
  const scope = scopeOf(actor);
  if (scope === null) return sql`null::text`;
  return sql`case when ${id} not in (${scope}) then ${code('user_out_of_scope')} end`;
}

/**
 * Whose right to be changed is looked at again when the item is applied. Somebody who acts for themself needs no right
 * over anybody.
 */
export function subjectOf({ actor }: PlanContext, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return isAdmin(actor) ? id : sql`null::uuid`;
}
