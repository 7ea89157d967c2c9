/** Creating many courses at once, at an address of their own. */
import { bulkOperation, line } from '@muster/contract';
import { z } from 'zod';
import { draft, plan } from '../../engine/index.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { write } from '../every-request/route.ts';
import { viewOperation } from './operation-view.ts';

const body = z.strictObject({
  template_id: z.string().nullable().default(null).describe('A course that is the model.'),
  courses: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .max(5_000)
    .describe('Each with a title; code, syllabus, objectives, status.'),
  operation_name: line(200).min(1).default('Create courses'),
});

export function createCoursesRoutes(app: App, context: HttpContext): void {
  app.post(
    '/api/bulk/courses/create',
    {
      schema: {
        tags: ['Courses'],
        summary: 'Create many courses',
        body,
        response: { 201: bulkOperation, ...refusals },
      },
    },
    async (request, reply) => {
      const { operation_name: name, ...params } = request.body;
      const made = await write(context, request, async (asked) =>
        viewOperation(asked, await plan(asked, await draft(asked, { kind: 'course_creation', name, params }))),
      );
      return reply.code(201).send(made);
    },
  );
}
