/** Meetings of an instructor with a student: planned, and what was talked about. */
import { z } from 'zod';
import { createRecord } from '../../operations/edit.ts';
import { MEETING_GAP_DAYS, MEETING_MINUTES } from '../../school/mentors/guidance.ts';
import { listMeetings, type Meeting } from '../../school/mentors/meetings.ts';
import { getMentorship, type Mentorship } from '../../school/mentors/mentorships.ts';
import { EVERYBODY, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read, readAs } from '../every-request/route.ts';
import { answer, hint, idParams, listed, moment } from './shapes.ts';

const channel = z.enum(['video', 'chat', 'email']);
const text = z.string().max(20_000);
const given = z.strictObject({
  starts_at: z.iso.datetime({ offset: true }),
  minutes: z.int().min(1).max(1_440),
  channel: channel.default('video'),
  notes: text.default(''),
  main_points: text.default(''),
  progress: z.int().min(0).max(100).nullish().describe('Where the student stands, in percent'),
});
const meeting = z.object({
  _id: z.string(),
  starts_at: moment,
  minutes: z.int(),
  channel,
  notes: z.string().nullable().describe("The instructor's; null for the student"),
  main_points: z.string(),
  progress: z.int().nullable(),
});
const DAY_MS = 24 * 60 * 60 * 1_000;

export function meetingRoutes(app: App, context: HttpContext): void {
  const path = '/api/mentorships/:id/meetings';
  app.get(
    path,
    {
      config: calledBy(EVERYBODY),
      schema: {
        tags,
        summary: 'Meetings, in order of time',
        params: idParams,
        response: { 200: listed(meeting), ...refusals },
      },
    },
    async (request) => {
      const now = context.engine.now();
      return read(context, request, async ({ tx, actor }) => {
        const of = await getMentorship(tx, actor, request.params.id, now);
        const found = await listMeetings(tx, of.id);
        const data = found.map(view).map((row) => (actor.userId === of.student_id ? { ...row, notes: null } : row));
        return { success: true as const, count: data.length, data, warnings: gapHints(of, found, now) };
      });
    },
  );
  app.post(
    path,
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: 'Plan or log a meeting',
        params: idParams,
        body: given,
        response: { 201: answer(meeting), ...refusals },
      },
    },
    async (request, reply) => {
      const by = asker(context, request);
      const of = await readAs(by, ({ tx, actor }) => getMentorship(tx, actor, request.params.id, context.engine.now()));
      const id = await createRecord(by, 'mentor_meeting', { ...request.body, mentorship_id: of.id });
      const found = await readAs(by, ({ tx }) => listMeetings(tx, of.id));
      const data = meeting.parse(found.map(view).find((row) => row._id === id));
      return reply.code(201).send({ success: true, data, warnings: lengthHints(data.minutes) });
    },
  );
}

function view(row: Meeting): z.infer<typeof meeting> {
  return { ...row, starts_at: row.starts_at.toISOString() };
}

function lengthHints(minutes: number) {
  const isAdvised = minutes >= MEETING_MINUTES.min && minutes <= MEETING_MINUTES.max;
  return isAdvised ? [] : [hint('meeting_length_advised', { minutes, ...MEETING_MINUTES })];
}

/** An open assignment whose last meeting, or its start, is more than a week ago and that has none planned. */
function gapHints(of: Mentorship, meetings: readonly Meeting[], now: Date) {
  if (of.ended_at !== null) return [];
  const last = Math.max(of.started_at.getTime(), ...meetings.map((row) => row.starts_at.getTime()));
  const days = Math.floor((now.getTime() - last) / DAY_MS);
  return days > MEETING_GAP_DAYS ? [hint('meeting_gap', { days })] : [];
}
