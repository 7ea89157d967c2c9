/** Running failed items again. */
import { bulkOperation, retryRequest } from '@muster/contract';
import { retry } from '../../engine/index.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read } from '../every-request/route.ts';
import { idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation } from './operation-view.ts';

export function retryRoutes(app: App, context: HttpContext): void {
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
      const { item_ids: itemNos, corrections, plan_only: isPlanOnly } = request.body ?? {};
      const again = await retry(asker(context, request), idOf(request.params), { itemNos, corrections }, isPlanOnly);
      return reply.code(202).send(await read(context, request, (asked) => viewOperation(asked, again)));
    },
  );
}
