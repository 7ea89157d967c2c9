/** What became of each student, and correcting by hand what failed. */
import { hiddenItems, Problem } from '@muster/contract';
import { z } from 'zod';
import type { Asked } from '../../../engine/index.ts';
import { countHidden, countItems } from '../../../engine/report.ts';
import { listAssignedItems, type AssignedItem } from '../../../operations/assigned-items.ts';
import { correctItem } from '../../../operations/correct-item.ts';
import { ownParameters } from '../../../school/assignments/parameters.ts';
import { type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { asker, readAs, write } from '../../every-request/route.ts';
import { noteAccess } from './data-access.ts';
import { resultReport } from './item-report.ts';
import { massItem, viewItem } from './item-view.ts';
import {
  csvFile,
  getMassOperation,
  lockMassOperation,
  ofOperation,
  OPERATION_PATH,
  operationParams,
  pageNo,
  tags,
} from './mass-operation.ts';

const PAGE_ITEMS = 50;
const itemQuery = z.strictObject({
  status: z.enum(['successful', 'success', 'failed', 'skipped', 'pending']).optional(),
  page: pageNo,
});
const itemPage = z.object({
  items: z.array(massItem),
  total: z.int(),
  hidden: hiddenItems,
  page: z.int(),
  pages: z.int(),
});

export function itemRoutes(app: App, context: HttpContext): void {
  app.get(
    `${OPERATION_PATH}/items`,
    {
      schema: ofOperation('What became of each student', {
        querystring: itemQuery,
        response: { 200: itemPage, ...refusals },
      }),
    },
    async (request) =>
      write(context, request, async (asked) => {
        const { id } = await getMassOperation(asked, request.params.operation_id);
        const page = await listPage(asked, id, request.query);
        await noteAccess(asked, { purpose: 'items', rows: page.total, operationId: id });
        return page;
      }),
  );

  app.patch(
    `${OPERATION_PATH}/items/:item_id`,
    {
      schema: {
        tags,
        summary: 'Correct the parameters of a failed item; a retry then uses them',
        params: operationParams.extend({ item_id: z.string() }),
        body: z.strictObject({ parameters: ownParameters }),
        response: { 200: massItem, ...refusals },
      },
    },
    async (request) =>
      write(context, request, async (asked) => {
        const { operation_id, item_id } = request.params;
        const { id } = await lockMassOperation(asked, operation_id);
        await correctItem(asked, id, await getItem(asked, id, item_id), request.body.parameters);
        return viewItem(await getItem(asked, id, item_id));
      }),
  );

  app.get(
    `${OPERATION_PATH}/report.csv`,
    { schema: ofOperation('All results as CSV', { response: { 200: csvFile, ...refusals } }) },
    async (request, reply) => {
      const by = asker(context, request);
      const operation = await readAs(by, (asked) => getMassOperation(asked, request.params.operation_id));
      return resultReport(by, operation, reply);
    },
  );
}

async function listPage(
  asked: Asked,
  id: string,
  { status, page }: z.output<typeof itemQuery>,
): Promise<z.infer<typeof itemPage>> {
  const wanted = { status: status === 'successful' ? 'success' : status };
  const found = await listAssignedItems(asked, id, wanted, { limit: PAGE_ITEMS, offset: (page - 1) * PAGE_ITEMS });
  const total = await countItems(asked, id, wanted);
  const hidden = await countHidden(asked, id, wanted);
  return { items: found.map(viewItem), total, hidden, page, pages: Math.max(1, Math.ceil(total / PAGE_ITEMS)) };
}

async function getItem(asked: Asked, operationId: string, itemId: string): Promise<AssignedItem> {
  const [item] = /^\d{1,9}$/.test(itemId)
    ? await listAssignedItems(asked, operationId, { itemNo: Number(itemId) }, { limit: 1 })
    : [];
  if (item === undefined) throw new Problem('not_found');
  return item;
}
