/** The history of individual assignments: of one person, and as a report of what became of them. */
import { assignmentType } from '@muster/contract';
import { z } from 'zod';
import type { Asked } from '../../engine/index.ts';
import { listHistory, reportMentorships, type ReportWanted } from '../../school/mentors/history.ts';
import { getMentorship, type Mentorship } from '../../school/mentors/mentorships.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { EVERYBODY, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { pageNumber } from '../every-request/paging.ts';
import { read } from '../every-request/route.ts';
import { answer, hint, idParams, listed, moment, warnings } from './shapes.ts';

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
  ...pageNumber,
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
    async (request) =>
      read(context, request, async ({ tx, actor, engine }) => {
        const found = await listHistory(tx, actor, request.params.id, engine.now());
        return { success: true as const, count: found.length, data: found.map((row) => view(actor, row)) };
      }),
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
    async (request) => read(context, request, (asked) => report(asked, request.query)),
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
    async (request) =>
      read(context, request, async ({ tx, actor, engine }) => {
        const found = await getMentorship(tx, actor, request.params.id, engine.now());
        return { success: true as const, data: view(actor, found) };
      }),
  );
}

async function report({ tx, actor, engine }: Asked, query: ReportWanted) {
  const { found, total } = await reportMentorships(tx, actor, query, engine.now());
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
