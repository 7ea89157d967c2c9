/** Making, changing and removing one batch, and giving it to a teacher: each an operation of one item. */
import { z } from 'zod';
import { runNow, type Asker } from '../../engine/index.ts';
import { changedIds } from '../../operations/changed-ids.ts';
import { getBatch } from '../../school/batches/batch-rows.ts';
import { batchChangesSchema, forceSchema, newBatchSchema } from '../../school/batches/fields.ts';
import { ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, hintsOf, tags, told } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, readAs } from '../every-request/route.ts';
import { batchShape, viewBatch } from './batch-view.ts';

const idParams = z.object({ id: z.string() });
const assigned = z.object({
  _id: z.string(),
  batch_name: z.string(),
  assigned_instructor: z.string(),
  updatedAt: z.iso.datetime(),
});
const removed = z.object({ _id: z.string(), removed: z.boolean() });
const config = calledBy(ADMINS);

export function batchWritingRoutes(app: App, context: HttpContext): void {
  savingRoutes(app, context);
  assigningRoute(app, context);
  removingRoute(app, context);
}

function savingRoutes(app: App, context: HttpContext): void {
  app.post(
    '/api/batches/courses/:courseId/batches',
    {
      config,
      schema: {
        tags,
        summary: 'Make a batch of a course',
        params: z.object({ courseId: z.string() }),
        body: newBatchSchema,
        response: { 201: told(batchShape), ...refusals },
      },
    },
    async (request, reply) => {
      const batch = { ...request.body, course_id: request.params.courseId };
      const wanted = { kind: 'batch_create', name: 'Create a batch', params: { batches: [batch] } };
      const { done, batch: made } = await run(asker(context, request), wanted);
      const data = viewBatch(made, { notes: true });
      return reply.code(201).send({ ...done, message: 'Batch created successfully', data });
    },
  );
  app.put(
    '/api/batches/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change a batch',
        params: idParams,
        body: batchChangesSchema,
        response: { 200: told(batchShape), ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const params = { batches: [{ ...request.body, batch_id: id }] };
      const wanted = { kind: 'batch_update', name: 'Change a batch', params };
      const { done, batch } = await run(asker(context, request), wanted, id);
      return { ...done, message: 'Batch updated successfully', data: viewBatch(batch, { notes: true }) };
    },
  );
}

function assigningRoute(app: App, context: HttpContext): void {
  app.put(
    '/api/batches/:batchId/assign-instructor/:instructorId',
    {
      config,
      schema: {
        tags,
        summary: 'Give a batch to a teacher',
        params: z.object({ batchId: z.string(), instructorId: z.string() }),
        body: forceSchema.optional(),
        response: { 200: told(assigned), ...refusals },
      },
    },
    async (request) => {
      const { batchId, instructorId } = request.params;
      const params = { ...request.body, batch_ids: [batchId], instructor_id: instructorId };
      const wanted = { kind: 'batch_instructor', name: 'Assign an instructor to a batch', params };
      const { done, batch } = await run(asker(context, request), wanted, batchId);
      const data = {
        _id: batch.id,
        batch_name: batch.name,
        assigned_instructor: instructorId.toLowerCase(),
        updatedAt: batch.updated_at.toISOString(),
      };
      return { ...done, message: 'Instructor assigned to batch successfully', data };
    },
  );
}

function removingRoute(app: App, context: HttpContext): void {
  app.delete(
    '/api/batches/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Remove a batch; one with ended enrollments is cancelled',
        params: idParams,
        response: { 200: told(removed), ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { operation, items } = await runNow(asker(context, request), {
        kind: 'batch_cancel',
        name: 'Remove a batch',
        params: { batch_ids: [id], remove: true },
      });
      const isGone = items.some((item) => item.action === 'remove');
      return {
        success: true as const,
        warnings: [],
        operation_id: operation.id,
        data: { _id: id.toLowerCase(), removed: isGone },
        message: isGone ? 'Batch deleted successfully' : 'Batch cancelled; its ended enrollments are kept',
      };
    },
  );
}

interface Wanted {
  readonly kind: string;
  readonly name: string;
  readonly params: unknown;
}

/** Runs the operation and reads the batch that it is about. @param id - Left out for a new one. */
async function run(by: Asker, wanted: Wanted, id?: string) {
  const { operation, items } = await runNow(by, wanted);
  const batch = await readAs(by, async ({ tx }) => {
    const [made = ''] = id === undefined ? await changedIds(tx, operation.id, 'batch') : [id];
    return getBatch(tx, made);
  });
  const done = { success: true as const, operation_id: operation.id, warnings: hintsOf(items) };
  return { done, batch };
}
