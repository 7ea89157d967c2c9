/** Enrolling one student, and what becomes of the enrollment. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import { runNow } from '../../engine/index.ts';
import { ENROLLMENT_TYPES, enrollmentChangesSchema, paymentSchema } from '../../school/batches/enrollment-fields.ts';
import { isAdmin, ownsBatch, teachesBatch } from '../../school/batches/rights.ts';
import { scopeOf } from '../../school/people/scope.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, ADMINS, EVERYBODY, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { answer, calledBy, hintsOf, tags, told } from '../every-request/envelope.ts';

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
      const place = batchId == null ? 'course' : 'batch';
      return reply
        .code(201)
        .send(await run(context, await actorOf(request), wanted, `Student enrolled in ${place} successfully`));
    },
  );
  app.get(
    PATH,
    {
      config: calledBy(EVERYBODY),
      schema: { tags, summary: 'One enrollment', params: idParams, response: { 200: answer(enrolled), ...refusals } },
    },
    async (request) => {
      const actor = await actorOf(request);
      const data = await inOrg(context.database, actor.orgId, (tx) =>
        readEnrollment(tx, actor, request.params.enrollmentId),
      );
      return { success: true as const, data, warnings: [] };
    },
  );
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
      return run(context, await actorOf(request), wanted, 'Enrollment updated successfully', id);
    },
  );
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
      return run(context, await actorOf(request), wanted, 'Enrollment cancelled successfully', id);
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
async function run(
  context: HttpContext,
  actor: Actor,
  wanted: Wanted,
  message: string,
  id?: string,
): Promise<z.infer<ReturnType<typeof told<typeof enrolled>>>> {
  const { operation, items } = await runNow({ engine: context.engine, actor }, wanted);
  const data = await inOrg(context.database, actor.orgId, async (tx) => {
    const [found] = await rows(
      tx,
      sql<{ id: string }>`
      select c.entity_id as id from changes c join enrollments e on e.org_id = ${tx.orgId} and e.id = c.entity_id
      where c.org_id = ${tx.orgId} and c.operation_id = ${operation.id} and c.entity = 'enrollment'
      order by e.status_reason = 'moved', e.id = ${id ?? null}::uuid desc nulls last limit 1`,
    );
    return getEnrollment(tx, actor, found?.id ?? id ?? '');
  });
  const operationId = operation.id;
  return { success: true, message, operation_id: operationId, data, warnings: hintsOf(items) };
}

/**
 * Open to admins in scope, the teachers of its batch and the student concerned.
 * @throws Problem `enrollment_not_found`, `forbidden`.
 */
async function readEnrollment(tx: OrgTransaction, actor: Actor, enrollmentId: string) {
  const id = enrollmentId.toLowerCase();
  const scope = scopeOf(actor);
  const inScope = scope === null ? sql`true` : sql`e.student_id in (${scope}) or ${ownsBatch(actor)}`;
  const isOpen = isAdmin(actor) ? inScope : sql`false`;
  const [found] = isUuid(id)
    ? await rows(
        tx,
        sql<{ is_open: boolean }>`
        select coalesce(${isOpen} or e.student_id = ${actor.userId}::uuid or ${teachesBatch(actor)}, false) as is_open
        from enrollments e left join batches b on b.org_id = ${tx.orgId} and b.id = e.batch_id
        where e.org_id = ${tx.orgId} and e.id = ${id}`,
      )
    : [];
  if (found === undefined) throw new Problem('enrollment_not_found');
  if (!found.is_open) throw new Problem('forbidden');
  return getEnrollment(tx, actor, id);
}

async function getEnrollment(tx: OrgTransaction, actor: Actor, id: string): Promise<z.infer<typeof enrolled>> {
  const {
    enrolled_at: from,
    access_ends_at: until,
    payment,
    ...found
  } = await one(
    tx,
    sql<
      Omit<z.infer<typeof enrolled>, 'enrollment_date' | 'access_expiry_date' | 'paymentDetails'> & {
        enrolled_at: Date;
        access_ends_at: Date | null;
        payment: z.infer<typeof enrolled>['paymentDetails'];
      }
    >`
    select e.id as _id, e.student_id as student, e.course_id as course, e.batch_id as batch, e.enrollment_type, e.status,
      e.enrolled_at, e.access_ends_at, e.source as enrollment_source, (
        select jsonb_build_object('amount', p.amount, 'currency', p.currency, 'payment_method', p.payment_method,
          'payment_status', p.payment_status, 'transaction_id', p.transaction_id)
        from payments p where p.org_id = ${tx.orgId} and p.enrollment_id = e.id order by p.id desc limit 1) as payment
    from enrollments e where e.org_id = ${tx.orgId} and e.id = ${id}`,
  );
  return {
    ...found,
    enrollment_date: from.toISOString(),
    access_expiry_date: until === null ? null : until.toISOString(),
    ...(isAdmin(actor) ? { paymentDetails: payment } : {}),
  };
}
