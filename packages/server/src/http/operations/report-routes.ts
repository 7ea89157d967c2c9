/** An operation's items as a file: of an import the rows as they were, with what is wrong with each. */
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type Asker, fileInput, getVisible, type Operation, writeAudit } from '../../engine/index.ts';
import { countHidden, listItems, type ItemQuery, type ItemView } from '../../engine/report.ts';
import { writeCsv } from '../../formats/csv/write-csv.ts';
import { writeErrorReport } from '../../formats/report/error-report.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, readAs, write } from '../every-request/route.ts';
import { itemWords } from '../../operations/item-words.ts';
import { takenBackByItem } from './item-view.ts';
import { idOf, operationParams, OPERATION_PATH } from './operation-path.ts';

const PAGE_ITEMS = 1_000;
const STATUSES = ['failed', 'success', 'skipped', 'not_processed'] as const;
type ReportStatus = (typeof STATUSES)[number];

const reportQuery = z.strictObject({
  status: z.enum(STATUSES).optional().describe('Of an import `failed` when left out, otherwise all items.'),
});

export function reportRoutes(app: App, context: HttpContext): void {
  app.get(
    `${OPERATION_PATH}/report.csv`,
    {
      schema: {
        tags: ['Operations'],
        summary: 'Its items as a CSV file',
        params: operationParams,
        querystring: reportQuery,
        response: {
          200: { description: 'UTF-8', content: { 'text/csv': { schema: z.any().meta({ type: 'string' }) } } },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const { status } = request.query;
      const { operation, hidden } = await write(context, request, async (asked) => {
        const found = await getVisible(asked, idOf(request.params));
        const detail = { report: status ?? 'all' };
        await writeAudit(asked.tx, { action: 'download', operationId: found.id, actor: asked.actor, detail });
        return { operation: found, hidden: await countHidden(asked, found.id, reported(found, status)) };
      });
      reply.header('content-type', 'text/csv; charset=utf-8');
      reply.header('content-disposition', `attachment; filename="${fileName(operation, status)}"`);
      reply.header('x-hidden-count', hidden);
      return reply.send(reportOf(asker(context, request), operation, status));
    },
  );
}

function fileName(operation: Operation, status: ReportStatus | undefined): string {
  return `${operation.kind}-${operation.id}${status === undefined ? '' : `-${status}`}.csv`;
}

function reportOf(by: Asker, operation: Operation, status: ReportStatus | undefined): Readable {
  const { header } = fileInput(operation);
  const items = streamItems(by, operation, reported(operation, status));
  return header.length > 0
    ? writeErrorReport(header, fileRows(items))
    : writeCsv(COLUMNS, itemRows(items), { bom: true });
}

/** Of a file its faults, where nothing else is asked for. */
function reported(operation: Operation, status: ReportStatus | undefined): Omit<ItemQuery, 'limit'> {
  const isOfFile = fileInput(operation).header.length > 0;
  return queryOf(operation, status ?? (isOfFile ? 'failed' : undefined));
}

/** Before an operation was started, what cannot be done counts as failed. */
function queryOf(operation: Operation, status: ReportStatus | undefined): Omit<ItemQuery, 'limit'> {
  switch (status) {
    case undefined:
      return {};
    case 'failed':
      return operation.started_at === null ? { action: 'error' } : { status };
    case 'success':
    case 'skipped':
      return { status };
    case 'not_processed':
      return operation.status === 'cancelled' ? { code: 'cancelled' } : { status: 'pending' };
  }
}

/** @property taken_back_by - The undo after which nothing, or not all, of what the item did holds. */
interface ReportItem extends ItemView {
  readonly taken_back_by: string | null;
}

/** All items that match, page by page, each in a transaction of its own: a slow reader holds nothing open. */
async function* streamItems(
  by: Asker,
  operation: Operation,
  query: Omit<ItemQuery, 'limit'>,
): AsyncGenerator<ReportItem> {
  for (let after = -1; ;) {
    const page = await readAs(by, async (asked) => {
      const items = await listItems(asked, operation.id, { ...query, after, limit: PAGE_ITEMS });
      const takenBack = await takenBackByItem(asked.tx, operation, items);
      return items.map((item) => ({ ...item, taken_back_by: takenBack.get(item.item_no)?.by ?? null }));
    });
    yield* page;
    if (page.length < PAGE_ITEMS) return;
    after = page.at(-1)?.item_no ?? after;
  }
}

async function* fileRows(items: AsyncIterable<ItemView>) {
  for await (const item of items) {
    const cells = Array.isArray(item.input) ? item.input.map(String) : [];
    const { code, message, correction } = wordsOf(item);
    yield { cells, rowNo: item.row_no ?? item.item_no, code, message, suggestion: correction };
  }
}

const COLUMNS = [
  'item',
  'label',
  'subject_id',
  'key',
  'action',
  'status',
  'code',
  'message',
  'correction',
  'processed_at',
  'taken_back_by',
];

async function* itemRows(items: AsyncIterable<ReportItem>): AsyncGenerator<readonly unknown[]> {
  for await (const item of items) {
    const { code, message, correction } = wordsOf(item);
    yield [
      item.item_no,
      item.label,
      item.subject_id,
      item.key,
      item.action,
      item.status,
      code,
      message,
      correction,
      item.processed_at,
      item.taken_back_by,
    ];
  }
}

function wordsOf({ code, detail }: ItemView): { code: string; message: string; correction: string } {
  return code === null ? { code: '', message: '', correction: '' } : itemWords(code, detail);
}
