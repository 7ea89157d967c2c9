/** What is advised for working with one student: shown as a hint, never in the way. */
import { sql } from 'kysely';

/** An assignment that ends sooner asks for a reason; one that lasts longer than REVIEW is due for review. */
export const SHORT_MENTORSHIP = sql`interval '3 months'`;
export const MENTORSHIP_REVIEW = sql`interval '6 months'`;

export const MEETING_MINUTES = { min: 30, max: 60 } as const;
export const MEETING_GAP_DAYS = 7;
