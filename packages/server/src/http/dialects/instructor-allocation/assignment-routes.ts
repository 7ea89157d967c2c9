/** Assigning an instructor to one student, and ending it: each an operation of one item. */
import { assignmentType, Problem } from '@muster/contract';
import { z } from 'zod';
import { isUuid } from '../../../db/database.ts';
import { runNow, type Asker } from '../../../engine/index.ts';
import { changedIds } from '../../../operations/changed-ids.ts';
import { assignmentNotes, endReason } from '../../../school/mentors/assignment.ts';
import { getWithEmail } from '../../../school/mentors/history.ts';
import { ADMINS, type App, type HttpContext } from '../../every-request/context.ts';
import { calledBy, hintsOf, tags, told } from '../../every-request/envelope.ts';
import { refusals } from '../../every-request/errors.ts';
import { asker, readAs } from '../../every-request/route.ts';
import { AUTH, personRef } from './shapes.ts';

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
  assignment_date: z.iso.datetime(),
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
    async (request) => assign(asker(context, request), request.body),
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
    async (request) => unassign(asker(context, request), request.params.student_id, request.query.reason ?? ''),
  );
}

async function assign(by: Asker, body: z.output<typeof given>) {
  const { instructor_id: instructorId, student_id: studentId, notes, ...rest } = body;
  if (!isUuid(studentId.toLowerCase())) throw new Problem('student_not_found', { subject: studentId });
  if (!isUuid(instructorId.toLowerCase())) throw new Problem('user_not_found', { subject: instructorId });
  const { operation, items } = await runNow(by, {
    kind: 'mentor_assign',
    name: 'Assign an instructor to a student',
    params: { ...rest, student_ids: [studentId], instructor_ids: [instructorId], notes: notes ?? '' },
  });
  const made = await changedBy(by, operation.id, 'insert');
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

async function unassign(by: Asker, studentId: string, reason: string) {
  if (!isUuid(studentId.toLowerCase())) throw new Problem('student_not_found', { subject: studentId });
  const { operation, items } = await runNow(by, {
    kind: 'mentor_unassign',
    name: "End a student's instructor assignment",
    params: { student_ids: [studentId], reason },
  });
  const ended = await changedBy(by, operation.id, 'update');
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
async function changedBy(by: Asker, operationId: string, action: 'insert' | 'update') {
  return readAs(by, async ({ tx, engine }) =>
    getWithEmail(tx, await changedIds(tx, operationId, 'mentorship', action), engine.now()),
  );
}
