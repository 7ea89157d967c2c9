/** What is known of a teacher: field, skills, languages, ways of teaching, and the weekly times of being free. */
import { line } from '@muster/contract';
import { z } from 'zod';
import type { Asked, Asker } from '../../engine/index.ts';
import { createRecord, edit } from '../../operations/edit.ts';
import { scheduleSchema } from '../../school/batches/fields.ts';
import { getInstructor } from '../../school/mentors/instructors.ts';
import { findProfile } from '../../school/mentors/profiles.ts';
import type { Row } from '../../school/records/rows.ts';
import { STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read, readAs } from '../every-request/route.ts';
import { answer, idParams } from './shapes.ts';

const words = z.array(line(100).min(1)).max(100);
const profileFields = z.strictObject({
  domain: z.string().trim().max(200).nullable().describe('Field of knowledge'),
  skills: words,
  languages: words,
  teaching_styles: words,
});
const availabilityFields = z.strictObject({ availability: scheduleSchema });

/** One row, shown and changed in two parts. */
const PARTS = [
  {
    path: '/api/users/:id/teacher-profile',
    fields: profileFields.partial(),
    shape: z.object({ user_id: z.string(), ...profileFields.shape }),
    reading: "A teacher's profile",
    writing: "Change a teacher's profile",
  },
  {
    path: '/api/users/:id/availability',
    fields: availabilityFields,
    shape: z.object({ user_id: z.string(), ...availabilityFields.shape }),
    reading: 'Weekly times at which a teacher is free',
    writing: 'Set the weekly times at which a teacher is free',
  },
] as const;
type Part = (typeof PARTS)[number];

export function profileRoutes(app: App, context: HttpContext): void {
  for (const part of PARTS) partRoutes(app, context, part);
}

function partRoutes(app: App, context: HttpContext, { path, fields, shape, reading, writing }: Part): void {
  const config = calledBy(STAFF);
  const response = { 200: answer(shape), ...refusals };
  app.get(path, { config, schema: { tags, summary: reading, params: idParams, response } }, async (request) =>
    read(context, request, async (asked) => ({
      success: true as const,
      data: shape.parse(await readProfile(asked, request.params.id)),
    })),
  );
  app.put(
    path,
    { config, schema: { tags, summary: writing, params: idParams, body: fields, response } },
    async (request) => ({
      success: true as const,
      data: shape.parse(await writeProfile(asker(context, request), request.params.id, request.body)),
    }),
  );
}

const UNKNOWN = { domain: null, skills: [], languages: [], teaching_styles: [], availability: [] };

/** Of a teacher of whom nothing is known yet, empty fields. */
async function readProfile({ tx, actor }: Asked, id: string): Promise<Row> {
  const { id: userId } = await getInstructor(tx, actor, id);
  return { ...UNKNOWN, ...(await findProfile(tx, userId)), user_id: userId };
}

async function writeProfile(by: Asker, id: string, values: Row): Promise<Row> {
  const { id: profileId, user_id: userId } = await readAs(by, (asked) => readProfile(asked, id));
  if (typeof profileId === 'string') {
    await edit(by, 'teacher_profile', [{ action: 'update', id: profileId, values }]);
  } else {
    await createRecord(by, 'teacher_profile', { ...values, user_id: userId });
  }
  return readAs(by, (asked) => readProfile(asked, id));
}
