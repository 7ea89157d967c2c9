/** Items of which each needs the one before it: that the first fails is known of all of them before anything runs. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import { planCounts } from '../../packages/server/src/engine/operation.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { create } from '../fixtures/create.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, query, students, type School } from '../fixtures/school.ts';
import { queued, workInChunks } from '../fixtures/stepwise.ts';

const LENGTH = 2_000;

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
});
afterAll(() => database.drop());

type Edit = Readonly<Record<string, unknown>>;

async function draftOf(entity: string, edits: readonly Edit[]): Promise<string> {
  const params = { entity, edits };
  return (await create(school.engine, school.admin, { kind: 'edit_record', name: 'Chain', params })).id;
}

/** How many items of the plan have each code. */
async function codesOf(entity: string, edits: readonly Edit[]): Promise<Readonly<Record<string, number>>> {
  const planned = await planOperation(school.engine, school.orgId, await draftOf(entity, edits));
  return planCounts(planned).codes;
}

const username = (id: string | undefined) => `s-${id ?? ''}`;

it('2,000 people of whom each takes the name of the next: none does when the last cannot, all do when it can', async () => {
  const ids = await students(database, school.orgId, LENGTH + 1);
  const edits = ids
    .slice(0, LENGTH)
    .map((id, at) => ({ action: 'update', id, values: { username: username(ids[at + 1]) } }));
  expect(await codesOf('user', edits)).toEqual({ already_exists: LENGTH });
  const free = edits.with(-1, { action: 'update', id: ids[LENGTH - 1] ?? '', values: { username: 'free' } });
  const id = await draftOf('user', free);
  await queued(school, id);
  expect(await workInChunks(school, id, 500)).toMatchObject({ successful_items: LENGTH, failed_items: 0 });
});

it('2,000 units of which each is below the next: none is made when the last is below nothing', async () => {
  const ids = Array.from({ length: LENGTH }, () => newId());
  const edits = ids.map((id, at) => ({
    action: 'create',
    id,
    values: { name: `Unit ${String(at)}`, parent_id: ids[at + 1] ?? newId() },
  }));
  expect(await codesOf('unit', edits)).toEqual({ reference_missing: LENGTH });
});

it('people who each wait for the seat of the next, more of them than are looked at one by one', async () => {
  const count = 60;
  const [courseId, batchIds] = [newId(), Array.from({ length: count + 1 }, () => newId())];
  const ids = await students(database, school.orgId, count + 1);
  const enrollmentIds = ids.map(() => newId());
  await query(school, sql`insert into courses (org_id, id, title) values (${school.orgId}, ${courseId}, 'Course')`);
  await query(
    school,
    sql`insert into batches (org_id, id, name, course_id, capacity, enrolled_students, status)
      select ${school.orgId}, id, 'One seat', ${courseId}, 1, 1, 'active' from unnest(${batchIds}::uuid[]) id`,
  );
  await query(
    school,
    sql`insert into enrollments (org_id, id, batch_id, course_id, student_id, enrolled_at)
      select ${school.orgId}, e.id, e.batch, ${courseId}, e.student, now()
      from unnest(${enrollmentIds}::uuid[], ${batchIds}::uuid[], ${ids}::uuid[]) e(id, batch, student)`,
  );
  const edits = enrollmentIds
    .slice(0, count)
    .map((id, at) => ({ action: 'update', id, values: { batch_id: batchIds[at + 1] } }));
  expect(await codesOf('enrollment', edits)).toEqual({ batch_full: count });
  const away = { action: 'update', id: enrollmentIds[count], values: { status: 'cancelled' } };
  const id = await draftOf('enrollment', [...edits, away]);
  await queued(school, id);
  expect(await workInChunks(school, id, 7)).toMatchObject({ successful_items: count + 1, failed_items: 0 });
});
