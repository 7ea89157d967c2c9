/** From draft to start: validated, looked at, confirmed. */
import { hiddenItems, Problem, timestamp } from '@muster/contract';
import { z } from 'zod';
import { type Asked, type Asker, confirm, isOpen, type Operation, plan, writeAudit } from '../../../engine/index.ts';
import { countHidden } from '../../../engine/report.ts';
import { type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { asker, readAs, write } from '../../every-request/route.ts';
import { lockDraft } from './draft-routes.ts';
import { findFindings, findings } from './findings.ts';
import { planReport } from './item-report.ts';
import { csvFile, getMassOperation, getSteerable, noBody, ofOperation, OPERATION_PATH } from './mass-operation.ts';
import { massPlan, planQuery, viewPlan } from './plan-view.ts';
import { massAssignmentStatus, viewStatus } from './status-view.ts';

const validation = massAssignmentStatus
  .pick({ operation_id: true, operation_status: true, phase: true, student_count: true })
  .extend({ ...findings.shape, hidden: hiddenItems, plan_hash: z.string(), expires_at: timestamp })
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

function validationRoute(app: App, context: HttpContext): void {
  app.post(
    `${OPERATION_PATH}/validate`,
    {
      schema: ofOperation('Check it and make the plan', {
        body: noBody,
        response: { 200: validation, 202: massAssignmentStatus, ...refusals },
      }),
    },
    async (request, reply) => {
      const answer = await write(context, request, async (asked) => {
        const draft = await lockDraft(asked, request.params.operation_id, 'validating it');
        const planned = await plan(asked, draft);
        return planned.phase === 'planning'
          ? { left: await viewStatus(asked, planned) }
          : { made: await viewValidation(asked, planned) };
      });
      return 'left' in answer ? reply.code(202).send(answer.left) : reply.code(200).send(answer.made);
    },
  );
}

function previewRoutes(app: App, context: HttpContext): void {
  app.get(
    `${OPERATION_PATH}/preview`,
    {
      schema: ofOperation('What would happen to whom', {
        querystring: planQuery,
        response: { 200: massPlan, ...refusals },
      }),
    },
    async (request) =>
      write(context, request, async (asked) => {
        const { tx, actor } = asked;
        const operation = await getPlanned(asked, request.params.operation_id);
        const detail = { rows: operation.total_items };
        await writeAudit(tx, { action: 'preview', operationId: operation.id, actor, detail });
        return viewPlan(asked, operation, request.query);
      }),
  );

  app.get(
    `${OPERATION_PATH}/preview.csv`,
    { schema: ofOperation('The complete plan as CSV', { response: { 200: csvFile, ...refusals } }) },
    async (request, reply) => {
      const by = asker(context, request);
      const operation = await readAs(by, (asked) => getPlanned(asked, request.params.operation_id));
      return planReport(by, operation, reply);
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
      const by = asker(context, request);
      const given = request.body ?? { acknowledge_warnings: false };
      const operation = await start(by, request.params.operation_id, given);
      const body = await readAs(by, (asked) => viewStatus(asked, operation));
      return reply
        .code(operation.phase === 'done' ? 200 : 202)
        .header('location', body.links['self'] ?? '')
        .send(body);
    },
  );
}

async function viewValidation(asked: Asked, planned: Operation): Promise<z.infer<typeof validation>> {
  const { operation_id, operation_status, phase, student_count } = await viewStatus(asked, planned);
  return {
    operation_id,
    operation_status,
    phase,
    student_count,
    ...(await findFindings(asked, planned.id)),
    hidden: await countHidden(asked, planned.id),
    plan_hash: planned.plan_hash ?? '',
    expires_at: (planned.plan_expires_at ?? planned.updated_at).toISOString(),
  };
}

async function getPlanned(asked: Asked, id: string): Promise<Operation> {
  const operation = await getMassOperation(asked, id);
  if (operation.plan_hash === null) throw new Problem('not_validated');
  return operation;
}

async function start(by: Asker, id: string, given: z.output<typeof confirmation>): Promise<Operation> {
  const operation = await readAs(by, async (asked) => {
    const found = await getSteerable(asked, id);
    if (isOpen(found) && found.plan_hash === null) throw new Problem('not_validated');
    if (isOpen(found) && given.plan_hash === undefined) throw new Problem('plan_hash_missing', { field: 'plan_hash' });
    return found;
  });
  return confirm(by, operation.id, {
    planHash: given.plan_hash ?? '',
    acknowledgeWarnings: given.acknowledge_warnings,
    confirmCount: given.confirm_count,
  });
}
