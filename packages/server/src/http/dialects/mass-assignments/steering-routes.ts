/** Steering an operation that was confirmed, and ending what failed in part. */
import { itemIds } from '@muster/contract';
import { z } from 'zod';
import { accept, type Asker, cancel, type Operation, pause, resume, retry } from '../../../engine/index.ts';
import { type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { asker, readAs, write } from '../../every-request/route.ts';
import { getSteerable, lockMassOperation, noBody, ofOperation, OPERATION_PATH } from './mass-operation.ts';
import { massAssignmentStatus, viewStatus, type MassAssignmentStatus } from './status-view.ts';

const reason = z.strictObject({ reason: z.string().trim().max(2_000).default('') });
const retryGiven = z.strictObject({ item_ids: itemIds.optional() });

const answers = { 200: massAssignmentStatus, 202: massAssignmentStatus, ...refusals };

export function steeringRoutes(app: App, context: HttpContext): void {
  lifeRoutes(app, context);
  failureRoutes(app, context);
}

function lifeRoutes(app: App, context: HttpContext): void {
  app.post(
    `${OPERATION_PATH}/cancel`,
    { schema: ofOperation('End it; what is done stays', { body: reason.nullish(), response: answers }) },
    async (request, reply) => {
      const by = asker(context, request);
      const id = await steerableId(by, request.params.operation_id);
      const cancelled = await cancel(by, id, request.body?.reason ?? '');
      return reply.code(202).send(await view(by, cancelled));
    },
  );

  app.post(
    `${OPERATION_PATH}/pause`,
    { schema: ofOperation('Pause after the chunk in hand', { body: noBody, response: answers }) },
    async (request, reply) => {
      const by = asker(context, request);
      const id = await steerableId(by, request.params.operation_id);
      return reply.code(202).send(await view(by, await pause(by, id)));
    },
  );

  app.post(
    `${OPERATION_PATH}/resume`,
    { schema: ofOperation('Go on with the first item that is not worked', { body: noBody, response: answers }) },
    async (request, reply) => {
      const by = asker(context, request);
      const id = await steerableId(by, request.params.operation_id);
      return reply.code(202).send(await view(by, await resume(by, id)));
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
      const by = asker(context, request);
      const id = await steerableId(by, request.params.operation_id);
      const again = await retry(by, id, { itemNos: request.body?.item_ids });
      return reply.code(202).send(await view(by, again));
    },
  );

  app.post(
    `${OPERATION_PATH}/accept`,
    { schema: ofOperation('Close a partial result as it is', { body: noBody, response: answers }) },
    async (request) =>
      write(context, request, async (asked) => {
        const operation = await lockMassOperation(asked, request.params.operation_id);
        return viewStatus(asked, await accept(asked, operation));
      }),
  );
}

/** The id of an operation that the actor may steer. */
async function steerableId(by: Asker, id: string): Promise<string> {
  return (await readAs(by, (asked) => getSteerable(asked, id))).id;
}

async function view(by: Asker, operation: Operation): Promise<MassAssignmentStatus> {
  return readAs(by, (asked) => viewStatus(asked, operation));
}
