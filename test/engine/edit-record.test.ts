import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import { runNow } from '../../packages/server/src/engine/verbs/run-now.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, query, students, type School } from '../fixtures/school.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
});
afterAll(() => database.drop());

function save(entity: string, edits: readonly Record<string, unknown>[]) {
  return runNow(
    { engine: school.engine, actor: school.admin },
    { kind: 'edit_record', name: 'Edit', params: { entity, edits } },
  );
}

it('seats are counted with the enrollments, never oversold, and freed by undo [BO-138]', async () => {
  const [course, batch] = [newId(), newId()];
  await save('course', [{ action: 'create', id: course, values: { title: 'Physics' } }]);
  await save('batch', [{ action: 'create', id: batch, values: { name: 'A', course_id: course, capacity: 2 } }]);
  const ids = await students(database, school.orgId, 3);
  const taken = () =>
    query(school, sql<{ seats: number }>`select enrolled_students as seats from batches where id = ${batch}`);
  const seat = { batch_id: batch, course_id: course, enrolled_at: '2026-09-01T08:00:00Z' };
  const enroll = await save(
    'enrollment',
    ids.map((id) => ({ action: 'create', values: { ...seat, student_id: id } })),
  );
  expect(enroll.items.map((item) => item.code)).toEqual([null, null, 'batch_full']);
  expect(await taken()).toEqual([{ seats: 2 }]);
  const [first] = await query(school, sql<{ id: string }>`select id from enrollments order by id limit 1`);
  await save('enrollment', [{ action: 'update', id: first?.id, values: { status: 'cancelled' } }]);
  expect(await taken()).toEqual([{ seats: 1 }]);
  await undo({ engine: school.engine, actor: school.admin }, enroll.operation.id, {});
  expect(await taken()).toEqual([{ seats: 0 }]);
  const active = sql`select count(*) as seats from enrollments where batch_id = ${batch} and status = 'active'`;
  expect(await query(school, active)).toEqual(await taken());
});

it('a record that is edited twice in one operation is refused, and says which', async () => {
  const course = newId();
  const edits = [
    { action: 'create', id: course, values: { title: 'Physics' } },
    { action: 'update', id: course, values: { title: 'Chemistry' } },
  ];
  await expect(save('course', edits)).rejects.toMatchObject({ code: 'validation_failed' });
  expect(await query(school, sql`select id from courses where id = ${course}`)).toEqual([]);
});
