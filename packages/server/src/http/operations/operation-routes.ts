/** Listing, making, reading and changing operations. */
import { bulkOperation, bulkOperationChanges, bulkOperationData, operationFilters } from '@muster/contract';
import { z } from 'zod';
import { getVisible } from '../../engine/index.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { read, write } from '../every-request/route.ts';
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

/** What an operation was given may be large, and is read with the operation alone. */
const READ_ONE_BY_ONE = { parameters: {}, input_data: {}, mapping_config: {} };

export function operationRoutes(app: App, context: HttpContext): void {
  app.get('/api/bulk/operations', { schema: SCHEMAS.list }, async (request, reply) => {
    const listed = await read(context, request, async (asked) => {
      const { operations, total } = await listOperations(asked, request.query);
      return {
        views: (await viewOperations(asked, operations)).map((view) => ({ ...view, ...READ_ONE_BY_ONE })),
        total,
      };
    });
    reply.header('x-total-count', listed.total);
    return listed.views;
  });

  app.post('/api/bulk/operations', { schema: SCHEMAS.create }, async (request, reply) => {
    const made = await write(context, request, async (asked) =>
      viewOperation(asked, await createOperation(asked, request.body)),
    );
    return reply.code(201).send(made);
  });

  app.get(OPERATION_PATH, { schema: SCHEMAS.read }, async (request) =>
    read(context, request, async (asked) => viewOperation(asked, await getVisible(asked, idOf(request.params)))),
  );

  app.patch(OPERATION_PATH, { schema: SCHEMAS.change }, async (request) =>
    write(context, request, async (asked) =>
      viewOperation(asked, await changeOperation(asked, idOf(request.params), request.body)),
    ),
  );
}
