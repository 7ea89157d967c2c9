/** From plan to end: planning, starting, pausing, cancelling, approving, and the place in the queue. */
import { bulkOperation, startRequest, type BulkOperation, type StartRequest, line } from '@muster/contract';
import { z } from 'zod';
import {
  type Asked,
  type Asker,
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
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, readAs, write } from '../every-request/route.ts';
import { getSteerable, idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation } from './operation-view.ts';

/** Calls without a body may send none, or an empty object. */
const noBody = z.strictObject({}).nullish();
const reasonBody = z.strictObject({ reason: line(2_000).min(1) });
const priorityBody = z.strictObject({ priority: z.int().min(-1_000_000).max(1_000_000) });

export function steeringRoutes(app: App, context: HttpContext): void {
  runningRoutes(app, context);
  decidingRoutes(app, context);
}

function runningRoutes(app: App, context: HttpContext): void {
  app.post(`${OPERATION_PATH}/plan`, schemaOf('Make the plan, or make it anew', noBody), async (request, reply) => {
    const planned = await write(context, request, async (asked) =>
      viewOperation(asked, await planAgain(asked, idOf(request.params))),
    );
    return reply.code(planned.phase === 'planning' ? 202 : 200).send(planned);
  });

  app.post(
    `${OPERATION_PATH}/start`,
    schemaOf('Confirm and start, or resume', startRequest.nullish()),
    async (request, reply) => {
      const by = asker(context, request);
      const started = await start(by, idOf(request.params), request.body ?? {});
      return reply.code(started.phase === 'done' ? 200 : 202).send(await view(by, started));
    },
  );

  app.post(`${OPERATION_PATH}/pause`, schemaOf('Pause after the chunk in hand', noBody), async (request, reply) => {
    const by = asker(context, request);
    return reply.code(202).send(await view(by, await pause(by, idOf(request.params))));
  });

  app.post(
    `${OPERATION_PATH}/resume`,
    schemaOf('Go on with the first item that is not worked', noBody),
    async (request, reply) => {
      const by = asker(context, request);
      return reply.code(202).send(await view(by, await resume(by, idOf(request.params))));
    },
  );

  app.post(`${OPERATION_PATH}/cancel`, schemaOf('End it; what is done stays', reasonBody), async (request, reply) => {
    const by = asker(context, request);
    return reply.code(202).send(await view(by, await cancel(by, idOf(request.params), request.body.reason)));
  });
}

function decidingRoutes(app: App, context: HttpContext): void {
  app.post(`${OPERATION_PATH}/approve`, schemaOf('Approve the plan of somebody else', noBody), async (request) => {
    const by = asker(context, request);
    return view(by, await approve(by, idOf(request.params)));
  });

  app.post(`${OPERATION_PATH}/reject`, schemaOf('Refuse the plan of somebody else', reasonBody), async (request) => {
    const by = asker(context, request);
    return view(by, await reject(by, idOf(request.params), request.body.reason));
  });

  app.post(`${OPERATION_PATH}/prioritize`, schemaOf('Change its place in the queue', priorityBody), async (request) => {
    const by = asker(context, request);
    return view(by, await prioritize(by, idOf(request.params), request.body.priority));
  });
}

function schemaOf<Body extends z.ZodType>(summary: string, body: Body) {
  const response = { 200: bulkOperation, 202: bulkOperation, ...refusals };
  return { schema: { tags: ['Operations'], summary, params: operationParams, body, response } };
}

function view(by: Asker, operation: Operation): Promise<BulkOperation> {
  return readAs(by, (asked) => viewOperation(asked, operation));
}

async function planAgain(asked: Asked, id: string): Promise<Operation> {
  const operation = await lockSteerable(asked, id);
  if (!isOpen(operation)) throw invalidState(operation, 'planning');
  return plan(asked, operation);
}

async function start(by: Asker, id: string, request: StartRequest): Promise<Operation> {
  const operation = await readAs(by, (asked) => getSteerable(asked, id));
  if (operation.status === 'paused') return resume(by, id);
  return confirm(by, id, {
    planHash: request.plan_hash,
    confirmCount: request.confirm_count,
    acknowledgeWarnings: request.acknowledge_warnings,
    acceptReading: request.accept_reading,
  });
}
