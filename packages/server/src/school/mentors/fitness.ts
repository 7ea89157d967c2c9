/** Who can be an instructor, and of whom. What admits an assignment also tells, later, that it is orphaned. */
import { sql, type RawBuilder } from 'kysely';

/** Condition on users `alias`: somebody of the organization who teaches. People who left (archived) do not. */
export function isInstructor(alias: string): RawBuilder<boolean> {
  return sql`(${isPresent(alias)} and ${sql.ref(`${alias}.roles`)} && array['teacher', 'teacher_admin'])`;
}

/** Condition on users `alias`: somebody who can be given an instructor of their own. */
export function isStudent(alias: string): RawBuilder<boolean> {
  return sql`(${isPresent(alias)} and 'student' = any(${sql.ref(`${alias}.roles`)}))`;
}

/** Condition on users `alias`: the person exists and has not left. */
export function isPresent(alias: string): RawBuilder<boolean> {
  return sql`(${sql.ref(`${alias}.id`)} is not null and ${sql.ref(`${alias}.status`)} <> 'archived')`;
}
