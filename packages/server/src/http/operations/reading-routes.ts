/** What an operation would do, how far it is, and what became of it. */
import {
  itemFilters,
  itemPage,
  operationPreview,
  operationProgress,
  operationResults,
  previewQuery,
  type ItemPage,
  type OperationResults,
} from '@muster/contract';
import type { z } from 'zod';
import { type Asked, getVisible, type Operation } from '../../engine/index.ts';
import { countErrors, countHidden, countItems, countTakenBack, listItems } from '../../engine/report.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { read } from '../every-request/route.ts';
import { viewItems } from './item-view.ts';
import { idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewResults } from './operation-view.ts';
import { afterCursor, nextCursor } from './page.ts';
import { viewPreview } from './preview.ts';
import { viewProgress } from './progress-view.ts';

const tags = ['Operations'];

const SCHEMAS = {
  preview: {
    tags,
    summary: 'The plan, item by item',
    params: operationParams,
    querystring: previewQuery,
    response: { 200: operationPreview, ...refusals },
  },
  progress: {
    tags,
    summary: 'How far it is',
    params: operationParams,
    response: { 200: operationProgress, ...refusals },
  },
  items: {
    tags,
    summary: 'Its items and what became of them',
    params: operationParams,
    querystring: itemFilters,
    response: { 200: itemPage, ...refusals },
  },
  results: {
    tags,
    summary: 'The outcome in figures',
    params: operationParams,
    response: { 200: operationResults, ...refusals },
  },
};

export function readingRoutes(app: App, context: HttpContext): void {
  app.get(`${OPERATION_PATH}/preview`, { schema: SCHEMAS.preview }, async (request) =>
    read(context, request, async (asked) =>
      viewPreview(asked, await getVisible(asked, idOf(request.params)), request.query),
    ),
  );

  app.get(`${OPERATION_PATH}/progress`, { schema: SCHEMAS.progress }, async (request) =>
    read(context, request, async (asked) =>
      viewProgress(await getVisible(asked, idOf(request.params)), asked.engine.now()),
    ),
  );

  app.get(`${OPERATION_PATH}/items`, { schema: SCHEMAS.items }, async (request, reply) => {
    const page = await read(context, request, async (asked) =>
      pageOfItems(asked, await getVisible(asked, idOf(request.params)), request.query),
    );
    reply.header('x-total-count', page.total);
    return page;
  });

  app.get(`${OPERATION_PATH}/results`, { schema: SCHEMAS.results }, async (request) =>
    read(context, request, async (asked) => resultsOf(asked, await getVisible(asked, idOf(request.params)))),
  );
}

async function resultsOf(asked: Asked, operation: Operation): Promise<OperationResults> {
  const results = {
    ...viewResults(asked.engine, operation, await countErrors(asked, operation.id)),
    hidden: await countHidden(asked, operation.id),
  };
  if (operation.rollback_status === 'none') return results;
  return { ...results, taken_back_items: await countTakenBack(asked.tx, operation.id) };
}

async function pageOfItems(asked: Asked, operation: Operation, query: z.output<typeof itemFilters>): Promise<ItemPage> {
  const { status, code, page = 1, page_size: limit = query.limit } = query;
  const found = await listItems(asked, operation.id, {
    status,
    code,
    after: afterCursor(query.cursor),
    offset: (page - 1) * limit,
    limit,
  });
  const isFiltered = status !== undefined || code !== undefined;
  const hidden = await countHidden(asked, operation.id, { status, code });
  const total = isFiltered ? await countItems(asked, operation.id, { status, code }) : operation.total_items - hidden;
  return { items: await viewItems(asked, operation, found), next_cursor: nextCursor(found, limit), total, hidden };
}
