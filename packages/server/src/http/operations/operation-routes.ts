/** Listing, making, reading and changing operations. */
import {
  bulkOperation,
  bulkOperationChanges,
  bulkOperationData,
  operationFilters,
  type BulkOperation,
} from '@muster/contract';
import { z } from 'zod';
import { inOrg } from '../../db/database.ts';
import { getVisible } from '../../engine/index.ts';
import { actorOf, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { changeOperation } from '../../operations/change.ts';
import { createOperation } from '../../operations/make.ts';
import { listOperations } from '../../operations/list.ts';
import { idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation, viewOperations } from './operation-view.ts';

const tags = ['Operations'];

const SCHEMAS = {
  list: {
    tags,
    summary: 'List operations, newest first',
    querystring: operationFilters,
    response: { 200: z.array(bulkOperation), ...refusals },
  },
  create: {
    tags,
    summary: 'Make an operation and its plan',
    body: bulkOperationData,
    response: { 201: bulkOperation, ...refusals },
  },
  read: { tags, summary: 'Read an operation', params: operationParams, response: { 200: bulkOperation, ...refusals } },
  change: {
    tags,
    summary: 'Change an operation that is not confirmed yet',
    params: operationParams,
    body: bulkOperationChanges,
    response: { 200: bulkOperation, ...refusals },
  },
};

export function operationRoutes(app: App, context: HttpContext): void {
  const { engine, database } = context;

  app.get('/api/bulk/operations', { schema: SCHEMAS.list }, async (request, reply) => {
    const actor = await actorOf(request);
    return inOrg(database, actor.orgId, async (tx) => {
      const { operations, total } = await listOperations({ tx, engine, actor }, request.query);
      reply.header('x-total-count', total);
      return viewOperations({ tx, engine, actor }, operations);
    });
  });

  app.post('/api/bulk/operations', { schema: SCHEMAS.create }, async (request, reply) => {
    const actor = await actorOf(request);
    const made: BulkOperation = await inOrg(database, actor.orgId, async (tx) =>
      viewOperation({ tx, engine, actor }, await createOperation({ tx, engine, actor }, request.body)),
    );
    return reply.code(201).send(made);
  });

  app.get(OPERATION_PATH, { schema: SCHEMAS.read }, async (request) => {
    const actor = await actorOf(request);
    const id = idOf(request.params);
    return inOrg(database, actor.orgId, async (tx) =>
      viewOperation({ tx, engine, actor }, await getVisible({ tx, engine, actor }, id)),
    );
  });

  app.patch(OPERATION_PATH, { schema: SCHEMAS.change }, async (request) => {
    const actor = await actorOf(request);
    const id = idOf(request.params);
    return inOrg(database, actor.orgId, async (tx) =>
      viewOperation({ tx, engine, actor }, await changeOperation({ tx, engine, actor }, id, request.body)),
    );
  });
}
