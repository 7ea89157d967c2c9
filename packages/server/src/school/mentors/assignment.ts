/** What can be said of an individual assignment, wherever it is said: in parameters, in a source's body, in a row. */
import { z } from 'zod';

/** General guidance; teaching in a subject; course planning; oversight of projects. */
export const ASSIGNMENT_TYPES = ['mentor', 'tutor', 'advisor', 'supervisor'] as const;

export const assignmentType = z.enum(ASSIGNMENT_TYPES);
export const assignmentNotes = z.string().max(5_000);
export const endReason = z.string().trim().max(1_000);

const STUDENTS_MAX = 5_000;
export const personId = z.uuid().transform((id) => id.toLowerCase());
export const studentIds = z.array(personId).min(1).max(STUDENTS_MAX).transform(distinct);

export function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
