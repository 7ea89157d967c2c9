import { sql } from 'kysely';
import type { Guards } from '../../engine/kind.ts';

/** Shares of people are measured against those who are active. */
export const PEOPLE_GUARDS: Guards = {
  share: {
    removes: ['remove'],
    updates: ['update'],
    scope: ({ orgId }) => sql`select count(*) as count from users where org_id = ${orgId} and status = 'active'`,
  },
};
