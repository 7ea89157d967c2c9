/** Ids of another organization are told apart however they are written. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrg, one } from '../../../packages/server/src/db/database.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { testApp } from '../../fixtures/http.ts';
import { aSchoolOfClasses, type SchoolOfClasses } from './classroom-api.ts';

let database: TestDatabase;
let app: App;
let own: SchoolOfClasses;
let other: SchoolOfClasses;
beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  own = await aSchoolOfClasses(app, database, 'Own');
  other = await aSchoolOfClasses(app, database, 'Other');
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const written = {
  'as it is': (id: string) => id,
  'in upper case': (id: string) => id.toUpperCase(),
  'in mixed case': (id: string) => id.replace(/[a-f]/, (letter) => letter.toUpperCase()),
};

describe.each(Object.entries(written))('an id of another organization, written %s', (_how, write) => {
  it('is refused in the path, in the body and in a list, and each refusal stands in the audit', async () => {
    const [room, student] = [write(other.classroomId), write(other.studentIds[0] ?? '')];
    const [course, section] = [write(other.courseId), write(other.sectionIds[0] ?? '')];
    const tries = [
      ['GET', `/api/classrooms/${room}`, undefined],
      ['PATCH', `/api/classrooms/${room}`, { name: 'Mine' }],
      ['GET', `/api/courses/${course}`, undefined],
      ['GET', `/api/batches/${write(other.batchId)}/students`, undefined],
      ['POST', `/api/classrooms/${own.classroomId}/students`, { student_ids: [own.studentIds[0], student] }],
      ['POST', `/api/classrooms/${own.classroomId}/teachers`, { teacher_ids: [write(other.teacherIds[0] ?? '')] }],
      ['POST', `/api/classrooms/${own.classroomId}/assign-course`, { course_id: course }],
      ['POST', `/api/classrooms/${own.classroomId}/assign-course`, { course_id: own.courseId, section_id: section }],
    ] as const;
    const before = await refusals();
    for (const [method, path, body] of tries) {
      const reply = await own.admin(method, path, body);
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'cross_entity']);
    }
    expect((await refusals()) - before).toBe(tries.length);
  });
});

it('own ids are known in upper case, in the path and in a list', async () => {
  const room = `/api/classrooms/${own.classroomId.toUpperCase()}`;
  expect((await own.admin('GET', room)).status).toBe(200);
  const ids = own.studentIds.map((id) => id.toUpperCase());
  const listed = await own.admin('POST', `${room}/students`, { student_ids: ids });
  expect([listed.status, listed.body.unchanged]).toEqual([200, own.studentIds.length]);
});

async function refusals(): Promise<number> {
  const { total } = await inOrg(database, own.orgId, (tx) =>
    one(
      tx,
      sql<{
        total: number;
      }>`select count(*)::int as total from audit where org_id = ${own.orgId} and action = 'refused'`,
    ),
  );
  return total;
}
