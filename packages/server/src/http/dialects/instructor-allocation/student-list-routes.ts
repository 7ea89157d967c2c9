/** Students and their instructors: of one teacher, of all, and how many have one. */
import {
  assignmentType,
  studentOfInstructor,
  studentsWithInstructors,
  type StudentOfInstructor,
} from '@muster/contract';
import { z } from 'zod';
import type { Asked } from '../../../engine/index.ts';
import { getInstructor } from '../../../school/mentors/instructors.ts';
import {
  countStudents,
  listStudents,
  listStudentsOf,
  type AssignedStudent,
  type StudentsWanted,
} from '../../../school/mentors/students.ts';
import { ADMINS, STAFF, type App, type HttpContext } from '../../every-request/context.ts';
import { calledBy, tags } from '../../every-request/envelope.ts';
import { refusals } from '../../every-request/errors.ts';
import { pageNumber } from '../../every-request/paging.ts';
import { read } from '../../every-request/route.ts';
import { AUTH, personRef } from './shapes.ts';

const ofInstructor = z.object({
  success: z.literal(true),
  message: z.string(),
  data: z.object({ instructor: personRef, assigned_students: z.array(studentOfInstructor), total_students: z.int() }),
});
const listQuery = z.strictObject({
  ...pageNumber,
  assigned: z.stringbool().optional(),
  assignment_type: assignmentType.optional(),
  search: z.string().min(1).max(200).optional().describe('Part of a name or identifier'),
});
const group = z.object({ _id: z.object({ hasInstructor: z.enum(['assigned', 'unassigned']) }), count: z.int() });

export function studentListRoutes(app: App, context: HttpContext): void {
  app.get(
    `${AUTH}/instructor-students/:instructor_id`,
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: 'Students assigned to an instructor individually',
        params: z.object({ instructor_id: z.string() }),
        response: { 200: ofInstructor, ...refusals },
      },
    },
    async (request) => read(context, request, (asked) => viewOfInstructor(asked, request.params.instructor_id)),
  );
  app.get(
    `${AUTH}/get-all-students-with-instructors`,
    {
      config: calledBy(ADMINS),
      schema: {
        tags,
        summary: 'Students with their instructors',
        querystring: listQuery,
        response: { 200: studentsWithInstructors, ...refusals },
      },
    },
    async (request) => read(context, request, (asked) => viewAll(asked, request.query)),
  );
  app.get(
    `${AUTH}/student-distribution`,
    {
      config: calledBy(ADMINS),
      schema: {
        tags,
        summary: 'How many students have an instructor',
        response: { 200: z.object({ success: z.literal(true), data: z.array(group) }), ...refusals },
      },
    },
    async (request) => read(context, request, viewDistribution),
  );
}

async function viewOfInstructor({ tx, actor }: Asked, instructorId: string) {
  const { id, full_name: name, email } = await getInstructor(tx, actor, instructorId);
  const students = await listStudentsOf(tx, actor, id);
  return {
    success: true as const,
    message: 'Students assigned to instructor fetched successfully',
    data: {
      instructor: { id, name, email },
      assigned_students: students.map(viewStudent),
      total_students: students.length,
    },
  };
}

async function viewAll({ tx, actor }: Asked, query: StudentsWanted) {
  const { students, counts } = await listStudents(tx, actor, query);
  return {
    success: true as const,
    data: {
      students: students.map((row) => ({
        ...viewStudent(row),
        assigned_instructor:
          row.mentor_id === null
            ? null
            : { _id: row.mentor_id, full_name: row.mentor_name ?? '', email: row.mentor_email },
      })),
      total_students: counts.total,
      assigned_count: counts.assigned,
      unassigned_count: counts.total - counts.assigned,
    },
  };
}

async function viewDistribution({ tx, actor }: Asked) {
  const counts = await countStudents(tx, actor);
  return {
    success: true as const,
    data: (['assigned', 'unassigned'] as const).map((hasInstructor) => ({
      _id: { hasInstructor },
      count: counts[hasInstructor],
    })),
  };
}

function viewStudent(row: AssignedStudent): StudentOfInstructor {
  return {
    _id: row._id,
    full_name: row.full_name,
    email: row.email,
    role: row.role,
    instructor_assignment_date: row.instructor_assignment_date?.toISOString() ?? null,
    instructor_assignment_type: row.instructor_assignment_type,
    instructor_assignment_notes: row.instructor_assignment_notes,
  };
}
