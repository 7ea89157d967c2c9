/** Steering an operation that was confirmed, and ending what failed in part. */
import { itemIds, Problem } from '@muster/contract';
import { z } from 'zod';
import { inOrg } from '../../../db/database.ts';
import { confirm } from '../../../engine/confirm.ts';
import { cancel, pause, resume } from '../../../engine/control.ts';
import { update, type Operation } from '../../../engine/lifecycle.ts';
import { planOperation } from '../../../engine/plan.ts';
import { writeAudit } from '../../../engine/record.ts';
import { retry } from '../../../engine/retry.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from '../../context.ts';
import { refusals } from '../../errors.ts';
import {
  getSteerable,
  lockMassOperation,
  noBody,
  OPERATION_PATH,
  operationParams,
  tags,
} from './mass-operation.ts';
import { massAssignmentStatus, outcomeOf, viewStatus } from './status-view.ts';

const reason = z.strictObject({ reason: z.string().trim().max(2_000).default('') });
const retryGiven = z.strictObject({ item_ids: itemIds.optional() });
const releaseGiven = z.strictObject({
  action: z.enum(['release_now', 'hold', 'move']),
  date: z.iso.date().optional(),
});

export function steeringRoutes(app: App, context: HttpContext): void {
  const { engine, database } = context;
  const answer = (actor: Actor, operation: Operation) =>
    inOrg(database, actor.orgId, (tx) => viewStatus(tx, actor, operation));
  /** The id of an operation that the actor may steer. */
  const steerable = async (actor: Actor, id: string): Promise<string> =>
    (await inOrg(database, actor.orgId, (tx) => getSteerable(tx, engine, actor, id))).id;
  const schemaOf = <Body extends z.ZodType>(summary: string, body: Body) => ({
    tags, summary, params: operationParams, body,
    response: { 200: massAssignmentStatus, 202: massAssignmentStatus, ...refusals },
  }); // prettier-ignore

  app.post(
    `${OPERATION_PATH}/cancel`,
    { schema: schemaOf('End it; what is done stays', reason.nullish()) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerable(actor, request.params.operation_id);
      return reply
        .code(202)
        .send(await answer(actor, await cancel(engine, actor, id, request.body?.reason ?? '')));
    },
  );

  app.post(
    `${OPERATION_PATH}/pause`,
    { schema: schemaOf('Pause after the chunk in hand', noBody) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerable(actor, request.params.operation_id);
      return reply.code(202).send(await answer(actor, await pause(engine, actor, id)));
    },
  );

  app.post(
    `${OPERATION_PATH}/resume`,
    { schema: schemaOf('Go on with the first item that is not worked', noBody) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerable(actor, request.params.operation_id);
      return reply.code(202).send(await answer(actor, await resume(engine, actor, id)));
    },
  );

  app.post(
    `${OPERATION_PATH}/retry`,
    {
      schema: schemaOf(
        'Run failed items again, as an operation of their own',
        retryGiven.nullish(),
      ),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const id = await steerable(actor, request.params.operation_id);
      return reply
        .code(202)
        .send(await answer(actor, await retryItems(context, actor, id, request.body?.item_ids)));
    },
  );

  app.post(
    `${OPERATION_PATH}/accept`,
    { schema: schemaOf('Close a partial result as it is', noBody) },
    async (request) => {
      const actor = await actorOf(request);
      return answer(actor, await accept(context, actor, request.params.operation_id));
    },
  );

  app.post(
    `${OPERATION_PATH}/releases/:n`,
    {
      schema: {
        ...schemaOf('Steer one release', releaseGiven),
        params: operationParams.extend({ n: z.coerce.number().int().min(1).max(52) }),
      },
    },
    async (request) => {
      await steerable(await actorOf(request), request.params.operation_id);
      throw new Problem('conflict', {
        message:
          'Groups begin on the dates of the plan; these cannot be moved once it is confirmed.',
        correction:
          'Undo the groups that have not begun, and assign to them anew with other dates.',
      });
    },
  );
}

async function retryItems(
  { engine }: HttpContext,
  actor: Actor,
  id: string,
  itemNos: readonly number[] | undefined,
): Promise<Operation> {
  const draft = await retry(engine, actor, id, { itemNos });
  const planned = await planOperation(engine, actor.orgId, draft.id);
  return confirm(engine, actor, planned.id, { planHash: planned.plan_hash ?? undefined });
}

async function accept(
  { engine, database }: HttpContext,
  actor: Actor,
  id: string,
): Promise<Operation> {
  return inOrg(database, actor.orgId, async (tx) => {
    const operation = await lockMassOperation(tx, engine, actor, id);
    if (outcomeOf(operation) !== 'partial' || operation.accepted_at !== null)
      throw new Problem('nothing_to_accept');
    await writeAudit(tx, {
      action: 'accept',
      operationId: operation.id,
      actor,
      detail: { failed: operation.failed_items },
    });
    return update(tx, operation, { accepted_at: engine.now() });
  });
}
