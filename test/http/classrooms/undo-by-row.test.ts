/** Undo takes back each row that is as it was left, whatever became of the others of its item. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { testApp, type Call } from '../../fixtures/http.ts';
import { aSchoolOfClasses, done, idsOf, people, sorted, type SchoolOfClasses } from './classroom-api.ts';

let database: TestDatabase;
let app: App;
let school: SchoolOfClasses;
let admin: Call;
let number = 0;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
});
beforeEach(async () => {
  school = await aSchoolOfClasses(app, database, `Undo ${++number}`);
  ({ admin } = school);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const query = <T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> =>
  inOrg(database, school.orgId, (tx) => rows(tx, statement));

async function assigned(): Promise<{ batchId: string; operationId: string }> {
  const path = `/api/classrooms/${school.classroomId}/assign-course`;
  const { batch } = await done(admin('POST', path, { course_id: school.courseId }), 201);
  const [found] = await query(
    sql<{
      id: string;
    }>`select id from operations where org_id = ${school.orgId} and kind = 'assign_course' order by id desc limit 1`,
  );
  return { batchId: batch.id, operationId: found?.id ?? '' };
}

const undoPath = (id: string) => `/api/bulk/operations/${id}/rollback`;

describe('a cascade of which a colleague changed one row', () => {
  it('is taken back but for what they changed and what that needs, and the preview lists both, row by row', async () => {
    const { batchId, operationId } = await assigned();
    const [mine = '', ...others] = sorted(school.studentIds);
    const [enrollment] = await query(
      sql<{ id: string; name: string }>`
      select e.id, u.display_name as name from enrollments e join users u on u.org_id = e.org_id and u.id = e.student_id
      where e.org_id = ${school.orgId} and e.batch_id = ${batchId} and e.student_id = ${mine}`,
    );
    await done(admin('PUT', `/api/enrollments/${enrollment?.id ?? ''}`, { status: 'on_hold' }));
    const preview = await done(admin('GET', `${undoPath(operationId)}/preview`));
    expect(preview.counts).toEqual({ will_reverse: others.length, kept: 1, cannot: 1 });
    expect(preview.kept).toMatchObject([
      { row: { entity: 'enrollment', id: enrollment?.id, label: enrollment?.name } },
    ]);
    expect(preview.cannot).toMatchObject([{ row: { entity: 'batch', id: batchId } }]);
    const undone = await done(admin('POST', undoPath(operationId), { plan_hash: preview.plan_hash }), 202);
    expect(undone).toMatchObject({ successful_items: 1, failed_items: 0 });
    const left = await query(
      sql<{
        id: string;
      }>`select student_id as id from enrollments where org_id = ${school.orgId} and batch_id = ${batchId}`,
    );
    expect(left.map((row) => row.id)).toEqual([mine]);
    expect(await idsOf(admin, `/api/batches/${batchId}/teachers`)).toEqual(sorted(school.teacherIds));
    const cascade = await done(admin('GET', `/api/bulk/operations/${operationId}`));
    expect(cascade.rollback_status).toBe('partly_rolled_back');
  });

  it('goes whole where nobody changed anything', async () => {
    const { batchId, operationId } = await assigned();
    const preview = await done(admin('GET', `${undoPath(operationId)}/preview`));
    expect(preview).toMatchObject({ counts: { kept: 0, cannot: 0 }, kept: [], cannot: [] });
    await done(admin('POST', undoPath(operationId), { plan_hash: preview.plan_hash }), 202);
    expect(await query(sql`select from batches where org_id = ${school.orgId} and id = ${batchId}`)).toEqual([]);
    const cascade = await done(admin('GET', `/api/bulk/operations/${operationId}`));
    expect(cascade.rollback_status).toBe('rolled_back');
  });

  it('leaves a student whom a colleague added, with the batch, and takes the others out', async () => {
    const { batchId, operationId } = await assigned();
    const [extra] = await people(admin, 'student', 1, 'Extra');
    await done(admin('POST', `/api/batches/${batchId}/students`, { student_ids: [extra] }));
    const preview = await done(admin('GET', `${undoPath(operationId)}/preview`));
    expect(preview.counts).toMatchObject({ kept: 0, cannot: 1 });
    await done(admin('POST', undoPath(operationId), { plan_hash: preview.plan_hash }), 202);
    expect(await idsOf(admin, `/api/batches/${batchId}/students`)).toEqual([extra]);
  });
});
