/** Steering the groups of a staggered release. */
import { z } from 'zod';
import { moveRelease } from '../../../operations/move-release.ts';
import { RELEASES_MAX } from '../../../school/assignments/parameters.ts';
import { type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { write } from '../../every-request/route.ts';
import { lockMassOperation, ofOperation, OPERATION_PATH, operationParams } from './mass-operation.ts';
import { massAssignmentStatus, viewStatus } from './status-view.ts';

const params = operationParams.extend({ n: z.coerce.number().int().min(1).max(RELEASES_MAX) });
const body = z.strictObject({
  action: z.enum(['release_now', 'hold', 'move']),
  date: z.iso.date().optional().describe('The new first day, for `move`.'),
});

export function releaseRoutes(app: App, context: HttpContext): void {
  app.post(
    `${OPERATION_PATH}/releases/:n`,
    {
      schema: {
        ...ofOperation('Release a group now, hold it, or move its day', {
          body,
          response: { 200: massAssignmentStatus, ...refusals },
        }),
        params,
      },
    },
    async (request) =>
      write(context, request, async (asked) => {
        const operation = await lockMassOperation(asked, request.params.operation_id);
        await moveRelease(asked, operation, { release: request.params.n, date: undefined, ...request.body });
        return viewStatus(asked, operation);
      }),
  );
}
