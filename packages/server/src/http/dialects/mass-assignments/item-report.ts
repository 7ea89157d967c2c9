/** Plan and result of a mass assignment as CSV, item by item, whatever their number. */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { problemError } from '@muster/contract';
import type { FastifyReply } from 'fastify';
import { sql } from 'kysely';
import { inOrg } from '../../../db/database.ts';
import { type Operation, writeAudit } from '../../../engine/index.ts';
import { writeCsv } from '../../../formats/csv/write-csv.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import type { HttpContext } from '../../every-request/context.ts';
import { listItemRows, type ItemRow } from './item-rows.ts';
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

export function planReport(
  context: HttpContext,
  actor: Actor,
  operation: Operation,
  reply: FastifyReply,
): FastifyReply {
  return sendReport(context, actor, operation, reply, {
    name: 'preview',
    outcomeOf: (item) => planOutcome(item.action),
  });
}

export function resultReport(
  context: HttpContext,
  actor: Actor,
  operation: Operation,
  reply: FastifyReply,
): FastifyReply {
  return sendReport(context, actor, operation, reply, { name: 'report', outcomeOf: itemOutcome });
}

interface Report {
  readonly name: string;
  outcomeOf(item: ItemRow): string;
}

function sendReport(
  context: HttpContext,
  actor: Actor,
  operation: Operation,
  reply: FastifyReply,
  report: Report,
): FastifyReply {
  reply.header('content-type', 'text/csv; charset=utf-8');
  reply.header('content-disposition', `attachment; filename="mass-assignment-${operation.id}-${report.name}.csv"`);
  const file = writeCsv(COLUMNS, reportRows(context, operation, report), { bom: true });
  return reply.send(file.pipe(recordDownload(context, actor, operation, report.name)));
}

/** Each page in a transaction of its own: a slow reader holds nothing open. */
async function* reportRows(
  { database }: HttpContext,
  operation: Operation,
  report: Report,
): AsyncGenerator<readonly unknown[]> {
  for (let after = -1; ;) {
    const page = await inOrg(database, operation.org_id, (tx) =>
      listItemRows(tx, operation.id, sql`true`, { limit: PAGE_ITEMS, after }),
    );
    for (const item of page) yield cellsOf(item, report.outcomeOf(item));
    if (page.length < PAGE_ITEMS) return;
    after = page.at(-1)?.item_no ?? after;
  }
}

function cellsOf(item: ItemRow, outcome: string): readonly unknown[] {
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
function recordDownload({ database }: HttpContext, actor: Actor, operation: Operation, name: string): Transform {
  const checksum = createHash('sha256');
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      checksum.update(piece);
      done(null, piece);
    },
    flush(done) {
      const detail = { file: name, rows: operation.total_items, sha256: checksum.digest('hex') };
      inOrg(database, actor.orgId, (tx) =>
        writeAudit(tx, { action: 'download', operationId: operation.id, actor, detail }),
      ).then(() => done(), done);
    },
  });
}
