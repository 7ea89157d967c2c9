/** The batches of a course, and one batch. */
import { batchesOfCourse } from '@muster/contract';
import { z } from 'zod';
import { getEntity } from '../../db/entity.ts';
import type { Asked } from '../../engine/index.ts';
import { findHints, getReadableBatch, listBatchesOfCourse } from '../../school/batches/batch-rows.ts';
import { getRow } from '../../school/records/rows.ts';
import { EVERYBODY, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { answer, calledBy, tags, wordsOf } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { read } from '../every-request/route.ts';
import { viewRow as viewRecord } from '../every-request/row-view.ts';
import { batchRow, batchShape, viewBatch, viewRow } from './batch-view.ts';

const BATCHES_MAX = 1_000;

const pages = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(BATCHES_MAX).default(BATCHES_MAX),
});
const list = batchesOfCourse.extend({ data: z.array(batchRow) });

export function batchReadingRoutes(app: App, context: HttpContext): void {
  app.get(
    '/api/batches/courses/:courseId/batches',
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: 'The batches of a course',
        params: z.object({ courseId: z.string() }),
        querystring: pages,
        response: { 200: list, ...refusals },
      },
    },
    async (request) =>
      read(context, request, async ({ tx, actor }) => {
        const found = await listBatchesOfCourse(tx, actor, request.params.courseId, request.query);
        const data = found.batches.map(viewRow);
        return { success: true as const, count: data.length, total: found.total, data };
      }),
  );
  app.get(
    '/api/batches/:id',
    {
      config: calledBy(EVERYBODY),
      schema: {
        tags,
        summary: 'One batch',
        params: z.object({ id: z.string() }),
        response: {
          200: answer(batchShape).loose().describe('For staff also the plain record beside `data`'),
          ...refusals,
        },
      },
    },
    async (request) => read(context, request, (asked) => readBatch(asked, request.params.id)),
  );
}

async function readBatch({ tx, engine, actor }: Asked, id: string) {
  const { batch, isStaff } = await getReadableBatch(tx, actor, id, engine.now());
  const record = isStaff ? viewRecord(await getRow(tx, getEntity(engine.entities, 'batch'), batch.id)) : {};
  return {
    ...record,
    success: true as const,
    data: viewBatch(batch, { notes: isStaff }),
    warnings: isStaff ? wordsOf(await findHints(tx, batch.id)) : [],
  };
}
