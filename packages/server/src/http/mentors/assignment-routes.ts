/** Assigning an instructor to one student, and ending it: each an operation of one item. */
import { assignmentType, Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, isUuid, one } from '../../db/database.ts';
import { runNow } from '../../engine/index.ts';
import { assignmentNotes, endReason } from '../../school/mentors/assignment.ts';
import { mentorshipColumns, mentorshipRows } from '../../school/mentors/mentorships.ts';
import type { Mentorship } from '../../school/mentors/mentorships.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { calledBy, hintsOf, tags, told } from '../every-request/envelope.ts';
import { moment, personRef } from './shapes.ts';

const AUTH = '/api/v1/auth';

const given = z.strictObject({
  instructor_id: z.string().min(1),
  student_id: z.string().min(1),
  assignment_type: assignmentType.default('mentor'),
  notes: assignmentNotes.nullish(),
  replace: z.boolean().default(false).describe("Ends another instructor's assignment first"),
});
const assigned = z.object({
  student_id: z.string(),
  student_name: z.string(),
  instructor_id: z.string(),
  instructor_name: z.string(),
  assignment_type: assignmentType,
  assignment_date: moment,
  notes: z.string().nullable(),
});
const unassigned = z.object({ student_id: z.string(), student_name: z.string(), previous_instructor: personRef });

export function assignmentRoutes(app: App, context: HttpContext): void {
  app.post(
    `${AUTH}/assign-instructor-to-student`,
    {
      config: calledBy(ADMINS),
      schema: {
        tags,
        summary: 'Assign an instructor to a student',
        body: given,
        response: { 200: told(assigned), ...refusals },
      },
    },
    async (request) => assign(context, await actorOf(request), request.body),
  );
  app.delete(
    `${AUTH}/unassign-instructor-from-student/:student_id`,
    {
      config: calledBy(ADMINS),
      schema: {
        tags,
        summary: "End a student's instructor assignment",
        params: z.object({ student_id: z.string() }),
        querystring: z.strictObject({ reason: endReason.optional() }),
        response: { 200: told(unassigned), ...refusals },
      },
    },
    async (request) => unassign(context, await actorOf(request), request.params.student_id, request.query.reason ?? ''),
  );
}

async function assign(context: HttpContext, actor: Actor, body: z.output<typeof given>) {
  const { instructor_id: instructorId, student_id: studentId, notes, ...rest } = body;
  if (!isUuid(studentId.toLowerCase())) throw new Problem('student_not_found', { subject: studentId });
  if (!isUuid(instructorId.toLowerCase())) throw new Problem('user_not_found', { subject: instructorId });
  const { operation, items } = await runNow(
    { engine: context.engine, actor },
    {
      kind: 'mentor_assign',
      name: 'Assign an instructor to a student',
      params: { ...rest, student_ids: [studentId], instructor_ids: [instructorId], notes: notes ?? '' },
    },
  );
  const made = await changedBy(context, actor, operation.id, 'insert');
  return {
    success: true as const,
    message: 'Instructor assigned to student successfully',
    operation_id: operation.id,
    data: {
      student_id: made.student_id,
      student_name: made.student_name,
      instructor_id: made.instructor_id,
      instructor_name: made.instructor_name,
      assignment_type: assignmentType.parse(made.assignment_type),
      assignment_date: made.started_at.toISOString(),
      notes: made.notes,
    },
    warnings: hintsOf(items),
  };
}

async function unassign(context: HttpContext, actor: Actor, studentId: string, reason: string) {
  if (!isUuid(studentId.toLowerCase())) throw new Problem('student_not_found', { subject: studentId });
  const { operation, items } = await runNow(
    { engine: context.engine, actor },
    {
      kind: 'mentor_unassign',
      name: "End a student's instructor assignment",
      params: { student_ids: [studentId], reason },
    },
  );
  const ended = await changedBy(context, actor, operation.id, 'update');
  return {
    success: true as const,
    message: 'Instructor unassigned from student successfully',
    operation_id: operation.id,
    data: {
      student_id: ended.student_id,
      student_name: ended.student_name,
      previous_instructor: { id: ended.instructor_id, name: ended.instructor_name, email: ended.email },
    },
    warnings: hintsOf(items),
  };
}

/** The one assignment that the operation made or ended. */
async function changedBy(
  context: HttpContext,
  actor: Actor,
  operationId: string,
  action: 'insert' | 'update',
): Promise<Mentorship & { email: string | null }> {
  return inOrg(context.database, actor.orgId, (tx) =>
    one(
      tx,
      sql<Mentorship & { email: string | null }>`
      select ${mentorshipColumns(context.engine.now())}, t.email from ${mentorshipRows(tx.orgId)}
      join changes c on c.org_id = ${tx.orgId} and c.operation_id = ${operationId} and c.entity_id = m.id and c.action = ${action}
      where m.org_id = ${tx.orgId}`,
    ),
  );
}
