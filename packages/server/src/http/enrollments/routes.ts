/** Enrolling one student, and what becomes of the enrollment. */
import { z } from 'zod';
import { runNow, type Asker } from '../../engine/index.ts';
import { changedIds } from '../../operations/changed-ids.ts';
import { ENROLLMENT_TYPES, enrollmentChangesSchema, paymentSchema } from '../../school/batches/enrollment-fields.ts';
import { isAdmin } from '../../school/batches/rights.ts';
import {
  assertMayRead,
  getEnrollment,
  leadingEnrollment,
  type Enrollment,
} from '../../school/enrollments/enrollment-rows.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { ADMINS, EVERYBODY, type App, type HttpContext } from '../every-request/context.ts';
import { answer, calledBy, hintsOf, tags, told } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read, readAs } from '../every-request/route.ts';

const moment = z.iso.datetime();
const enrolled = z.object({
  _id: z.string(),
  student: z.string(),
  course: z.string(),
  batch: z.string().nullable().describe('Null: the course is followed alone'),
  enrollment_type: z.string(),
  status: z.string(),
  enrollment_date: moment,
  access_expiry_date: moment.nullable(),
  enrollment_source: z.string(),
  paymentDetails: z
    .object({
      amount: z.number().nullable(),
      currency: z.string().nullable(),
      payment_method: z.string().nullable(),
      payment_status: z.string().nullable(),
      transaction_id: z.string().nullable(),
    })
    .nullish()
    .describe('For admins'),
});

const given = z.strictObject({
  courseId: z.string(),
  batchId: z.string().nullish(),
  enrollment_type: z.enum(ENROLLMENT_TYPES).nullish(),
  enrollment_source: z.string().max(200).nullish(),
  paymentDetails: paymentSchema.nullish(),
});
const { status, access_expiry_date, enrollment_type } = enrollmentChangesSchema.shape;
const changes = z.strictObject({
  status,
  access_expiry_date,
  enrollment_type,
  batch: z.string().optional().describe('Another batch of the same course: the student moves'),
  paymentDetails: paymentSchema.optional(),
});

const idParams = z.object({ enrollmentId: z.string() });
const PATH = '/api/enrollments/:enrollmentId';

export function enrollmentRoutes(app: App, context: HttpContext): void {
  enrollingRoute(app, context);
  readingRoute(app, context);
  changingRoute(app, context);
  cancellingRoute(app, context);
}

function enrollingRoute(app: App, context: HttpContext): void {
  app.post(
    '/api/enrollments/students/:studentId/enroll',
    {
      config: calledBy([...ADMINS, 'student']),
      schema: {
        tags,
        summary: 'Enroll a student in a batch, or in a course alone',
        params: z.object({ studentId: z.string() }),
        body: given,
        response: { 201: told(enrolled), ...refusals },
      },
    },
    async (request, reply) => {
      const { courseId, batchId, paymentDetails, ...rest } = request.body;
      const params = {
        ...rest,
        student_ids: [request.params.studentId],
        course_id: courseId,
        batch_id: batchId,
        payment: paymentDetails,
      };
      const wanted = { kind: 'enrollment_create', name: 'Enroll a student', params };
      const message = `Student enrolled in ${batchId == null ? 'course' : 'batch'} successfully`;
      return reply.code(201).send(await run(asker(context, request), wanted, message));
    },
  );
}

function readingRoute(app: App, context: HttpContext): void {
  app.get(
    PATH,
    {
      config: calledBy(EVERYBODY),
      schema: { tags, summary: 'One enrollment', params: idParams, response: { 200: answer(enrolled), ...refusals } },
    },
    async (request) =>
      read(context, request, async ({ tx, actor }) => {
        const id = await assertMayRead(tx, actor, request.params.enrollmentId);
        return { success: true as const, data: view(actor, await getEnrollment(tx, id)), warnings: [] };
      }),
  );
}

function changingRoute(app: App, context: HttpContext): void {
  app.put(
    PATH,
    {
      config: calledBy(ADMINS),
      schema: {
        tags,
        summary: 'Change an enrollment',
        params: idParams,
        body: changes,
        response: { 200: told(enrolled), ...refusals },
      },
    },
    async (request) => {
      const { batch, paymentDetails: payment, ...rest } = request.body;
      const id = request.params.enrollmentId;
      const params = { enrollments: [{ ...rest, enrollment_id: id, batch_id: batch, payment }] };
      const wanted = { kind: 'enrollment_update', name: 'Change an enrollment', params };
      return run(asker(context, request), wanted, 'Enrollment updated successfully', id);
    },
  );
}

function cancellingRoute(app: App, context: HttpContext): void {
  app.delete(
    PATH,
    {
      config: calledBy([...ADMINS, 'student']),
      schema: {
        tags,
        summary: 'Cancel an enrollment',
        params: idParams,
        response: { 200: told(enrolled), ...refusals },
      },
    },
    async (request) => {
      const id = request.params.enrollmentId;
      const wanted = { kind: 'enrollment_cancel', name: 'Cancel an enrollment', params: { enrollment_ids: [id] } };
      return run(asker(context, request), wanted, 'Enrollment cancelled successfully', id);
    },
  );
}

interface Wanted {
  readonly kind: string;
  readonly name: string;
  readonly params: unknown;
}

/**
 * Runs the operation and reads the enrollment that it leaves active or changed.
 * @param id - What was named; somebody who moves to a batch they left before goes on under the enrollment there.
 */
async function run(by: Asker, wanted: Wanted, message: string, id?: string) {
  const { operation, items } = await runNow(by, wanted);
  const data = await readAs(by, async ({ tx, actor }) => {
    const written = await changedIds(tx, operation.id, 'enrollment');
    return view(actor, await getEnrollment(tx, (await leadingEnrollment(tx, written, id)) ?? id ?? ''));
  });
  return { success: true as const, message, operation_id: operation.id, data, warnings: hintsOf(items) };
}

function view(actor: Actor, row: Enrollment): z.infer<typeof enrolled> {
  const { enrolled_at: from, access_ends_at: until, payment, ...rest } = row;
  return {
    ...rest,
    enrollment_date: from.toISOString(),
    access_expiry_date: until?.toISOString() ?? null,
    ...(isAdmin(actor) ? { paymentDetails: payment } : {}),
  };
}
