/** Undoing an operation: first looked at, then done. */
import {
  bulkOperation,
  rollbackPreview,
  rollbackPreviewQuery,
  rollbackRequest,
  type RollbackPreview,
} from '@muster/contract';
import type { z } from 'zod';
import type { OrgTransaction } from '../../db/database.ts';
import { type Asked, type Asker, type Operation, planCounts, planUndo, undo, dryRun } from '../../engine/index.ts';
import { listItems } from '../../engine/report.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read } from '../every-request/route.ts';
import { viewItems, viewPlannedItems } from './item-view.ts';
import { getSteerable, idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { viewOperation } from './operation-view.ts';
import { rollbackSentence } from '../../operations/sentences.ts';

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

async function viewUndo(
  { tx, engine }: Asked,
  undoneId: string,
  plan: Operation,
  limit: number,
): Promise<RollbackPreview> {
  const { items, actions } = planCounts(plan);
  const counts = { kept: actions['skip'] ?? 0, cannot: actions['error'] ?? 0 };
  const all = { ...counts, will_reverse: items - counts.kept - counts.cannot };
  const kept = await listItems(tx, plan.id, { action: 'skip', limit });
  const cannot = await listItems(tx, plan.id, { action: 'error', limit });
  const keptItems = await viewItems(tx, engine, plan, kept);
  return {
    operation_id: undoneId,
    plan_hash: plan.plan_hash ?? '',
    summary: rollbackSentence(all),
    counts: all,
    will_reverse: await reversedItems(tx, plan, limit),
    kept: keptItems.map((item, at) => ({
      item,
      who: textOf(kept[at]?.detail?.['who']),
      when: textOf(kept[at]?.detail?.['when']),
      what: item.error_message,
    })),
    cannot: (await viewItems(tx, engine, plan, cannot)).map((item) => ({ item, why: item.error_message })),
  };
}

async function reversedItems(
  tx: OrgTransaction,
  plan: Operation,
  limit: number,
): Promise<RollbackPreview['will_reverse']> {
  const found = await listItems(tx, plan.id, { limit, changing: true });
  const planned = await viewPlannedItems(tx, plan, found);
  return planned.map(({ changes, ...item }) => ({ item: { ...item, result_data: {} }, changes }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
