/** What became of each student, and correcting by hand what failed. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { inOrg, rows, type OrgTransaction } from '../../../db/database.ts';
import { writeAudit } from '../../../engine/index.ts';
import { ownParameters } from '../../../school/assignments/parameters.ts';
import { actorOf, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { noteAccess } from './data-access.ts';
import { resultReport } from './item-report.ts';
import { countItemRows, listItemRows, type ItemRow } from './item-rows.ts';
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
import { HAS_FAILED } from '../../../engine/report.ts';

const PAGE_ITEMS = 50;
const itemQuery = z.strictObject({
  status: z.enum(['successful', 'success', 'failed', 'skipped', 'pending']).optional(),
  page: pageNo,
});
const itemPage = z.object({ items: z.array(massItem), total: z.int(), page: z.int(), pages: z.int() });

export function itemRoutes(app: App, context: HttpContext): void {
  const { engine, database } = context;

  app.get(
    `${OPERATION_PATH}/items`,
    {
      schema: ofOperation('What became of each student', {
        querystring: itemQuery,
        response: { 200: itemPage, ...refusals },
      }),
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, async (tx) => {
        const { id } = await getMassOperation({ tx, engine, actor }, request.params.operation_id);
        const page = await listPage(tx, id, request.query);
        await noteAccess(tx, actor, { purpose: 'items', rows: page.total, operationId: id });
        return page;
      });
    },
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
    async (request) => {
      const actor = await actorOf(request);
      const { operation_id, item_id } = request.params;
      return inOrg(database, actor.orgId, async (tx) => {
        const { id } = await lockMassOperation({ tx, engine, actor }, operation_id);
        const item = await getItem(tx, id, item_id);
        await correctItem(tx, id, item, request.body.parameters);
        await writeAudit(tx, {
          action: 'correct',
          operationId: id,
          actor,
          detail: { item_no: item.item_no, ...request.body },
        });
        return viewItem(await getItem(tx, id, item_id));
      });
    },
  );

  app.get(
    `${OPERATION_PATH}/report.csv`,
    { schema: ofOperation('All results as CSV', { response: { 200: csvFile, ...refusals } }) },
    async (request, reply) => {
      const actor = await actorOf(request);
      const operation = await inOrg(database, actor.orgId, (tx) =>
        getMassOperation({ tx, engine, actor }, request.params.operation_id),
      );
      return resultReport(context, actor, operation, reply);
    },
  );
}

async function listPage(
  tx: OrgTransaction,
  id: string,
  { status, page }: z.output<typeof itemQuery>,
): Promise<z.infer<typeof itemPage>> {
  const condition = status === undefined ? sql`true` : ofStatus(status);
  const found = await listItemRows(tx, id, condition, { limit: PAGE_ITEMS, offset: (page - 1) * PAGE_ITEMS });
  const total = await countItemRows(tx, id, condition);
  return { items: found.map(viewItem), total, page, pages: Math.max(1, Math.ceil(total / PAGE_ITEMS)) };
}

function ofStatus(status: string): RawBuilder<unknown> {
  const stored = status === 'successful' ? 'success' : status;
  return stored === 'failed' ? HAS_FAILED : sql`i.status = ${stored}`;
}

async function getItem(tx: OrgTransaction, operationId: string, itemId: string): Promise<ItemRow> {
  const [item] = /^\d{1,9}$/.test(itemId)
    ? await listItemRows(tx, operationId, sql`i.item_no = ${Number(itemId)}`, { limit: 1 })
    : [];
  if (item === undefined) throw new Problem('not_found');
  return item;
}

async function correctItem(
  tx: OrgTransaction,
  operationId: string,
  item: ItemRow,
  correction: z.output<typeof ownParameters>,
): Promise<void> {
  if (item.status !== 'failed') {
    throw new Problem('conflict', {
      message: 'Only a failed item can be corrected.',
      correction: 'Look at the items that failed.',
    });
  }
  await rows(
    tx,
    sql`
    update operation_items set detail = coalesce(detail, '{}') || jsonb_build_object('correction', ${JSON.stringify(correction)}::jsonb)
    where org_id = ${tx.orgId} and operation_id = ${operationId} and item_no = ${item.item_no}`,
  );
}
