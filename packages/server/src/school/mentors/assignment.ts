/** What can be said of an individual assignment, wherever it is said: in parameters, in a body, in a row. */
import { prose } from '@muster/contract';
import type { ProblemCode } from '@muster/contract';
import { z } from 'zod';

export const assignmentNotes = prose(5_000);
export const endReason = z.string().trim().max(1_000);

const STUDENTS_MAX = 5_000;
export const personId = z.uuid().transform((id) => id.toLowerCase());
export const studentIds = z
  .array(personId)
  .min(1, 'empty_selection' satisfies ProblemCode)
  .max(STUDENTS_MAX)
  .transform(distinct)
  .meta({
    title: 'Students',
    description: 'Whose instructor is meant.',
    entity: 'user',
    many: true,
    role: 'student',
    'x-target': true,
  });

export const tellBoth = z
  .boolean()
  .default(true)
  .meta({ title: 'Tell them', description: 'Whether instructors and students are told.' });

export function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
