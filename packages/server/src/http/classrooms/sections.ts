import { z } from 'zod';
import { listSections } from '../../school/classrooms/sections.ts';
import { ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker } from '../every-request/route.ts';
import { idParams } from './member-shapes.ts';
import { runOne } from './run-one.ts';

const section = z.object({
  id: z.string(),
  course_id: z.string(),
  name: z.string(),
  capacity: z.int().nullable(),
  sequence: z.int().nullable(),
  branch: z.string().nullable(),
});
const made = z.object({
  success: z.literal(true),
  count: z.int(),
  items: z.array(section).describe('All sections of the course'),
  created: z.array(z.string()).describe('Names of those that were made now'),
  operation_id: z.string(),
});

/** The sections themselves are a subject like others; here is what makes the usual three. */
export function sectionRoutes(app: App, context: HttpContext): void {
  app.post(
    '/api/courses/:id/sections/generate-defaults',
    {
      config: { roles: ADMINS },
      schema: {
        tags: ['courses'],
        summary: 'Make those of the sections A, B and C that are missing',
        params: idParams,
        body: z.strictObject({}).optional(),
        response: { 200: made, ...refusals },
      },
    },
    async (request) => {
      const id = request.params.id.toLowerCase();
      const wanted = { kind: 'section_defaults', name: 'Make default sections', params: { course_id: id } };
      return runOne(asker(context, request), wanted, async (tx, item, operation) => {
        const items = await listSections(tx, id);
        const { created } = made.pick({ created: true }).parse(item.input);
        return { success: true as const, count: items.length, items, created, operation_id: operation.id };
      });
    },
  );
}
