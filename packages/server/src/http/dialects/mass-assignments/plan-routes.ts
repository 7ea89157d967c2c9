/** From draft to start: validated, looked at, confirmed. */
import { Problem, timestamp } from '@muster/contract';
import { z } from 'zod';
import { inOrg, type OrgTransaction } from '../../../db/database.ts';
import { type Asked, confirm, isOpen, type Operation, plan, writeAudit } from '../../../engine/index.ts';

import type { Actor } from '../../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { lockDraft } from './draft-routes.ts';
import { findFindings, findings } from './findings.ts';
import { planReport } from './item-report.ts';
import { csvFile, getMassOperation, getSteerable, noBody, ofOperation, OPERATION_PATH } from './mass-operation.ts';
import { massPlan, planQuery, viewPlan } from './plan-view.ts';
import { massAssignmentStatus, viewStatus } from './status-view.ts';

const validation = massAssignmentStatus
  .pick({ operation_id: true, operation_status: true, phase: true, student_count: true })
  .extend({ ...findings.shape, plan_hash: z.string(), expires_at: timestamp })
  .meta({ id: 'MassAssignmentValidation' });

const confirmation = z.strictObject({
  plan_hash: z.string().optional(),
  acknowledge_warnings: z.boolean().default(false),
  confirm_count: z.int().optional(),
});

export function planRoutes(app: App, context: HttpContext): void {
  validationRoute(app, context);
  previewRoutes(app, context);
  confirmationRoute(app, context);
}

function validationRoute(app: App, { engine, database }: HttpContext): void {
  app.post(
    `${OPERATION_PATH}/validate`,
    {
      schema: ofOperation('Check it and make the plan', {
        body: noBody,
        response: { 200: validation, 202: massAssignmentStatus, ...refusals },
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const answer = await inOrg(database, actor.orgId, async (tx) => {
        const { operation_id: id } = request.params;
        const draft = await lockDraft({ tx, engine, actor }, id, 'validating it');
        const planned = await plan({ tx, engine, actor }, draft);
        return planned.phase === 'planning'
          ? { left: await viewStatus(tx, actor, planned) }
          : { made: await viewValidation(tx, actor, planned) };
      });
      // Not within the transaction: whoever is told of a plan has to find it.
      return 'left' in answer ? reply.code(202).send(answer.left) : reply.code(200).send(answer.made);
    },
  );
}

function previewRoutes(app: App, context: HttpContext): void {
  const { engine, database } = context;

  app.get(
    `${OPERATION_PATH}/preview`,
    {
      schema: ofOperation('What would happen to whom', {
        querystring: planQuery,
        response: { 200: massPlan, ...refusals },
      }),
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, async (tx) => {
        const operation = await getPlanned({ tx, engine, actor }, request.params.operation_id);
        await writeAudit(tx, {
          action: 'preview',
          operationId: operation.id,
          actor,
          detail: { rows: operation.total_items },
        });
        return viewPlan(tx, operation, request.query);
      });
    },
  );

  app.get(
    `${OPERATION_PATH}/preview.csv`,
    { schema: ofOperation('The complete plan as CSV', { response: { 200: csvFile, ...refusals } }) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const operation = await inOrg(database, actor.orgId, (tx) =>
        getPlanned({ tx, engine, actor }, request.params.operation_id),
      );
      return planReport(context, actor, operation, reply);
    },
  );
}

function confirmationRoute(app: App, context: HttpContext): void {
  app.post(
    `${OPERATION_PATH}/confirm`,
    {
      schema: ofOperation('Start what was looked at', {
        body: confirmation.nullish(),
        response: { 200: massAssignmentStatus, 202: massAssignmentStatus, ...refusals },
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const given = request.body ?? { acknowledge_warnings: false };
      const operation = await start(context, actor, request.params.operation_id, given);
      const body = await inOrg(context.database, actor.orgId, (tx) => viewStatus(tx, actor, operation));
      return reply
        .code(operation.phase === 'done' ? 200 : 202)
        .header('location', body.links['self'] ?? '')
        .send(body);
    },
  );
}

async function viewValidation(
  tx: OrgTransaction,
  actor: Actor,
  planned: Operation,
): Promise<z.infer<typeof validation>> {
  const { operation_id, operation_status, phase, student_count } = await viewStatus(tx, actor, planned);
  return {
    operation_id,
    operation_status,
    phase,
    student_count,
    ...(await findFindings(tx, planned.id)),
    plan_hash: planned.plan_hash ?? '',
    expires_at: (planned.plan_expires_at ?? planned.updated_at).toISOString(),
  };
}

async function getPlanned(asked: Asked, id: string): Promise<Operation> {
  const operation = await getMassOperation(asked, id);
  if (operation.plan_hash === null) throw new Problem('not_validated');
  return operation;
}

async function start(
  { engine, database }: HttpContext,
  actor: Actor,
  id: string,
  given: z.output<typeof confirmation>,
): Promise<Operation> {
  const operation = await inOrg(database, actor.orgId, async (tx) => {
    const found = await getSteerable({ tx, engine, actor }, id);
    if (isOpen(found) && found.plan_hash === null) throw new Problem('not_validated');
    if (isOpen(found) && given.plan_hash === undefined) throw new Problem('plan_hash_missing', { field: 'plan_hash' });
    return found;
  });
  return confirm({ engine, actor }, operation.id, {
    planHash: given.plan_hash ?? '',
    acknowledgeWarnings: given.acknowledge_warnings,
    confirmCount: given.confirm_count,
  });
}
