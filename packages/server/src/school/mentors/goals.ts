/** The goals of an individual assignment. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';

export interface Goal {
  readonly _id: string;
  readonly title: string;
  readonly measure: string;
  readonly state: 'open' | 'reached' | 'dropped';
  readonly created_at: Date;
}

/** Oldest first. */
export async function listGoals(tx: OrgTransaction, mentorshipId: string): Promise<Goal[]> {
  return rows(
    tx,
    sql<Goal>`
    select id as _id, title, measure, state, created_at from mentor_goals
    where org_id = ${tx.orgId} and mentorship_id = ${mentorshipId} order by created_at, id`,
  );
}
