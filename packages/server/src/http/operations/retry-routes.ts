/** Running failed items again. */
import { bulkOperation, retryRequest } from '@muster/contract';
import { inOrg } from '../../db/database.ts';
import { retry } from '../../engine/index.ts';
import { actorOf, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation } from './operation-view.ts';

export function retryRoutes(app: App, context: HttpContext): void {
  const { engine, database } = context;
  app.post(
    `${OPERATION_PATH}/retry`,
    {
      schema: {
        tags: ['Operations'],
        summary: 'Run its failed items again, as an operation of their own',
        params: operationParams,
        body: retryRequest.nullish(),
        response: { 202: bulkOperation, ...refusals },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const { item_ids: itemNos, corrections, plan_only: isPlanOnly } = request.body ?? {};
      const again = await retry({ engine, actor }, idOf(request.params), { itemNos, corrections }, isPlanOnly);
      const body = await inOrg(database, actor.orgId, (tx) => viewOperation({ tx, engine, actor }, again));
      return reply.code(202).send(body);
    },
  );
}
