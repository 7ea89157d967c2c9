/** An organization with an admin, teachers and students who can sign in, for the tests of individual allocation. */
import { sql } from 'kysely';
import { inOrg, rows, type Database } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, callerOf, testApp, type Call } from '../../fixtures/http.ts';
import { aPerson } from '../../fixtures/school.ts';

export const AUTH = '/api/v1/auth';
export const ASSIGN = `${AUTH}/assign-instructor-to-student`;

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly call: Call;
}

export interface MentorSchool {
  readonly app: App;
  readonly database: TestDatabase;
  readonly orgId: string;
  readonly adminId: string;
  readonly admin: Call;
  person(name: string, role: string, unitId?: string): Promise<Person>;
  assign(instructorId: string, studentId: string, more?: object): ReturnType<Call>;
  unassign(studentId: string): ReturnType<Call>;
  query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]>;
  /** A batch with so many students of each enrollment status. */
  batch(teacherId: string, status?: string, enrolled?: Readonly<Record<string, readonly string[]>>): Promise<string>;
}

/** @param clock - What the server takes for now; the caller may set it. */
export async function aMentorSchool(clock: { now: Date }): Promise<MentorSchool> {
  const database = await testDatabase();
  const app = await testApp(database, { now: () => clock.now });
  return inOrganization(app, database, 'Conservatory school');
}

export async function inOrganization(app: App, database: TestDatabase, name: string): Promise<MentorSchool> {
  const { orgId, userId, admin } = await anOrganization(app, database, name);
  const query = async <T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> =>
    inOrg(database, orgId, (tx) => rows(tx, statement));
  return {
    app,
    database,
    orgId,
    adminId: userId,
    admin,
    query,
    person: async (called, role, unitId) => aSignedIn(app, database, orgId, { called, role, unitId }),
    assign: (instructorId, studentId, more = {}) =>
      admin('POST', ASSIGN, { instructor_id: instructorId, student_id: studentId, ...more }),
    unassign: (studentId) => admin('DELETE', `${AUTH}/unassign-instructor-from-student/${studentId}`),
    batch: async (teacherId, status = 'active', enrolled = {}) => {
      const [courseId, id] = [newId(), newId()];
      await query(sql`insert into courses (org_id, id, title) values (${orgId}, ${courseId}, 'Algebra')`);
      await query(sql`
        insert into batches (org_id, id, name, course_id, status, capacity, start_date, end_date, enrolled_students)
        values (${orgId}, ${id}, ${`Batch ${status}`}, ${courseId}, ${status}, 10, '2026-01-01', '2099-01-01', ${enrolled['active']?.length ?? 0})`);
      await query(sql`
        insert into batch_teachers (org_id, id, batch_id, teacher_id, is_lead) values (${orgId}, ${newId()}, ${id}, ${teacherId}, true)`);
      for (const [state, students] of Object.entries(enrolled)) {
        await query(sql`
          insert into enrollments (org_id, id, batch_id, course_id, student_id, status)
          select ${orgId}, gen_random_uuid(), ${id}::uuid, ${courseId}::uuid, s, ${state} from unnest(${[...students]}::uuid[]) s`);
      }
      return id;
    },
  };
}

async function aSignedIn(
  app: App,
  database: Database,
  orgId: string,
  { called, role, unitId }: { called: string; role: string; unitId: string | undefined },
): Promise<Person> {
  const { userId, accountId } = await aPerson(database, orgId, {
    name: called,
    roles: role.split('+'),
    ...(unitId === undefined ? {} : { unitId }),
  });
  const id = userId ?? '';
  return { id, name: called, email: `${accountId}@example.org`, call: await callerOf(app, database, orgId, id) };
}
