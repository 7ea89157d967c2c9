/** What an instructor and a student want to reach: clear, with a measure and a state. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import { getMentorship } from '../../school/mentors/mentorships.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, EVERYBODY, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { createRecord, edit } from '../records/records.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { answer, idParams, listed, moment } from './shapes.ts';

const state = z.enum(['open', 'reached', 'dropped']);
const given = z.strictObject({
  title: z.string().trim().min(1).max(500),
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
      const { goals } = await read(context, await actorOf(request), request.params.id);
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
      const actor = await actorOf(request);
      const { id } = await read(context, actor, request.params.id);
      const goalId = await createRecord(context, actor, 'mentor_goal', { ...request.body, mentorship_id: id });
      return reply.code(201).send({ success: true, data: await readOne(context, actor, id, goalId) });
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
      const actor = await actorOf(request);
      const { id, _id } = {
        ...request.params,
        ...(await readOne(context, actor, request.params.id, request.params.goal_id)),
      };
      if (Object.keys(request.body).length > 0)
        await edit(context, actor, 'mentor_goal', [{ action: 'update', id: _id, values: request.body }]);
      return { success: true as const, data: await readOne(context, actor, id, _id) };
    },
  );
}

async function read(context: HttpContext, actor: Actor, mentorshipId: string): Promise<{ id: string; goals: Goal[] }> {
  return inOrg(context.database, actor.orgId, async (tx) => {
    const { id } = await getMentorship(tx, actor, mentorshipId, context.engine.now());
    return { id, goals: await listGoals(tx, id) };
  });
}

async function readOne(context: HttpContext, actor: Actor, mentorshipId: string, goalId: string): Promise<Goal> {
  const { goals } = await read(context, actor, mentorshipId);
  const found = goals.find((row) => row._id === goalId.toLowerCase());
  if (found === undefined) throw new Problem('not_found');
  return found;
}

async function listGoals(tx: OrgTransaction, mentorshipId: string): Promise<Goal[]> {
  const found = await rows(
    tx,
    sql<Omit<Goal, 'createdAt'> & { created_at: Date }>`
    select id as _id, title, measure, state, created_at from mentor_goals
    where org_id = ${tx.orgId} and mentorship_id = ${mentorshipId} order by created_at, id`,
  );
  return found.map(({ created_at: at, ...row }) => ({ ...row, createdAt: at.toISOString() }));
}
