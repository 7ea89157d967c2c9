/** Who may be named as a teacher, and who is. The database keeps it: keys to teachers refer to `users.staff_id`. */
import { sql, type RawBuilder } from 'kysely';
import { isReferredTo } from '../../db/entity.ts';

/** Columns that name a teacher, by table. */
export const TEACHER_COLUMNS: readonly (readonly [table: string, column: string])[] = [
  ['users', 'primary_teacher_id'],
  ['teacher_relationships', 'teacher_id'],
  ['classroom_teachers', 'teacher_id'],
  ['batch_teachers', 'teacher_id'],
  ['courses', 'assigned_instructor_id'],
  ['custom_assignments', 'owner_id'],
  ['assignments', 'teacher_id'],
  ['teacher_profiles', 'user_id'],
];

/**
 * Condition: `person`, who is to have `roles`, a `text[]`, would only learn and is named as a teacher still.
 * @param orNamed - Condition: the plan itself names the person.
 */
export function stillTeaches(
  orgId: string,
  person: string,
  roles: RawBuilder<unknown>,
  orNamed: RawBuilder<unknown> = sql`false`,
): RawBuilder<unknown> {
  return sql`(${becomesStudent(person, roles)} and (${isReferredTo(orgId, TEACHER_COLUMNS, person)} or ${orNamed}))`;
}

/** Condition: `person` may be named as a teacher, and may not once the values, JSON, hold. */
export function stopsTeaching(person: string, values: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${becomesStudent(person, rolesIn(values))})`;
}

function becomesStudent(person: string, roles: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${sql.ref(`${person}.staff_id`)} is not null and ${roles} = '{student}'`;
}

/** The roles in a person's values as JSON; null where they say none. */
export function rolesIn(values: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select array_agg(role) from jsonb_array_elements_text(${values} -> 'roles') role)`;
}
