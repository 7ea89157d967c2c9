/** Students and their instructors: of one teacher, of all, and how many have one. */
import {
  assignmentType,
  instructorWorkload,
  studentOfInstructor,
  studentsWithInstructors,
  type StudentOfInstructor,
} from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { inOrg, one, rows, type OrgTransaction } from '../../db/database.ts';
import { isStudent } from '../../school/mentors/fitness.ts';
import { getInstructor } from '../../school/mentors/instructors.ts';
import { workloadOf } from '../../school/mentors/workload.ts';
import { scopeOf } from '../../school/people/scope.ts';
import { searchCondition } from '../../school/people/targets.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, ADMINS, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { answer, pageQuery, personRef } from './shapes.ts';

const AUTH = '/api/v1/auth';

const ofInstructor = answer(
  z.object({ instructor: personRef, assigned_students: z.array(studentOfInstructor), total_students: z.int() }),
).extend({ message: z.string() });
const listQuery = z.strictObject({
  ...pageQuery,
  assigned: z.stringbool().optional(),
  assignment_type: assignmentType.optional(),
  search: z.string().min(1).max(200).optional().describe('Part of a name or identifier'),
});
const group = z.object({ _id: z.object({ hasInstructor: z.enum(['assigned', 'unassigned']) }), count: z.int() });

export function studentListRoutes(app: App, context: HttpContext): void {
  const { database } = context;
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
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, (tx) => listOfInstructor(tx, actor, request.params.instructor_id));
    },
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
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, (tx) => listAll(tx, actor, request.query));
    },
  );
  app.get(
    `${AUTH}/student-distribution`,
    {
      config: calledBy(ADMINS),
      schema: {
        tags,
        summary: 'How many students have an instructor',
        response: { 200: answer(z.array(group)), ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, (tx) => distribution(tx, actor));
    },
  );
  app.get(
    '/api/batches/instructors/:instructorId/workload',
    {
      config: calledBy(STAFF),
      schema: {
        tags,
        summary: "An instructor's workload",
        params: z.object({ instructorId: z.string() }),
        response: { 200: instructorWorkload, ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, async (tx) => {
        const { id } = await getInstructor(tx, actor, request.params.instructorId);
        return { success: true as const, data: await one(tx, workloadOf(tx.orgId, sql`${id}::uuid`)) };
      });
    },
  );
}

interface StudentRow {
  readonly _id: string;
  readonly full_name: string;
  readonly email: string | null;
  readonly role: string[];
  readonly instructor_assignment_date: Date | null;
  readonly instructor_assignment_type: StudentOfInstructor['instructor_assignment_type'];
  readonly instructor_assignment_notes: string | null;
}

/** Of students `u` with their open assignment `m`. */
const STUDENT_COLUMNS = sql`u.id as _id, u.display_name as full_name, u.email, u.roles as role, m.started_at as instructor_assignment_date,
  m.type as instructor_assignment_type, nullif(m.notes, '') as instructor_assignment_notes`;

async function listOfInstructor(tx: OrgTransaction, actor: Actor, instructorId: string) {
  const instructor = await getInstructor(tx, actor, instructorId);
  const found = await rows(
    tx,
    sql<StudentRow>`
    select ${STUDENT_COLUMNS} from mentorships m join users u on u.org_id = ${tx.orgId} and u.id = m.student_id
    where m.org_id = ${tx.orgId} and m.mentor_id = ${instructor.id} and m.ended_at is null and ${isStudent('u')} and ${inScope(actor)}
    order by u.family_name, u.given_name, u.id`,
  );
  return {
    success: true as const,
    message: 'Students assigned to instructor fetched successfully',
    data: {
      instructor: { id: instructor.id, name: instructor.full_name, email: instructor.email },
      assigned_students: found.map(viewStudent),
      total_students: found.length,
    },
  };
}

async function listAll(tx: OrgTransaction, actor: Actor, query: z.output<typeof listQuery>) {
  const { assigned, assignment_type: type, search, page, limit } = query;
  const matching = sql`
    from ${studentsWithAssignment(tx.orgId)}
    where ${studentsOf(actor)}
      and ${assigned === undefined ? sql`true` : sql`(m.id is not null) = ${assigned}`}
      and ${type === undefined ? sql`true` : sql`m.type = ${type}`}
      and ${search === undefined ? sql`true` : searchCondition(search)}`;
  const counts = await one(
    tx,
    sql<{ total: number; assigned: number }>`select count(*) as total, count(m.id) as assigned ${matching}`,
  );
  const found = await rows(
    tx,
    sql<StudentRow & { mentor_id: string | null; mentor_name: string | null; mentor_email: string | null }>`
    with page as materialized (
      select u.family_name, u.given_name, ${STUDENT_COLUMNS}, m.mentor_id ${matching}
      order by u.family_name, u.given_name, u.id limit ${limit} offset ${(page - 1) * limit})
    select page.*, t.display_name as mentor_name, t.email as mentor_email from page
    left join users t on t.org_id = ${tx.orgId} and t.id = page.mentor_id
    order by page.family_name, page.given_name, page._id`,
  );
  const students = found.map((row) => ({
    ...viewStudent(row),
    assigned_instructor:
      row.mentor_id === null ? null : { _id: row.mentor_id, full_name: row.mentor_name ?? '', email: row.mentor_email },
  }));
  return {
    success: true as const,
    data: {
      students,
      total_students: counts.total,
      assigned_count: counts.assigned,
      unassigned_count: counts.total - counts.assigned,
    },
  };
}

async function distribution(tx: OrgTransaction, actor: Actor) {
  const counts = await one(
    tx,
    sql<{ assigned: number; unassigned: number }>`
    select count(m.id) as assigned, count(*) - count(m.id) as unassigned
    from ${studentsWithAssignment(tx.orgId)} where ${studentsOf(actor)}`,
  );
  return {
    success: true as const,
    data: (['assigned', 'unassigned'] as const).map((hasInstructor) => ({
      _id: { hasInstructor },
      count: counts[hasInstructor],
    })),
  };
}

/** Users `u` with their open assignment `m`, if any. */
function studentsWithAssignment(orgId: string): RawBuilder<unknown> {
  return sql`users u left join mentorships m on m.org_id = ${orgId} and m.student_id = u.id and m.ended_at is null`;
}

/** Condition on users `u`: students for whom the actor answers. */
function studentsOf(actor: Actor): RawBuilder<unknown> {
  return sql`u.org_id = ${actor.orgId} and ${isStudent('u')} and ${inScope(actor)}`;
}

/** Teachers are shown their own students alone, whoever else may see these. */
function inScope(actor: Actor): RawBuilder<unknown> {
  const scope = actor.role === 'teacher_admin' ? scopeOf(actor) : null;
  return scope === null ? sql`true` : sql`u.id in (${scope})`;
}

function viewStudent(row: StudentRow): StudentOfInstructor {
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
