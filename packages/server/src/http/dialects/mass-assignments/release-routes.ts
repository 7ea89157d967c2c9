/** Steering the groups of a staggered release. */
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, one } from '../../../db/database.ts';
import { invalidState, writeAudit } from '../../../engine/index.ts';
import { RELEASES_MAX } from '../../../school/assignments/parameters.ts';
import { steerRelease } from '../../../school/assignments/releases.ts';
import { actorOf, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { lockMassOperation, ofOperation, OPERATION_PATH, operationParams } from './mass-operation.ts';
import { massAssignmentStatus, viewStatus } from './status-view.ts';

const params = operationParams.extend({ n: z.coerce.number().int().min(1).max(RELEASES_MAX) });
const body = z.strictObject({
  action: z.enum(['release_now', 'hold', 'move']),
  date: z.iso.date().optional().describe('The new first day, for `move`.'),
});

export function releaseRoutes(app: App, { engine, database }: HttpContext): void {
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
    async (request) => {
      const actor = await actorOf(request);
      const { operation_id: id, n: release } = request.params;
      const { action, date } = request.body;
      return inOrg(database, actor.orgId, async (tx) => {
        const operation = await lockMassOperation({ tx, engine, actor }, id);
        if (operation.phase !== 'done') throw invalidState(operation, 'steering a release');
        const { timezone } = await one(tx, sql<{ timezone: string }>`select timezone from orgs where id = ${tx.orgId}`);
        const by = { now: engine.now(), timezone, actorId: actor.userId };
        await steerRelease(tx, operation.id, { release, action, date }, by);
        const detail = { release, action, date: date ?? null };
        await writeAudit(tx, { action: 'release', operationId: operation.id, actor, detail });
        return viewStatus(tx, actor, operation);
      });
    },
  );
}
