/** Figures by which an organization looks at batches, instructors and individual assignments. */
import { z } from 'zod';
import { getVisibleBatchId } from '../../school/batches/batch-rows.ts';
import { batchFigures, instructorFigures, mentorshipFigures } from '../../school/mentors/figures.ts';
import { getInstructor } from '../../school/mentors/instructors.ts';
import { getMentorship } from '../../school/mentors/mentorships.ts';
import { STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { read } from '../every-request/route.ts';
import { answer, idParams } from './shapes.ts';

const percent = z.number().nullable().describe('In percent; null where there is nothing to compare with');
const teaching = {
  class_hours: z.number().describe('Hours of classes a week, over active and upcoming batches'),
  available_hours: z.number().nullable().describe('Hours a week that the teacher offers; null where none are told'),
  capacity_use: percent,
};
const ofBatch = z.object({
  enrolled_students: z.int(),
  capacity: z.int().nullable(),
  enrollment_rate: percent,
  completed: z.int(),
  enrollments: z.int().describe('All ever made'),
  completion_rate: percent,
  instructor: z.object({ _id: z.string(), ...teaching }).nullable(),
});
const ofInstructor = z.object({ ...teaching, goals: z.int(), goals_reached: z.int(), learning_results: percent });
const ofMentorship = z.object({
  length_days: z.int(),
  contacts: z.int(),
  contacts_per_week: z.number(),
  progress_at_start: z.int().nullable(),
  progress_now: z.int().nullable(),
  progress_gained: z.int().nullable(),
  goals: z.int(),
  goals_reached: z.int(),
});

export function figureRoutes(app: App, context: HttpContext): void {
  const who = calledBy(STAFF);
  app.get(
    '/api/batches/:id/figures',
    {
      config: who,
      schema: {
        tags,
        summary: 'Figures of a batch',
        params: idParams,
        response: { 200: answer(ofBatch), ...refusals },
      },
    },
    async (request) =>
      read(context, request, async ({ tx, actor }) => {
        const id = await getVisibleBatchId(tx, actor, request.params.id);
        return { success: true as const, data: await batchFigures(tx, id) };
      }),
  );
  app.get(
    '/api/users/:id/instructor-figures',
    {
      config: who,
      schema: {
        tags,
        summary: 'Figures of an instructor',
        params: idParams,
        response: { 200: answer(ofInstructor), ...refusals },
      },
    },
    async (request) =>
      read(context, request, async ({ tx, actor }) => {
        const { id } = await getInstructor(tx, actor, request.params.id);
        return { success: true as const, data: await instructorFigures(tx, id) };
      }),
  );
  app.get(
    '/api/mentorships/:id/figures',
    {
      config: who,
      schema: {
        tags,
        summary: 'Figures of an individual assignment',
        params: idParams,
        response: { 200: answer(ofMentorship), ...refusals },
      },
    },
    async (request) =>
      read(context, request, async ({ tx, actor, engine }) => {
        const found = await getMentorship(tx, actor, request.params.id, engine.now());
        return { success: true as const, data: await mentorshipFigures(tx, found.id, engine.now()) };
      }),
  );
}
