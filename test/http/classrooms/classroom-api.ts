/** A school as the ledger assumes it, its people written straight into the table, and short ways to ask about it. */
import { sql } from 'kysely';
import { expect } from 'vitest';
import { inOrg, rows, type Database } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { anOrganization, type Call } from '../../fixtures/http.ts';

export interface SchoolOfClasses {
  readonly orgId: string;
  readonly email: string;
  readonly userId: string;
  readonly admin: Call;
  readonly classroomId: string;
  readonly studentIds: readonly string[];
  readonly teacherIds: readonly string[];
  readonly courseId: string;
  readonly sectionIds: readonly string[];
  readonly batchId: string;
}

/** Five students and two teachers in a classroom, a course with two sections, a batch of the first. */
export async function aSchoolOfClasses(app: App, database: Database, name: string): Promise<SchoolOfClasses> {
  const organization = await anOrganization(app, database, name);
  const { admin, orgId } = organization;
  const studentIds = await peopleOf(database, orgId, 'student', 5, name);
  const teacherIds = await peopleOf(database, orgId, 'teacher', 2, name);
  const courseId = await made(admin, '/api/courses', { title: `Course of ${name}` });
  const sectionIds = [
    await made(admin, `/api/courses/${courseId}/sections`, { name: `One of ${name}` }),
    await made(admin, `/api/courses/${courseId}/sections`, { name: `Two of ${name}` }),
  ];
  const classroomId = await made(admin, '/api/classrooms', { name: `Classroom of ${name}` });
  await done(admin('POST', `/api/classrooms/${classroomId}/students`, { student_ids: studentIds }));
  await done(admin('POST', `/api/classrooms/${classroomId}/teachers`, { teacher_ids: teacherIds }));
  const { batch } = await done(
    admin('POST', `/api/classrooms/${classroomId}/assign-course`, { course_id: courseId, section_id: sectionIds[0] }),
    201,
  );
  return { ...organization, classroomId, studentIds, teacherIds, courseId, sectionIds, batchId: batch.id };
}

export async function made(call: Call, url: string, body: object): Promise<string> {
  return (await done(call('POST', url, body), 201)).id;
}

/** The body of a request that must succeed. */
export async function done(asked: ReturnType<Call>, status = 200): Promise<Awaited<ReturnType<Call>>['body']> {
  const reply = await asked;
  expect(reply.status, JSON.stringify(reply.body)).toBe(status);
  return reply.body;
}

let numbered = 0;

export async function people(call: Call, role: string, count: number, name = 'Some'): Promise<string[]> {
  const ids: string[] = [];
  for (let one = 1; one <= count; one++) {
    const fields = { username: `${role}${++numbered}`, full_name: `${name} ${role} ${one}`, role };
    ids.push(await made(call, '/api/users', fields));
  }
  return ids;
}

/** The same without the API, all at once. */
export async function peopleOf(
  database: Database,
  orgId: string,
  role: 'student' | 'teacher',
  count: number,
  name = 'Some',
): Promise<string[]> {
  const people = Array.from({ length: count }, () => ({ id: newId(), username: `${role}${++numbered}` }));
  await inOrg(database, orgId, (tx) =>
    rows(
      tx,
      sql`
        insert into users (org_id, id, username, given_name, family_name, display_name, roles)
        select ${orgId}, id, username, ${`${name} ${role}`}, n::text, ${`${name} ${role} `} || n, array[${role}]
        from unnest(${people.map((one) => one.id)}::uuid[], ${people.map((one) => one.username)}::text[]) with ordinality p(id, username, n)`,
    ),
  );
  return people.map((one) => one.id);
}

/** Ids in the order of ids, for comparing lists as sets. */
export const sorted = (ids: readonly string[]): string[] => [...ids].sort();

export async function idsOf(call: Call, url: string): Promise<string[]> {
  const { data, count } = await done(call('GET', url));
  const ids = data.map((row: { id: string }) => row.id);
  expect(count).toBe(ids.length);
  return sorted(ids);
}
