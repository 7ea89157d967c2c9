/** The kinds there are, and the state of the queue. */
import { operationKind, queueStatus, type OperationKind } from '@muster/contract';
import { z } from 'zod';
import { queueStatus as readQueue } from '../../engine/index.ts';
import type { Kind } from '../../engine/kind.ts';
import type { FieldDefinition } from '../../formats/mapping/schema.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read } from '../every-request/route.ts';
import { parametersOf } from '../../operations/kind-parameters.ts';

const tags = ['Operations'];

export function overviewRoutes(app: App, context: HttpContext): void {
  app.get(
    '/api/bulk/kinds',
    {
      schema: {
        tags,
        summary: 'Kinds of operations with their parameters',
        response: { 200: z.array(operationKind), ...refusals },
      },
    },
    async (request) => {
      const { engine, actor } = asker(context, request);
      return engine.kinds.filter((kind) => kind.isInternal !== true).map((kind) => viewKind(kind, actor));
    },
  );

  app.get(
    '/api/bulk/queue',
    { schema: { tags, summary: 'What works and what waits', response: { 200: queueStatus, ...refusals } } },
    async (request) => {
      const status = await read(context, request, ({ tx }) => readQueue(tx));
      return { ...status, by_status: { ...status.by_status }, next: [...status.next] };
    },
  );
}

/** The value that new records get comes first; those that give rights are not among them. */
function assumableOf({ assumed = '', values = [], weighty = [] }: FieldDefinition): string[] {
  return [assumed, ...values.filter((value) => value !== assumed && !weighty.includes(value))];
}

function viewKind(kind: Kind, actor: Actor): OperationKind {
  return {
    name: kind.name,
    title: kind.title,
    aliases: [...(kind.aliases ?? [])],
    parameters: parametersOf(kind),
    roles: [...kind.roles],
    may_start: kind.roles.some((role) => actor.roles.includes(role)),
    reversible: true,
    target_model: kind.rows?.target ?? null,
    fields: (kind.rows?.fields ?? []).map((field) => ({
      name: field.name,
      title: field.title,
      type: field.type,
      required: field.required === true,
      identifies: field.identifies === true,
      ...(field.values === undefined ? {} : { values: [...field.values] }),
      ...(field.assumed === undefined ? {} : { assumable: assumableOf(field) }),
    })),
  };
}
