/** Students and their instructors: of one teacher, of all, and how many have one. */
import type { StudentOfInstructor } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { scopeOf } from '../people/scope.ts';
import { searchCondition } from '../people/search.ts';
import { isStudent } from './fitness.ts';

export interface AssignedStudent {
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

/** By name, as far as they are in the actor's reach. */
export async function listStudentsOf(
  tx: OrgTransaction,
  actor: Actor,
  instructorId: string,
): Promise<AssignedStudent[]> {
  return rows(
    tx,
    sql<AssignedStudent>`
    select ${STUDENT_COLUMNS} from mentorships m join users u on u.org_id = ${tx.orgId} and u.id = m.student_id
    where m.org_id = ${tx.orgId} and m.mentor_id = ${instructorId} and m.ended_at is null and ${isStudent('u')} and ${inScope(actor)}
    order by u.family_name, u.given_name, u.id`,
  );
}

export interface StudentsWanted {
  readonly assigned?: boolean | undefined;
  readonly assignment_type?: string | undefined;
  readonly search?: string | undefined;
  readonly page: number;
  readonly limit: number;
}

export type StudentWithInstructor = AssignedStudent & {
  readonly mentor_id: string | null;
  readonly mentor_name: string | null;
  readonly mentor_email: string | null;
};

/** A page of the actor's students, by name; and how many match in all, and have an instructor. */
export async function listStudents(
  tx: OrgTransaction,
  actor: Actor,
  { assigned, assignment_type: type, search, page, limit }: StudentsWanted,
): Promise<{ students: StudentWithInstructor[]; counts: { total: number; assigned: number } }> {
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
  const students = await rows(
    tx,
    sql<StudentWithInstructor>`
    with page as materialized (
      select u.family_name, u.given_name, ${STUDENT_COLUMNS}, m.mentor_id ${matching}
      order by u.family_name, u.given_name, u.id limit ${limit} offset ${(page - 1) * limit})
    select page.*, t.display_name as mentor_name, t.email as mentor_email from page
    left join users t on t.org_id = ${tx.orgId} and t.id = page.mentor_id
    order by page.family_name, page.given_name, page._id`,
  );
  return { students, counts };
}

/** How many of the actor's students have an instructor, and how many have none. */
export async function countStudents(
  tx: OrgTransaction,
  actor: Actor,
): Promise<{ assigned: number; unassigned: number }> {
  return one(
    tx,
    sql<{ assigned: number; unassigned: number }>`
    select count(m.id) as assigned, count(*) - count(m.id) as unassigned
    from ${studentsWithAssignment(tx.orgId)} where ${studentsOf(actor)}`,
  );
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
