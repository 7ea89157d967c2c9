/** From plan to end: planning, starting, pausing, cancelling, approving, and the place in the queue. */
import { bulkOperation, startRequest, type BulkOperation, type StartRequest } from '@muster/contract';
import { z } from 'zod';
import { inOrg } from '../../db/database.ts';
import {
  approve,
  cancel,
  confirm,
  invalidState,
  lockSteerable,
  type Operation,
  pause,
  plan,
  prioritize,
  reject,
  resume,
  isOpen,
} from '../../engine/index.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { getSteerable, idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation } from './operation-view.ts';

/** Calls without a body may send none, or an empty object. */
const noBody = z.strictObject({}).nullish();
const reasonBody = z.strictObject({ reason: z.string().trim().min(1).max(2_000) });
const priorityBody = z.strictObject({ priority: z.int().min(-1_000_000).max(1_000_000) });

export function steeringRoutes(app: App, context: HttpContext): void {
  runningRoutes(app, context);
  decidingRoutes(app, context);
}

function runningRoutes(app: App, context: HttpContext): void {
  const { engine } = context;

  app.post(`${OPERATION_PATH}/plan`, schemaOf('Make the plan, or make it anew', noBody), async (request, reply) => {
    const actor = await actorOf(request);
    const planned = await planAgain(context, actor, idOf(request.params));
    return reply.code(planned.phase === 'planning' ? 202 : 200).send(await view(context, actor, planned));
  });

  app.post(
    `${OPERATION_PATH}/start`,
    schemaOf('Confirm and start, or resume', startRequest.nullish()),
    async (request, reply) => {
      const actor = await actorOf(request);
      const started = await start(context, actor, idOf(request.params), request.body ?? {});
      return reply.code(started.phase === 'done' ? 200 : 202).send(await view(context, actor, started));
    },
  );

  app.post(`${OPERATION_PATH}/pause`, schemaOf('Pause after the chunk in hand', noBody), async (request, reply) => {
    const actor = await actorOf(request);
    const paused = await pause({ engine, actor }, idOf(request.params));
    return reply.code(202).send(await view(context, actor, paused));
  });

  app.post(
    `${OPERATION_PATH}/resume`,
    schemaOf('Go on with the first item that is not worked', noBody),
    async (request, reply) => {
      const actor = await actorOf(request);
      const resumed = await resume({ engine, actor }, idOf(request.params));
      return reply.code(202).send(await view(context, actor, resumed));
    },
  );

  app.post(`${OPERATION_PATH}/cancel`, schemaOf('End it; what is done stays', reasonBody), async (request, reply) => {
    const actor = await actorOf(request);
    const cancelled = await cancel({ engine, actor }, idOf(request.params), request.body.reason);
    return reply.code(202).send(await view(context, actor, cancelled));
  });
}

function decidingRoutes(app: App, context: HttpContext): void {
  const { engine } = context;

  app.post(`${OPERATION_PATH}/approve`, schemaOf('Approve the plan of somebody else', noBody), async (request) => {
    const actor = await actorOf(request);
    return view(context, actor, await approve({ engine, actor }, idOf(request.params)));
  });

  app.post(`${OPERATION_PATH}/reject`, schemaOf('Refuse the plan of somebody else', reasonBody), async (request) => {
    const actor = await actorOf(request);
    return view(context, actor, await reject({ engine, actor }, idOf(request.params), request.body.reason));
  });

  app.post(`${OPERATION_PATH}/prioritize`, schemaOf('Change its place in the queue', priorityBody), async (request) => {
    const actor = await actorOf(request);
    return view(context, actor, await prioritize({ engine, actor }, idOf(request.params), request.body.priority));
  });
}

function schemaOf<Body extends z.ZodType>(summary: string, body: Body) {
  const response = { 200: bulkOperation, 202: bulkOperation, ...refusals };
  return { schema: { tags: ['Operations'], summary, params: operationParams, body, response } };
}

function view({ engine, database }: HttpContext, actor: Actor, operation: Operation): Promise<BulkOperation> {
  return inOrg(database, actor.orgId, (tx) => viewOperation({ tx, engine, actor }, operation));
}

async function planAgain({ engine, database }: HttpContext, actor: Actor, id: string): Promise<Operation> {
  return inOrg(database, actor.orgId, async (tx) => {
    const operation = await lockSteerable({ tx, engine, actor }, id);
    if (!isOpen(operation)) throw invalidState(operation, 'planning');
    return plan({ tx, engine, actor }, operation);
  });
}

async function start(
  { engine, database }: HttpContext,
  actor: Actor,
  id: string,
  request: StartRequest,
): Promise<Operation> {
  const operation = await inOrg(database, actor.orgId, (tx) => getSteerable({ tx, engine, actor }, id));
  if (operation.status === 'paused') return resume({ engine, actor }, id);
  return confirm({ engine, actor }, id, {
    planHash: request.plan_hash,
    confirmCount: request.confirm_count,
    acknowledgeWarnings: request.acknowledge_warnings,
  });
}
