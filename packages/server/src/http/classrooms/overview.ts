/** What a classroom is bound to: its courses, and the batches that came of them. */
import { batchesOfClassroom, coursesOfClassroom } from '@muster/contract';
import { countInSeveral, listBatches, listCourses } from '../../school/classrooms/overview.ts';
import { STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { read } from '../every-request/route.ts';
import { idParams } from './member-shapes.ts';

export function overviewRoutes(app: App, context: HttpContext): void {
  const config = { roles: STAFF };
  const tags = ['classrooms'];
  app.get(
    '/api/classrooms/:id/courses',
    {
      config,
      schema: {
        tags,
        summary: 'The courses of a classroom',
        params: idParams,
        response: { 200: coursesOfClassroom, ...refusals },
      },
    },
    async (request) => {
      const data = await read(context, request, ({ tx }) => listCourses(tx, request.params.id));
      return { success: true as const, count: data.length, data };
    },
  );
  app.get(
    '/api/classrooms/:id/batches',
    {
      config,
      schema: {
        tags,
        summary: 'The batches of a classroom',
        params: idParams,
        response: { 200: batchesOfClassroom, ...refusals },
      },
    },
    async (request) =>
      read(context, request, async ({ tx }) => {
        const data = await listBatches(tx, request.params.id);
        const several = await countInSeveral(tx, request.params.id);
        return { success: true as const, count: data.length, in_several_sections: several, data };
      }),
  );
}
