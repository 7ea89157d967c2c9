/** Running failed items again. */
import { bulkOperation, retryRequest } from '@muster/contract';
import type { z } from 'zod';
import { inOrg } from '../../db/database.ts';
import { confirm } from '../../engine/verbs/confirm.ts';
import { lockOperation, type Operation } from '../../engine/operation.ts';
import { retry } from '../../engine/verbs/retry.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation } from './operation-view.ts';
import { planDraft } from '../../operations/plan.ts';
import { guardsOf } from '../../engine/plan/guards.ts';

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
      const again = await retryItems(context, actor, idOf(request.params), request.body ?? { plan_only: false });
      const body = await inOrg(database, actor.orgId, (tx) => viewOperation({ tx, engine, actor }, again));
      return reply.code(202).send(body);
    },
  );
}

/** The new operation is started at once, unless a person has to look at it: then it waits with its plan. */
async function retryItems(
  { engine, database }: HttpContext,
  actor: Actor,
  id: string,
  request: z.output<typeof retryRequest>,
): Promise<Operation> {
  const draft = await retry(engine, actor, id, { itemNos: request.item_ids, corrections: request.corrections });
  const planned = await inOrg(database, actor.orgId, async (tx) =>
    planDraft({ tx, engine, actor }, await lockOperation(tx, draft.id)),
  );
  const needsPerson = planned.requires_approval || guardsOf(planned).length > 0;
  if (request.plan_only || needsPerson || planned.plan_hash === null) return planned;
  return confirm(engine, actor, planned.id, { planHash: planned.plan_hash });
}
