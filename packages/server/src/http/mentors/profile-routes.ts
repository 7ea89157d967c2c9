/** What is known of a teacher: field, skills, languages, ways of teaching, and the weekly times of being free. */
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, rows } from '../../db/database.ts';
import { scheduleSchema } from '../../school/batches/fields.ts';
import { getInstructor } from '../../school/mentors/instructors.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { createRecord, edit, type Row } from '../records/records.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { answer, idParams } from './shapes.ts';

const words = z.array(z.string().trim().min(1).max(100)).max(100);
const profileFields = z.strictObject({
  domain: z.string().trim().max(200).nullable().describe('Field of knowledge'),
  skills: words,
  languages: words,
  teaching_styles: words,
});
const availabilityFields = z.strictObject({ availability: scheduleSchema });
const profile = z.object({ user_id: z.string(), ...profileFields.shape });
const availability = z.object({ user_id: z.string(), ...availabilityFields.shape });

export function profileRoutes(app: App, context: HttpContext): void {
  const who = calledBy(STAFF);
  app.get(
    '/api/users/:id/teacher-profile',
    {
      config: who,
      schema: {
        tags,
        summary: "A teacher's profile",
        params: idParams,
        response: { 200: answer(profile), ...refusals },
      },
    },
    async (request) => ({
      success: true as const,
      data: profile.parse(await read(context, await actorOf(request), request.params.id)),
    }),
  );
  app.put(
    '/api/users/:id/teacher-profile',
    {
      config: who,
      schema: {
        tags,
        summary: "Change a teacher's profile",
        params: idParams,
        body: profileFields.partial(),
        response: { 200: answer(profile), ...refusals },
      },
    },
    async (request) => ({
      success: true as const,
      data: profile.parse(await write(context, await actorOf(request), request.params.id, request.body)),
    }),
  );
  app.get(
    '/api/users/:id/availability',
    {
      config: who,
      schema: {
        tags,
        summary: 'Weekly times at which a teacher is free',
        params: idParams,
        response: { 200: answer(availability), ...refusals },
      },
    },
    async (request) => ({
      success: true as const,
      data: availability.parse(await read(context, await actorOf(request), request.params.id)),
    }),
  );
  app.put(
    '/api/users/:id/availability',
    {
      config: who,
      schema: {
        tags,
        summary: 'Set the weekly times at which a teacher is free',
        params: idParams,
        body: availabilityFields,
        response: { 200: answer(availability), ...refusals },
      },
    },
    async (request) => ({
      success: true as const,
      data: availability.parse(await write(context, await actorOf(request), request.params.id, request.body)),
    }),
  );
}

const UNKNOWN = { domain: null, skills: [], languages: [], teaching_styles: [], availability: [] };

/** Of a teacher of whom nothing is known yet, empty fields. */
async function read(context: HttpContext, actor: Actor, id: string): Promise<Row> {
  return inOrg(context.database, actor.orgId, async (tx) => {
    const { id: userId } = await getInstructor(tx, actor, id);
    const [found] = await rows(
      tx,
      sql<Row>`
      select id, domain, skills, languages, teaching_styles, availability from teacher_profiles
      where org_id = ${tx.orgId} and user_id = ${userId}`,
    );
    return { ...UNKNOWN, ...found, user_id: userId };
  });
}

async function write(context: HttpContext, actor: Actor, id: string, values: Row): Promise<Row> {
  const present = await read(context, actor, id);
  const { id: profileId, user_id: userId } = present;
  if (typeof profileId === 'string') {
    await edit(context, actor, 'teacher_profile', [{ action: 'update', id: profileId, values }]);
  } else {
    await createRecord(context, actor, 'teacher_profile', { ...values, user_id: userId });
  }
  return read(context, actor, id);
}
