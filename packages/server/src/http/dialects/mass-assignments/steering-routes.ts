/** Steering an operation that was confirmed, and ending what failed in part. */
import { itemIds, Problem } from '@muster/contract';
import { z } from 'zod';
import { inOrg } from '../../../db/database.ts';
import { cancel, type Operation, pause, resume, retry, writeAudit } from '../../../engine/index.ts';
import { update } from '../../../engine/operation.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { getSteerable, lockMassOperation, noBody, ofOperation, OPERATION_PATH } from './mass-operation.ts';
import { massAssignmentStatus, outcomeOf, viewStatus, type MassAssignmentStatus } from './status-view.ts';

const reason = z.strictObject({ reason: z.string().trim().max(2_000).default('') });
const retryGiven = z.strictObject({ item_ids: itemIds.optional() });

const answers = { 200: massAssignmentStatus, 202: massAssignmentStatus, ...refusals };

export function steeringRoutes(app: App, context: HttpContext): void {
  lifeRoutes(app, context);
  failureRoutes(app, context);
}

function lifeRoutes(app: App, context: HttpContext): void {
  const { engine } = context;

  app.post(
    `${OPERATION_PATH}/cancel`,
    { schema: ofOperation('End it; what is done stays', { body: reason.nullish(), response: answers }) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerableId(context, actor, request.params.operation_id);
      const cancelled = await cancel({ engine, actor }, id, request.body?.reason ?? '');
      return reply.code(202).send(await view(context, actor, cancelled));
    },
  );

  app.post(
    `${OPERATION_PATH}/pause`,
    { schema: ofOperation('Pause after the chunk in hand', { body: noBody, response: answers }) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerableId(context, actor, request.params.operation_id);
      return reply.code(202).send(await view(context, actor, await pause({ engine, actor }, id)));
    },
  );

  app.post(
    `${OPERATION_PATH}/resume`,
    { schema: ofOperation('Go on with the first item that is not worked', { body: noBody, response: answers }) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerableId(context, actor, request.params.operation_id);
      return reply.code(202).send(await view(context, actor, await resume({ engine, actor }, id)));
    },
  );
}

function failureRoutes(app: App, context: HttpContext): void {
  app.post(
    `${OPERATION_PATH}/retry`,
    {
      schema: ofOperation('Run failed items again, as an operation of their own', {
        body: retryGiven.nullish(),
        response: answers,
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerableId(context, actor, request.params.operation_id);
      const again = await retry({ engine: context.engine, actor }, id, { itemNos: request.body?.item_ids });
      return reply.code(202).send(await view(context, actor, again));
    },
  );

  app.post(
    `${OPERATION_PATH}/accept`,
    { schema: ofOperation('Close a partial result as it is', { body: noBody, response: answers }) },
    async (request) => {
      const actor = await actorOf(request);
      return view(context, actor, await accept(context, actor, request.params.operation_id));
    },
  );
}

/** The id of an operation that the actor may steer. */
async function steerableId({ engine, database }: HttpContext, actor: Actor, id: string): Promise<string> {
  return (await inOrg(database, actor.orgId, (tx) => getSteerable({ tx, engine, actor }, id))).id;
}

async function view({ database }: HttpContext, actor: Actor, operation: Operation): Promise<MassAssignmentStatus> {
  return inOrg(database, actor.orgId, (tx) => viewStatus(tx, actor, operation));
}

async function accept({ engine, database }: HttpContext, actor: Actor, id: string): Promise<Operation> {
  return inOrg(database, actor.orgId, async (tx) => {
    const operation = await lockMassOperation({ tx, engine, actor }, id);
    const isOpen = outcomeOf(operation) === 'partial' && operation.accepted_at === null;
    if (!isOpen) throw new Problem('nothing_to_accept');
    await writeAudit(tx, {
      action: 'accept',
      operationId: operation.id,
      actor,
      detail: { failed: operation.failed_items },
    });
    return update(tx, operation, { accepted_at: engine.now() });
  });
}
