/** The same in the database: whoever writes, the run-time role or the owner of the tables, no row names one of another. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { testApp } from '../fixtures/http.ts';
import { aSchoolOfClasses, type SchoolOfClasses } from '../http/classrooms/classroom-api.ts';

let database: TestDatabase;
let app: App;
let owner: pg.Client;
let a: SchoolOfClasses;
let b: SchoolOfClasses;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  a = await aSchoolOfClasses(app, database, 'Aldermoor');
  b = await aSchoolOfClasses(app, database, 'Brackenfield');
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await app.close();
  await database.drop();
});

/** As the server would, in a transaction of A; and past every policy, as the owner. */
async function refusedToBoth(statement: string, codes: readonly string[] = ['23503']): Promise<void> {
  await expect(owner.query(statement), statement).rejects.toMatchObject({
    code: expect.stringMatching(codes.join('|')),
  });
  const client = await database.pool.connect();
  try {
    await client.query(`begin; set local app.org_id = '${a.orgId}'`);
    await expect(client.query(statement), statement).rejects.toMatchObject({
      code: expect.stringMatching([...codes, '42501'].join('|')),
    });
  } finally {
    await client.query('rollback');
    client.release();
  }
}

const into = (table: string, values: Readonly<Record<string, string>>): string => {
  const all = { org_id: a.orgId, id: newId(), ...values };
  return `insert into ${table} (${Object.keys(all).join(', ')}) values (${Object.values(all)
    .map((value) => `'${value}'`)
    .join(', ')})`;
};

describe('a row of one organization cannot name a row of another', () => {
  it('on the roster, in the faculty, among the courses of a classroom [CC-150, CC-151, CC-152]', async () => {
    await refusedToBoth(into('classroom_students', { classroom_id: a.classroomId, student_id: b.studentIds[0] ?? '' }));
    await refusedToBoth(into('classroom_teachers', { classroom_id: a.classroomId, teacher_id: b.teacherIds[0] ?? '' }));
    await refusedToBoth(into('classroom_courses', { classroom_id: a.classroomId, course_id: b.courseId }));
  });

  it('as course, section or classroom of a batch [CC-153, CC-154, CC-155]', async () => {
    await refusedToBoth(into('batches', { name: 'X', course_id: a.courseId, section_id: b.sectionIds[0] ?? '' }));
    await refusedToBoth(into('batches', { name: 'X', course_id: b.courseId }));
    await refusedToBoth(
      `update batches set classroom_id = '${b.classroomId}' where org_id = '${a.orgId}' and id = '${a.batchId}'`,
    );
  });

  it('as student or teacher of a batch [CC-156, CC-157]', async () => {
    await refusedToBoth(
      into('enrollments', { batch_id: a.batchId, course_id: a.courseId, student_id: b.studentIds[0] ?? '' }),
    );
    await refusedToBoth(into('batch_teachers', { batch_id: a.batchId, teacher_id: b.teacherIds[0] ?? '' }));
  });

  it('nor be moved to another while it is linked [CC-149, CC-158]', async () => {
    const linked = [
      ['classrooms', a.classroomId],
      ['courses', a.courseId],
      ['sections', a.sectionIds[0]],
      ['users', a.studentIds[0]],
      ['batches', a.batchId],
    ];
    for (const [table, id] of linked) {
      await refusedToBoth(
        `update ${table ?? ''} set org_id = '${b.orgId}' where org_id = '${a.orgId}' and id = '${id ?? ''}'`,
        ['23503', '23001'],
      );
    }
  });
});
