/** The history of individual assignments: of one person, and as a report of what became of them. */
import { assignmentType, Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { inOrg, isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import {
  getMentorship,
  lastProgress,
  meetingIsDue,
  mentorshipColumns,
  mentorshipRows,
  visibleMentorships,
  type Mentorship,
} from '../../school/mentors/mentorships.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, EVERYBODY, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { answer, hint, idParams, listed, moment, pageQuery, warnings } from './shapes.ts';

const mentorship = z.object({
  _id: z.string(),
  student_id: z.string(),
  student_name: z.string(),
  instructor_id: z.string(),
  instructor_name: z.string(),
  assignment_type: assignmentType,
  notes: z.string().nullable().describe("The instructor's; null for the student"),
  started_at: moment,
  ended_at: moment.nullable(),
  end_reason: z.string().nullable(),
  assigned_by: z.string().nullable(),
  length_days: z.int(),
  warnings,
});
const reported = mentorship.extend({
  meetings: z.int(),
  minutes: z.int().describe('Of all meetings together'),
  last_meeting_at: moment.nullable(),
  main_points: z.array(z.string()).describe('Of the meetings, in order of time'),
  goals: z.int(),
  goals_reached: z.int(),
});
const reportQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['active', 'ended', 'all']).default('active'),
  instructor_id: z.uuid().optional(),
  student_id: z.uuid().optional(),
  due: z
    .stringbool()
    .optional()
    .describe('Whether the next meeting is due: none for more than a week, and none planned'),
  progress_below: z.coerce
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('Those whose student stood below at the last meeting, in percent'),
});
type ReportQuery = z.output<typeof reportQuery>;

export function mentorshipRoutes(app: App, context: HttpContext): void {
  app.get(
    '/api/users/:id/mentorships',
    {
      config: calledBy(EVERYBODY),
      schema: {
        tags,
        summary: 'Individual assignments of a person, as student or instructor, latest first',
        params: idParams,
        response: { 200: listed(mentorship), ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(context.database, actor.orgId, (tx) =>
        historyOf(tx, actor, request.params.id, context.engine.now()),
      );
    },
  );
  app.get(
    '/api/mentorships',
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: 'Individual assignments with their meetings, topics and goals',
        querystring: reportQuery,
        response: { 200: listed(reported).extend({ total: z.int() }), ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(context.database, actor.orgId, (tx) => report(tx, actor, request.query, context.engine.now()));
    },
  );
  app.get(
    '/api/mentorships/:id',
    {
      config: calledBy(EVERYBODY),
      schema: {
        tags,
        summary: 'One individual assignment',
        params: idParams,
        response: { 200: answer(mentorship), ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(context.database, actor.orgId, async (tx) => {
        const found = await getMentorship(tx, actor, request.params.id, context.engine.now());
        return { success: true as const, data: view(actor, found) };
      });
    },
  );
}

/** Somebody else's history is shown as far as the actor may see the assignments in it. */
async function historyOf(tx: OrgTransaction, actor: Actor, id: string, now: Date) {
  const userId = id.toLowerCase();
  const [person] = isUuid(userId)
    ? await rows(tx, sql`select from users where org_id = ${tx.orgId} and id = ${userId}`)
    : [];
  if (person === undefined) throw new Problem('not_found');
  if (actor.role === 'student' && actor.userId !== userId) throw new Problem('forbidden');
  const found = await rows(
    tx,
    sql<Mentorship>`
    select ${mentorshipColumns(now)} from ${mentorshipRows(tx.orgId)}
    where m.org_id = ${tx.orgId} and (m.student_id = ${userId} or m.mentor_id = ${userId}) and ${visibleMentorships(actor)}
    order by m.started_at desc, m.id desc`,
  );
  return { success: true as const, count: found.length, data: found.map((row) => view(actor, row)) };
}

interface ReportRow extends Mentorship {
  readonly meetings: number;
  readonly minutes: number;
  readonly last_meeting_at: Date | null;
  readonly main_points: string[];
  readonly goals: number;
  readonly goals_reached: number;
}

async function report(tx: OrgTransaction, actor: Actor, query: ReportQuery, now: Date) {
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
  return {
    success: true as const,
    total,
    count: found.length,
    data: found.map((row) => ({
      ...view(actor, row),
      meetings: row.meetings,
      minutes: row.minutes,
      main_points: row.main_points,
      last_meeting_at: row.last_meeting_at?.toISOString() ?? null,
      goals: row.goals,
      goals_reached: row.goals_reached,
    })),
  };
}

function chosen(orgId: string, query: ReportQuery, now: Date): RawBuilder<unknown> {
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

function view(actor: Actor, row: Mentorship): z.infer<typeof mentorship> {
  const isOwnAsStudent = actor.userId === row.student_id;
  return {
    _id: row.id,
    student_id: row.student_id,
    student_name: row.student_name,
    instructor_id: row.instructor_id,
    instructor_name: row.instructor_name,
    assignment_type: assignmentType.parse(row.assignment_type),
    notes: isOwnAsStudent ? null : row.notes,
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    end_reason: row.end_reason,
    assigned_by: row.assigned_by,
    length_days: row.length_days,
    warnings: row.is_due_for_review ? [hint('mentorship_review', { days: row.length_days })] : [],
  };
}
