/** The history of individual assignments: of one person, and as a report of what became of them. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import {
  lastProgress,
  meetingIsDue,
  mentorshipColumns,
  mentorshipRows,
  visibleMentorships,
  type Mentorship,
} from './mentorships.ts';

/**
 * Latest first. Somebody else's history is shown as far as the actor may see the assignments in it.
 * @throws Problem `not_found`, `forbidden`.
 */
export async function listHistory(tx: OrgTransaction, actor: Actor, id: string, now: Date): Promise<Mentorship[]> {
  const userId = id.toLowerCase();
  const [person] = isUuid(userId)
    ? await rows(tx, sql`select from users where org_id = ${tx.orgId} and id = ${userId}`)
    : [];
  if (person === undefined) throw new Problem('not_found');
  if (actor.role === 'student' && actor.userId !== userId) throw new Problem('forbidden');
  return rows(
    tx,
    sql<Mentorship>`
    select ${mentorshipColumns(now)} from ${mentorshipRows(tx.orgId)}
    where m.org_id = ${tx.orgId} and (m.student_id = ${userId} or m.mentor_id = ${userId}) and ${visibleMentorships(actor)}
    order by m.started_at desc, m.id desc`,
  );
}

export interface ReportWanted {
  readonly status: 'active' | 'ended' | 'all';
  readonly instructor_id?: string | undefined;
  readonly student_id?: string | undefined;
  readonly due?: boolean | undefined;
  readonly progress_below?: number | undefined;
  readonly page: number;
  readonly limit: number;
}

export interface ReportRow extends Mentorship {
  readonly meetings: number;
  readonly minutes: number;
  readonly last_meeting_at: Date | null;
  readonly main_points: string[];
  readonly goals: number;
  readonly goals_reached: number;
}

/** A page of the assignments that the actor may see, with meetings and goals; and how many match in all. */
export async function reportMentorships(
  tx: OrgTransaction,
  actor: Actor,
  query: ReportWanted,
  now: Date,
): Promise<{ found: ReportRow[]; total: number }> {
  const { page, limit } = query;
  const matching = sql`
    from ${mentorshipRows(tx.orgId)} where m.org_id = ${tx.orgId} and ${visibleMentorships(actor)} and ${chosen(tx.orgId, query, now)}`;
  const { total } = await one(tx, sql<{ total: number }>`select count(*) as total ${matching}`);
  const found = await rows(
    tx,
    sql<ReportRow>`
    with page as materialized (
      select ${mentorshipColumns(now)} ${matching} order by m.started_at desc, m.id desc limit ${limit} offset ${(page - 1) * limit})
    select page.*, met.*, goal.* from page
    cross join lateral (
      select count(*) as meetings, coalesce(sum(e.minutes), 0)::int as minutes, max(e.starts_at) as last_meeting_at,
        coalesce(array_agg(e.main_points order by e.starts_at) filter (where e.main_points <> ''), '{}') as main_points
      from mentor_meetings e where e.org_id = ${tx.orgId} and e.mentorship_id = page.id) met
    cross join lateral (
      select count(*) as goals, count(*) filter (where g.state = 'reached') as goals_reached
      from mentor_goals g where g.org_id = ${tx.orgId} and g.mentorship_id = page.id) goal
    order by page.started_at desc, page.id desc`,
  );
  return { found, total };
}

function chosen(orgId: string, query: ReportWanted, now: Date): RawBuilder<unknown> {
  const { instructor_id: instructorId, student_id: studentId, due, progress_below: below } = query;
  const status = { active: sql`m.ended_at is null`, ended: sql`m.ended_at is not null`, all: sql`true` };
  const conditions = [
    status[query.status],
    instructorId === undefined ? null : sql`m.mentor_id = ${instructorId}`,
    studentId === undefined ? null : sql`m.student_id = ${studentId}`,
    due === undefined ? null : sql`${meetingIsDue(orgId, now)} = ${due}`,
    below === undefined ? null : sql`${lastProgress(orgId)} < ${below}`,
  ];
  return sql.join(
    conditions.filter((condition) => condition !== null),
    sql` and `,
  );
}

/** @param ids - One of them is an assignment that is known to be there. */
export async function getWithEmail(
  tx: OrgTransaction,
  ids: readonly string[],
  now: Date,
): Promise<Mentorship & { email: string | null }> {
  return one(
    tx,
    sql<Mentorship & { email: string | null }>`
    select ${mentorshipColumns(now)}, t.email from ${mentorshipRows(tx.orgId)}
    where m.org_id = ${tx.orgId} and m.id = any(${[...ids]}::uuid[])`,
  );
}
