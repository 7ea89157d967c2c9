/** The meetings of an individual assignment. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';

export interface Meeting {
  readonly _id: string;
  readonly starts_at: Date;
  readonly minutes: number;
  readonly channel: 'video' | 'chat' | 'email';
  readonly notes: string | null;
  readonly main_points: string;
  readonly progress: number | null;
}

/** In order of time. */
export async function listMeetings(tx: OrgTransaction, mentorshipId: string): Promise<Meeting[]> {
  return rows(
    tx,
    sql<Meeting>`
    select id as _id, starts_at, minutes, channel, notes, main_points, progress from mentor_meetings
    where org_id = ${tx.orgId} and mentorship_id = ${mentorshipId} order by starts_at, id`,
  );
}
