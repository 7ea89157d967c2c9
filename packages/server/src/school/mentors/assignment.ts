/** What can be said of an individual assignment, wherever it is said: in parameters, in a source's body, in a row. */
import { z } from 'zod';

export const assignmentNotes = z.string().max(5_000);
export const endReason = z.string().trim().max(1_000);

const STUDENTS_MAX = 5_000;
export const personId = z.uuid().transform((id) => id.toLowerCase());
export const studentIds = z.array(personId).min(1).max(STUDENTS_MAX).transform(distinct);

export function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
