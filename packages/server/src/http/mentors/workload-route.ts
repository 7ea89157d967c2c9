import { instructorWorkload } from '@muster/contract';
import { z } from 'zod';
import { getInstructor } from '../../school/mentors/instructors.ts';
import { readWorkload } from '../../school/mentors/workload.ts';
import { STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { read } from '../every-request/route.ts';

export function workloadRoute(app: App, context: HttpContext): void {
  app.get(
    '/api/batches/instructors/:instructorId/workload',
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: "An instructor's workload",
        params: z.object({ instructorId: z.string() }),
        response: { 200: instructorWorkload, ...refusals },
      },
    },
    async (request) =>
      read(context, request, async ({ tx, actor }) => {
        const { id } = await getInstructor(tx, actor, request.params.instructorId);
        return { success: true as const, data: await readWorkload(tx, id) };
      }),
  );
}
