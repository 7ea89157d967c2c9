/** What is still going on, in the one way in which all of it is asked. */
import { sql, type RawBuilder } from 'kysely';

/** Enrollments and plans held that have not ended; of these only active ones take a seat. */
export const OPEN_ENROLLMENTS = ['active', 'on_hold'] as const;
/** Batches that people enter and leave, and whose classes take up the time of their teachers. */
const OPEN_BATCHES = ['active', 'upcoming'] as const;

/** @param status - Of an enrollment, or of a plan that is held. */
export function isOpenEnrollment(status: RawBuilder<unknown>): RawBuilder<boolean> {
  return isOneOf(status, OPEN_ENROLLMENTS);
}

/** @param status - Of a batch. */
export function isOpenBatch(status: RawBuilder<unknown>): RawBuilder<boolean> {
  return isOneOf(status, OPEN_BATCHES);
}

/** A batch that ended for good: nobody enters or leaves it any more. Null for a batch that is not there. */
export function isClosedBatch(status: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not ${isOpenBatch(status)}`;
}

/** @param alias - Of a row of mentorships. */
export function isOpenMentorship(alias: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(`${alias}.ended_at`)} is null`;
}

/** @param alias - Of a row of teacher_relationships; its last day is still a day of it. */
export function isOpenRelationship(alias: string): RawBuilder<boolean> {
  const end = sql.ref(`${alias}.ends_on`);
  return sql<boolean>`(${end} is null or ${end} >= current_date)`;
}

/** Written as literals, so that partial indexes are found. */
function isOneOf(status: RawBuilder<unknown>, statuses: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`(${status} in (${sql.join(statuses.map((one) => sql.lit(one)))}))`;
}
