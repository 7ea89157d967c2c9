/** The courses of a classroom: assigned with the cascade, detached without it. */
import { z } from 'zod';
import type { OrgTransaction } from '../../db/database.ts';
import type { Operation } from '../../engine/index.ts';
import type { ItemView } from '../../engine/report.ts';
import { getBatch } from '../../school/batches/batch-rows.ts';
import { BATCH_TEACHERS, idListSchema, idSchema } from '../../school/classrooms/members.ts';
import { listMemberIds } from '../../school/classrooms/people-in.ts';
import { ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker } from '../every-request/route.ts';
import { idParams } from './member-shapes.ts';
import { runOne } from './run-one.ts';
import { warningList, wordsOf } from './warning-words.ts';

const ids = z.array(z.string());
const batch = z.object({
  id: z.string(),
  name: z.string(),
  classroom_id: z.string(),
  course_id: z.string(),
  section_id: z.string().nullable(),
  term_key: z.string().nullable(),
});
const cascade = z.object({
  batch,
  created: z.boolean(),
  added_ids: ids,
  already_ids: ids,
  reenrolled_ids: ids,
  skipped_overridden_ids: ids,
});
const assigned = z.object({
  success: z.literal(true),
  batch,
  created: z.boolean().describe('False where the batch was there already'),
  students: z.object({
    count: z.int().describe('All in the batch now'),
    added_ids: ids,
    already_ids: ids,
    reenrolled_ids: ids.describe('Taken out of the batch earlier, brought back now'),
    skipped_overridden_ids: ids.describe('Taken out of the batch earlier, and left out'),
  }),
  teachers: z.object({ ids }),
  warnings: warningList,
  operation_id: z.string(),
});
const wanted = z.strictObject({
  course_id: idSchema,
  section_id: idSchema.nullish().describe('Left out: the complete course'),
  term_key: z.string().max(100).nullish().describe('Of a term; one in the form 2026-T1 is made'),
  teacher_ids: idListSchema.nullish().describe('Instead of the homeroom teachers'),
  respect_overrides: z
    .boolean()
    .optional()
    .describe('Leave out who was taken out of the batch, and its teachers as they are'),
});
const detached = z.object({
  success: z.literal(true),
  detached: z.boolean().describe('False where the course was not assigned'),
  batches_kept: z.int(),
  operation_id: z.string(),
});

const config = { roles: ADMINS };
const tags = ['classrooms'];

export function courseRoutes(app: App, context: HttpContext): void {
  assigningRoute(app, context);
  detachingRoute(app, context);
}

function assigningRoute(app: App, context: HttpContext): void {
  app.post(
    '/api/classrooms/:id/assign-course',
    {
      config,
      schema: {
        tags,
        summary: 'Bind a course, make its batch and carry roster and teachers into it',
        params: idParams,
        body: wanted,
        response: { 200: assigned, 201: assigned, ...refusals },
      },
    },
    async (request, reply) => {
      const params = { ...request.body, classroom_ids: [request.params.id.toLowerCase()] };
      const assign = { kind: 'assign_course', name: 'Assign a course', params };
      const answer = await runOne(asker(context, request), assign, viewAssigned);
      return reply.code(answer.created ? 201 : 200).send(answer);
    },
  );
}

async function viewAssigned(tx: OrgTransaction, item: ItemView, operation: Operation) {
  const { batch: made, created, ...students } = cascade.parse(item.input);
  const { enrolled_students: count } = await getBatch(tx, made.id);
  return {
    success: true as const,
    batch: made,
    created,
    students: { count, ...students },
    teachers: { ids: await listMemberIds(tx, BATCH_TEACHERS, made.id) },
    warnings: wordsOf(item.warnings),
    operation_id: operation.id,
  };
}

function detachingRoute(app: App, context: HttpContext): void {
  app.delete(
    '/api/classrooms/:id/courses/:course_id',
    {
      config,
      schema: {
        tags,
        summary: 'Detach a course; its batches stay',
        params: z.object({ id: z.string(), course_id: z.string() }),
        response: { 200: detached, ...refusals },
      },
    },
    async (request) => {
      const { id, course_id: courseId } = request.params;
      const params = { classroom_id: id.toLowerCase(), course_id: courseId.toLowerCase() };
      const detach = { kind: 'detach_course', name: 'Detach a course', params };
      return runOne(asker(context, request), detach, async (_tx, item, operation) => ({
        success: true as const,
        detached: item.status === 'success',
        operation_id: operation.id,
        ...z.object({ batches_kept: z.int() }).parse(item.input),
      }));
    },
  );
}
