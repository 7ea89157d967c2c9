/** Plan and result of a mass assignment as CSV, item by item, whatever their number. */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { problemError } from '@muster/contract';
import type { FastifyReply } from 'fastify';
import { type Asker, type Operation, writeAudit } from '../../../engine/index.ts';
import { countHidden } from '../../../engine/report.ts';
import { writeCsv } from '../../../formats/csv/write-csv.ts';
import { listAssignedItems, type AssignedItem } from '../../../operations/assigned-items.ts';
import { readAs, writeAs } from '../../every-request/route.ts';

import { itemOutcome } from './item-view.ts';
import { planOutcome } from './plan-view.ts';

const COLUMNS = [
  'student_id',
  'name',
  'class',
  'grade',
  'content',
  'outcome',
  'assignment_id',
  'code',
  'message',
  'correction',
  'time',
];
const PAGE_ITEMS = 1_000;

export function planReport(by: Asker, operation: Operation, reply: FastifyReply): Promise<FastifyReply> {
  return sendReport(by, operation, reply, { name: 'preview', outcomeOf: (item) => planOutcome(item.action) });
}

export function resultReport(by: Asker, operation: Operation, reply: FastifyReply): Promise<FastifyReply> {
  return sendReport(by, operation, reply, { name: 'report', outcomeOf: itemOutcome });
}

interface Report {
  readonly name: string;
  outcomeOf(item: AssignedItem): string;
}

async function sendReport(by: Asker, operation: Operation, reply: FastifyReply, report: Report): Promise<FastifyReply> {
  const hidden = await readAs(by, (asked) => countHidden(asked, operation.id));
  reply.header('x-hidden-count', hidden);
  reply.header('content-type', 'text/csv; charset=utf-8');
  reply.header('content-disposition', `attachment; filename="mass-assignment-${operation.id}-${report.name}.csv"`);
  const file = writeCsv(COLUMNS, reportRows(by, operation, report), { bom: true });
  return reply.send(file.pipe(recordDownload(by, operation, report.name, operation.total_items - hidden)));
}

/** Each page in a transaction of its own: a slow reader holds nothing open. */
async function* reportRows(by: Asker, operation: Operation, report: Report): AsyncGenerator<readonly unknown[]> {
  for (let after = -1; ;) {
    const page = await readAs(by, (asked) => listAssignedItems(asked, operation.id, {}, { limit: PAGE_ITEMS, after }));
    for (const item of page) yield cellsOf(item, report.outcomeOf(item));
    if (page.length < PAGE_ITEMS) return;
    after = page.at(-1)?.item_no ?? after;
  }
}

function cellsOf(item: AssignedItem, outcome: string): readonly unknown[] {
  const said = item.code === null ? null : problemError(item.code, item.detail ?? {});
  const { student_id, student_name, grade_level, content, assignment_id, code, processed_at } = item;
  return [
    student_id,
    student_name,
    item.class,
    grade_level,
    content,
    outcome,
    assignment_id,
    code,
    said?.message,
    said?.correction,
    processed_at,
  ];
}

/** Writes down who took how many rows, with a checksum of the file, before its last bytes are sent. */
function recordDownload(by: Asker, operation: Operation, name: string, rows: number): Transform {
  const checksum = createHash('sha256');
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      checksum.update(piece);
      done(null, piece);
    },
    flush(done) {
      const detail = { file: name, rows, sha256: checksum.digest('hex') };
      writeAs(by, ({ tx, actor }) =>
        writeAudit(tx, { action: 'download', operationId: operation.id, actor, detail }),
      ).then(() => done(), done);
    },
  });
}
