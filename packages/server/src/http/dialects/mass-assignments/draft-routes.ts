/** Drafts: made, changed and discarded. Nothing is assigned here. */
import { Problem } from '@muster/contract';
import { z } from 'zod';
import { inOrg, type OrgTransaction } from '../../../db/database.ts';
import { checkParams, createIn, eraseDrafts } from '../../../engine/plan/draft.ts';
import { getKind, type Asked } from '../../../engine/engine.ts';
import { invalidState, update, type Operation } from '../../../engine/operation.ts';
import { writeAudit } from '../../../engine/record.ts';
import { assertRate } from '../../../school/assignments/rate.ts';
import { assertPlanAllows } from '../../../school/people/plan-required.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import { asObject } from '../../../operations/stored.ts';
import { actorOf, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { massAssignmentChanges, massAssignmentGiven, massParams, paramsOf } from './given-assignment.ts';
import { lockMassOperation, MASS_PATH, ofOperation, OPERATION_PATH, OPERATION_TYPES, tags } from './mass-operation.ts';
import { massAssignmentStatus, viewStatus } from './status-view.ts';
import { assertPeopleLimit } from '../../../engine/rights.ts';

export function draftRoutes(app: App, { engine, database }: HttpContext): void {
  app.post(
    MASS_PATH,
    {
      schema: {
        tags,
        summary: 'Make a draft',
        body: massAssignmentGiven,
        response: { 201: massAssignmentStatus, ...refusals },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const made = await inOrg(database, actor.orgId, async (tx) =>
        viewStatus(tx, actor, await createDraft({ tx, engine, actor }, request.body)),
      );
      return reply.code(201).header('location', `${MASS_PATH}/${made.operation_id}`).send(made);
    },
  );

  app.patch(
    OPERATION_PATH,
    {
      schema: ofOperation('Change a draft; it is validated anew', {
        body: massAssignmentChanges,
        response: { 200: massAssignmentStatus, ...refusals },
      }),
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, async (tx) => {
        const { operation_id: id } = request.params;
        const draft = await lockDraft({ tx, engine, actor }, id, 'changing it');
        return viewStatus(tx, actor, await changeDraft({ tx, engine, actor }, draft, request.body));
      });
    },
  );

  app.delete(
    OPERATION_PATH,
    { schema: ofOperation('Discard a draft', { response: { 204: z.null(), ...refusals } }) },
    async (request, reply) => {
      const actor = await actorOf(request);
      await inOrg(database, actor.orgId, async (tx) => {
        const { operation_id: id } = request.params;
        const draft = await lockDraft({ tx, engine, actor }, id, 'discarding it');
        await discard(tx, actor, draft);
      });
      return reply.code(204).send(null);
    },
  );
}

async function createDraft(asked: Asked, given: z.output<typeof massAssignmentGiven>): Promise<Operation> {
  const { tx, engine, actor } = asked;
  if (given.template_id != null) throw new Problem('not_found', { field: 'template_id' });
  await assertRate(tx, actor, 'create', OPERATION_TYPES);
  await assertPlanAllows(tx, actor, given.target);
  return createIn(asked, {
    kind: given.operation_type,
    name: given.name ?? getKind(engine, given.operation_type).title,
    source: 'mass_assignments',
    params: paramsOf(given),
    overrideReason: given.override_reason,
  });
}

async function changeDraft(
  asked: Asked,
  draft: Operation,
  changes: z.output<typeof massAssignmentChanges>,
): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const kind = getKind(engine, draft.kind);
  const params = checkParams(kind, { ...asObject(draft.params), ...paramsOf(changes) });
  await assertPlanAllows(tx, actor, massParams.parse(params).target);
  const reason = changes.override_reason ?? draft.override_reason;
  assertPeopleLimit(kind, actor, kind.peopleListed?.(params) ?? 0, reason);
  await writeAudit(tx, { action: 'change', operationId: draft.id, actor, detail: { ...changes } });
  return update(tx, draft, {
    params: JSON.stringify(params),
    phase: 'draft',
    plan_hash: null,
    plan_expires_at: null,
    plan_counts: '{}',
    override_reason: reason,
    ...(changes.name === undefined ? {} : { name: changes.name }),
  });
}

/** Takes the draft and its plan away; that it was there stays in the audit trail. */
async function discard(tx: OrgTransaction, actor: Actor, draft: Operation): Promise<void> {
  await writeAudit(tx, { action: 'discard', operationId: draft.id, actor });
  await eraseDrafts(tx, [draft.id]);
}

/** @throws Problem `invalid_state` for what is being validated, or is confirmed. */
export async function lockDraft(asked: Asked, id: string, wanted: string): Promise<Operation> {
  const operation = await lockMassOperation(asked, id);
  if (operation.status !== 'pending' || operation.queued_at !== null) throw invalidState(operation, wanted);
  return operation;
}
