/** Undoing an operation: first looked at, then done. */
import {
  bulkOperation,
  rollbackPreview,
  rollbackPreviewQuery,
  rollbackRequest,
  type RollbackPreview,
} from '@muster/contract';
import type { z } from 'zod';
import { dryRun, guardsOf, planUndo, undo, type Asked, type Asker, type Operation } from '../../engine/index.ts';
import { countHidden, listItems } from '../../engine/report.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read } from '../every-request/route.ts';
import { viewItems, viewPlannedItems } from './item-view.ts';
import { getSteerable, idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation } from './operation-view.ts';
import { itemWords } from '../../operations/item-words.ts';
import { rollbackSentence } from '../../operations/sentences.ts';
import { countUndoRows, listKeptRows } from '../../operations/undo-preview.ts';

const tags = ['Undo'];

const SCHEMAS = {
  preview: {
    tags,
    summary: 'What an undo would do now',
    params: operationParams,
    querystring: rollbackPreviewQuery,
    response: { 200: rollbackPreview, ...refusals },
  },
  rollback: {
    tags,
    summary: 'Undo it; answers with the operation that does so',
    params: operationParams,
    body: rollbackRequest.nullish(),
    response: { 202: bulkOperation, ...refusals },
  },
};

export function rollbackRoutes(app: App, context: HttpContext): void {
  app.get(`${OPERATION_PATH}/rollback/preview`, { schema: SCHEMAS.preview }, async (request) =>
    previewUndo(asker(context, request), idOf(request.params), request.query),
  );

  app.post(`${OPERATION_PATH}/rollback`, { schema: SCHEMAS.rollback }, async (request, reply) => {
    const id = idOf(request.params);
    await read(context, request, (asked) => getSteerable(asked, id));
    const { plan_hash: planHash, item_ids: itemNos, reason, mode, confirm_count: confirmCount } = request.body ?? {};
    const undoing = await undo(asker(context, request), id, { planHash, itemNos, reason, mode, confirmCount });
    return reply.code(202).send(await read(context, request, (asked) => viewOperation(asked, undoing)));
  });
}

/** Plans the undo for real: what is shown is what would run. */
async function previewUndo(
  by: Asker,
  id: string,
  query: z.output<typeof rollbackPreviewQuery>,
): Promise<RollbackPreview> {
  return dryRun(by, async (asked) => {
    const plan = await planUndo(asked, id, { itemNos: query.item_ids, mode: query.mode });
    return viewUndo(asked, id, plan, query.limit);
  });
}

async function viewUndo(asked: Asked, undoneId: string, plan: Operation, limit: number): Promise<RollbackPreview> {
  const counts = await countUndoRows(asked.tx, asked.engine, plan);
  const kept = await viewKept(asked, plan, { isStuck: false, limit });
  const cannot = await viewKept(asked, plan, { isStuck: true, limit });
  return {
    operation_id: undoneId,
    plan_hash: plan.plan_hash ?? '',
    summary: rollbackSentence(counts),
    counts,
    confirm_count: guardsOf(plan).find(({ code }) => code === 'affects_many')?.count ?? null,
    will_reverse: await reversedItems(asked, plan, limit),
    kept,
    cannot: cannot.map(({ item, row, what }) => ({ item, row, why: what })),
    hidden: await countHidden(asked, plan.id),
  };
}

/** Rows that stay, each with its item. */
async function viewKept(
  asked: Asked,
  plan: Operation,
  wanted: { isStuck: boolean; limit: number },
): Promise<RollbackPreview['kept']> {
  const found = await listKeptRows(asked, plan.id, wanted);
  const itemNos = [...new Set(found.map((row) => row.item_no))];
  const items = await viewItems(asked, plan, await listItems(asked, plan.id, { itemNos, limit: itemNos.length }));
  return found.flatMap(({ item_no: no, entity, id, label, code, detail }) => {
    const item = items.find((one) => one.id === String(no));
    if (item === undefined) return [];
    const row = entity === null || id === null ? null : { entity, id, label: label ?? item.label };
    const { message } = itemWords(code, { label: item.label, ...detail });
    return [{ item, row, who: textOf(detail['who']), when: textOf(detail['when']), what: message }];
  });
}

async function reversedItems(asked: Asked, plan: Operation, limit: number): Promise<RollbackPreview['will_reverse']> {
  const found = await listItems(asked, plan.id, { limit, changing: true });
  const planned = await viewPlannedItems(asked, plan, found);
  return planned.map(({ changes, ...item }) => ({ item: { ...item, result_data: {} }, changes }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
