/** What an instructor and a student want to reach: clear, with a measure and a state. */
import { Problem, line } from '@muster/contract';
import { z } from 'zod';
import type { Asked } from '../../engine/index.ts';
import { createRecord, edit } from '../../operations/edit.ts';
import { listGoals } from '../../school/mentors/goals.ts';
import { getMentorship } from '../../school/mentors/mentorships.ts';
import { EVERYBODY, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read, readAs } from '../every-request/route.ts';
import { answer, idParams, listed, moment } from './shapes.ts';

const state = z.enum(['open', 'reached', 'dropped']);
const given = z.strictObject({
  title: line(500).min(1),
  measure: z.string().trim().max(2_000).describe('By what it shows that it is reached'),
  state,
});
const newGoal = given.extend({ measure: given.shape.measure.default(''), state: state.default('open') });
const goal = z.object({ _id: z.string(), title: z.string(), measure: z.string(), state, createdAt: moment });
type Goal = z.infer<typeof goal>;

export function goalRoutes(app: App, context: HttpContext): void {
  const path = '/api/mentorships/:id/goals';
  app.get(
    path,
    {
      config: calledBy(EVERYBODY),
      schema: { tags, summary: 'Goals', params: idParams, response: { 200: listed(goal), ...refusals } },
    },
    async (request) => {
      const { goals } = await read(context, request, (asked) => readGoals(asked, request.params.id));
      return { success: true as const, count: goals.length, data: goals };
    },
  );
  app.post(
    path,
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: 'Set a goal',
        params: idParams,
        body: newGoal,
        response: { 201: answer(goal), ...refusals },
      },
    },
    async (request, reply) => {
      const by = asker(context, request);
      const { id } = await readAs(by, (asked) => readGoals(asked, request.params.id));
      const goalId = await createRecord(by, 'mentor_goal', { ...request.body, mentorship_id: id });
      return reply.code(201).send({ success: true, data: await readAs(by, (asked) => readGoal(asked, id, goalId)) });
    },
  );
  app.patch(
    `${path}/:goal_id`,
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: 'Change a goal',
        params: idParams.extend({ goal_id: z.string() }),
        body: given.partial(),
        response: { 200: answer(goal), ...refusals },
      },
    },
    async (request) => {
      const by = asker(context, request);
      const { id, goal_id: goalId } = request.params;
      const present = await readAs(by, (asked) => readGoal(asked, id, goalId));
      if (Object.keys(request.body).length > 0)
        await edit(by, 'mentor_goal', [{ action: 'update', id: present._id, values: request.body }]);
      return { success: true as const, data: await readAs(by, (asked) => readGoal(asked, id, goalId)) };
    },
  );
}

async function readGoals({ tx, engine, actor }: Asked, mentorshipId: string): Promise<{ id: string; goals: Goal[] }> {
  const { id } = await getMentorship(tx, actor, mentorshipId, engine.now());
  const found = await listGoals(tx, id);
  return { id, goals: found.map(({ created_at: at, ...row }) => ({ ...row, createdAt: at.toISOString() })) };
}

async function readGoal(asked: Asked, mentorshipId: string, goalId: string): Promise<Goal> {
  const { goals } = await readGoals(asked, mentorshipId);
  const found = goals.find((row) => row._id === goalId.toLowerCase());
  if (found === undefined) throw new Problem('not_found');
  return found;
}
