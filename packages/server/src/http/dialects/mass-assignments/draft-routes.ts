/** Drafts: made, changed and discarded. Nothing is assigned here. */
import { Problem } from '@muster/contract';
import { z } from 'zod';
import { type Asked, change, draft, getKind, invalidState, isOpen, type Operation } from '../../../engine/index.ts';
import { discardDraft } from '../../../operations/discard.ts';
import { asObject } from '../../../operations/stored.ts';
import { type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { write } from '../../every-request/route.ts';
import { massAssignmentChanges, massAssignmentGiven, paramsOf } from './given-assignment.ts';
import { lockMassOperation, MASS_PATH, ofOperation, OPERATION_PATH, tags } from './mass-operation.ts';
import { massAssignmentStatus, viewStatus } from './status-view.ts';

export function draftRoutes(app: App, context: HttpContext): void {
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
      const made = await write(context, request, async (asked) =>
        viewStatus(asked, await createDraft(asked, request.body)),
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
    async (request) =>
      write(context, request, async (asked) => {
        const found = await lockDraft(asked, request.params.operation_id, 'changing it');
        return viewStatus(asked, await changeDraft(asked, found, request.body));
      }),
  );

  app.delete(
    OPERATION_PATH,
    { schema: ofOperation('Discard a draft', { response: { 204: z.null(), ...refusals } }) },
    async (request, reply) => {
      await write(context, request, async (asked) => {
        const { id } = await lockDraft(asked, request.params.operation_id, 'discarding it');
        await discardDraft(asked, id);
      });
      return reply.code(204).send(null);
    },
  );
}

async function createDraft(asked: Asked, given: z.output<typeof massAssignmentGiven>): Promise<Operation> {
  if (given.template_id != null) throw new Problem('not_found', { field: 'template_id' });
  return draft(asked, {
    kind: given.operation_type,
    name: given.name ?? getKind(asked.engine, given.operation_type).title,
    source: 'mass_assignments',
    params: paramsOf(given),
    overrideReason: given.override_reason,
  });
}

async function changeDraft(
  asked: Asked,
  found: Operation,
  changes: z.output<typeof massAssignmentChanges>,
): Promise<Operation> {
  const params = { ...asObject(found.params), ...paramsOf(changes) };
  return change(asked, found, { name: changes.name, params, overrideReason: changes.override_reason });
}

/** @throws Problem `invalid_state` for what is being validated, or is confirmed. */
export async function lockDraft(asked: Asked, id: string, wanted: string): Promise<Operation> {
  const operation = await lockMassOperation(asked, id);
  if (!isOpen(operation)) throw invalidState(operation, wanted);
  return operation;
}
