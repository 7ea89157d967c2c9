/** Enrollment and plan states as clients of learner management spell them. */
import { sql, type RawBuilder } from 'kysely';

const STORED = {
  ACTIVE: 'active',
  CANCELED: 'cancelled',
  TERMINATED: 'terminated',
  COMPLETED: 'completed',
  ON_HOLD: 'on_hold',
  EXPIRED: 'expired',
} as const;

export const LEARNER_STATES = [
  'ACTIVE',
  'CANCELED',
  'TERMINATED',
  'COMPLETED',
  'ON_HOLD',
  'EXPIRED',
] as const satisfies readonly (keyof typeof STORED)[];
export type LearnerState = (typeof LEARNER_STATES)[number];

export function storedState(state: LearnerState): string {
  return STORED[state];
}

/** The spelling of a stored state, in SQL. */
export function spelledState(column: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`case ${column} when 'cancelled' then 'CANCELED' else upper(${column}) end`;
}
