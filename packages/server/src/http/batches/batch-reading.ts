/** The batches of a course, and one batch. */
import { batchesOfCourse, Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import { getEntity } from '../../db/entity.ts';
import { attendsBatch, isAdmin, ownsBatch, teachesBatch } from '../../school/batches/rights.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, EVERYBODY, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { getRow, viewRow as viewRecord } from '../records/records.ts';
import { answer, calledBy, tags, wordsOf } from '../every-request/envelope.ts';
import { batchRow, batchShape, findHints, selectBatches, viewBatch, viewRow, type Batch } from './batch-view.ts';

const BATCHES_MAX = 1_000;

const courseParams = z.object({ courseId: z.string() });
const pages = z.object({
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
        params: courseParams,
        querystring: pages,
        response: { 200: list, ...refusals },
      },
    },
    async (request) => listBatches(context, await actorOf(request), request.params.courseId, request.query),
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
    async (request) => readBatch(context, await actorOf(request), request.params.id),
  );
}

async function listBatches(
  context: HttpContext,
  actor: Actor,
  courseId: string,
  { page, limit }: z.infer<typeof pages>,
): Promise<z.infer<typeof list>> {
  const id = courseId.toLowerCase();
  return inOrg(context.database, actor.orgId, async (tx) => {
    await assertCourse(tx, id);
    const visible = actor.role === 'teacher_admin' ? ownsBatch(actor) : sql`true`;
    const condition = sql`b.course_id = ${id} and ${visible}`;
    const { total } = await one(
      tx,
      sql<{ total: number }>`
      select count(*) as total from batches b where b.org_id = ${tx.orgId} and ${condition}`,
    );
    const found = await rows(
      tx,
      sql<Batch & { teaches: boolean }>`
      ${selectBatches(tx.orgId, sql`${teachesBatch(actor)} as teaches`, condition)}
      order by b.start_date, b.name, b.id limit ${limit} offset ${(page - 1) * limit}`,
    );
    const seesPeople = (batch: { teaches: boolean }): boolean => isAdmin(actor) || batch.teaches;
    const data = found.map((batch) => viewRow(seesPeople(batch) ? batch : { ...batch, lead: null }));
    return { success: true as const, count: data.length, total, data };
  });
}

/** @throws Problem `course_not_found`. */
async function assertCourse(tx: OrgTransaction, id: string): Promise<void> {
  const [known] = isUuid(id) ? await rows(tx, sql`select from courses where org_id = ${tx.orgId} and id = ${id}`) : [];
  if (known === undefined) throw new Problem('course_not_found');
}

async function readBatch(context: HttpContext, actor: Actor, batchId: string) {
  const id = batchId.toLowerCase();
  return inOrg(context.database, actor.orgId, async (tx) => {
    const { batch, isStaff } = await getReadable(tx, actor, id, context.engine.now());
    const entity = getEntity(context.engine.entities, 'batch');
    const record = isStaff ? viewRecord(await getRow(tx, entity, id, sql`true`)) : {};
    return {
      ...record,
      success: true as const,
      data: viewBatch(batch, { notes: isStaff }),
      warnings: isStaff ? wordsOf(await findHints(tx, id)) : [],
    };
  });
}

/**
 * Admins read the batches they answer for, teachers those they teach, students those they attend.
 * @throws Problem `batch_not_found`, `forbidden`.
 */
async function getReadable(
  tx: OrgTransaction,
  actor: Actor,
  id: string,
  now: Date,
): Promise<{ batch: Batch; isStaff: boolean }> {
  const staff = isAdmin(actor) ? ownsBatch(actor) : sql`false`;
  const rights = sql`${staff} or ${teachesBatch(actor)} as is_staff, ${attendsBatch(actor, now)} as attends`;
  const [batch] = isUuid(id)
    ? await rows(
        tx,
        sql<Batch & { is_staff: boolean; attends: boolean }>`${selectBatches(tx.orgId, rights, sql`b.id = ${id}`)}`,
      )
    : [];
  if (batch === undefined) throw new Problem('batch_not_found');
  if (!batch.is_staff && !batch.attends) throw new Problem('forbidden');
  return { batch, isStaff: batch.is_staff };
}

/** A batch that was just written by the caller. */
export async function getBatch(tx: OrgTransaction, id: string): Promise<Batch> {
  const found = selectBatches(tx.orgId, sql`null as more`, sql`b.id = ${id.toLowerCase()}`);
  return one(tx, sql<Batch>`${found}`);
}
