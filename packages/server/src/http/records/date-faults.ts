import { problemError, type ProblemError } from '@muster/contract';
import type { Row } from '../../school/records/rows.ts';

/** A record that ends before it starts. */
export function dateFaults(after: Row): ProblemError[] {
  const { start_date: start, end_date: end } = after;
  if (typeof start !== 'string' || typeof end !== 'string' || end >= start) return [];
  return [problemError('invalid_value', { field: 'end_date', reason: 'it is before start_date' })];
}
