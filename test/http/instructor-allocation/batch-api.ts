/** A course with teachers and students who are signed in, behind the real HTTP server. */
import { sql } from 'kysely';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, caller, callerOf, testApp, type Call, type Reply } from '../../fixtures/http.ts';
import { aPerson } from '../../fixtures/school.ts';

export interface Person {
  readonly id: string;
  readonly call: Call;
}

export interface BatchApi {
  readonly app: App;
  readonly database: TestDatabase;
  readonly orgId: string;
  readonly adminId: string;
  readonly admin: Call;
  readonly nobody: Call;
  readonly teacher: Person;
  readonly otherTeacher: Person;
  readonly student: Person;
  readonly otherStudent: Person;
  /** A new course. */
  course(): Promise<string>;
  /** The body of a valid batch: made for this test alone, so that teachers are free. */
  body(given?: object): Promise<Record<string, unknown>>;
  /** Makes a batch. @returns its data. */
  batch(given?: object, courseId?: string): Promise<Made>;
  person(name: string, role: string): Promise<Person>;
  /** Students without sign-in. */
  students(count: number): Promise<string[]>;
  enroll(studentId: string, batch: Made, given?: object): Promise<Reply>;
  query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]>;
  end(): Promise<void>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
export type Made = any;

/** @param now - What the server takes for the present. */
export async function batchApi(now?: () => Date): Promise<BatchApi> {
  const database = await testDatabase();
  const app = await testApp(database, now === undefined ? {} : { now });
  const { orgId, userId: adminId, admin } = await anOrganization(app, database, 'Conservatory');
  const person = async (name: string, role: string): Promise<Person> => {
    const { userId } = await aPerson(database, orgId, { name, roles: [role] });
    return { id: userId ?? '', call: await callerOf(app, database, orgId, userId ?? '') };
  };
  const course = async (): Promise<string> => (await admin('POST', '/api/courses', { title: 'Algebra' })).body.id;
  const body = async (given: object = {}): Promise<Record<string, unknown>> => ({
    batch_name: 'Test Batch',
    start_date: '2027-01-15',
    end_date: '2027-04-15',
    capacity: 10,
    assigned_instructor: 'assigned_instructor' in given ? undefined : (await person('Test Instructor', 'teacher')).id,
    ...given,
  });
  const query = async <T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> =>
    inOrg(database, orgId, (tx) => rows(tx, statement));
  return {
    app,
    database,
    orgId,
    adminId,
    admin,
    nobody: caller(app),
    person,
    course,
    body,
    query,
    teacher: await person('Mara Lind', 'teacher'),
    otherTeacher: await person('Omar Daud', 'teacher'),
    student: await person('Ida Falk', 'student'),
    otherStudent: await person('Jon Berg', 'student'),
    batch: async (given = {}, courseId) => {
      const made = await admin(
        'POST',
        `/api/batches/courses/${courseId ?? (await course())}/batches`,
        await body(given),
      );
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return made.body.data;
    },
    students: async (count) => {
      const ids = Array.from({ length: count }, () => newId());
      await query(sql`
        insert into users (org_id, id, username, display_name, roles) select ${orgId}, id, 's-' || id, 'Test Student', '{student}' from unnest(${ids}::uuid[]) id`);
      return ids;
    },
    enroll: (studentId, batch, given = {}) =>
      admin('POST', `/api/enrollments/students/${studentId}/enroll`, {
        courseId: batch.course,
        batchId: batch._id,
        ...given,
      }),
    end: async () => {
      await app.close();
      await database.drop();
    },
  };
}
