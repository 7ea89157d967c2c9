import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLedger } from '../../../scripts/ledger.mjs';
import { inOrg } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { Engine } from '../../../packages/server/src/engine/engine.ts';
import { runNow } from '../../../packages/server/src/engine/verbs/run-now.ts';
import { findActor, type Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { testEngine } from '../../fixtures/school.ts';
import { batchApi, type BatchApi } from './batch-api.ts';
import { aTestBatch, aTestInstructor, aTestStudent } from './samples.ts';

let api: BatchApi;
let engine: Engine;
let courseId: string;
beforeAll(async () => {
  api = await batchApi();
  engine = testEngine(api.database);
  courseId = await api.course();
});
afterAll(() => api.end());

async function actorOf(accountId: string): Promise<Actor> {
  const actor = await inOrg(api.database, api.orgId, (tx) => findActor(tx, accountId));
  if (actor === null) throw new Error('This account may do nothing here.');
  return actor;
}

async function admin(): Promise<Actor> {
  const [found] = await api.query(
    sql<{ account_id: string }>`select account_id from users where org_id = ${api.orgId} and id = ${api.adminId}`,
  );
  return actorOf(found?.account_id ?? '');
}

describe('a batch made by the engine itself', () => {
  const make = async (actor: Actor, given: object, params: object = {}) =>
    runNow(
      { engine, actor },
      {
        kind: 'batch_create',
        name: 'Create',
        params: { ...params, batches: [{ ...(await api.body()), course_id: courseId, ...given }] },
      },
    );

  it('needs a code where none are made, a course, and somebody who makes it [IA-019, IA-024, IA-049]', async () => {
    await expect(make(await admin(), {}, { generate_codes: false })).rejects.toThrow('Batch code is required');
    await expect(make(await admin(), { course_id: undefined })).rejects.toMatchObject({
      errors: [{ message: 'Course reference is required for a batch' }],
    });
    const accountId = newId();
    await api.database.owner.global.insertInto('accounts').values({ id: accountId, is_system_admin: true }).execute();
    await expect(make(await actorOf(accountId), {})).rejects.toThrow('Creator reference is required');
    expect(await api.query(sql`select from batches where org_id = ${api.orgId} and course_id = ${courseId}`)).toEqual(
      [],
    );
  });

  it('keeps its schedule and its capacity, and takes ids in any writing [IA-007, IA-338]', async () => {
    const schedule = [{ day: 'Monday', start_time: '08:00', end_time: '10:00' }];
    const batch = await api.batch({ schedule, capacity: 12 });
    const read = (id: string) => api.admin('GET', `/api/batches/${id}`);
    expect((await read(batch._id)).body.data).toMatchObject({ schedule, capacity: 12 });
    expect((await read(batch._id.toUpperCase())).body.data).toMatchObject({ _id: batch._id });
    const given = { courseId: batch.course.toUpperCase(), batchId: batch._id.toUpperCase() };
    expect((await api.enroll(api.student.id.toUpperCase(), batch, given)).status).toBe(201);
    for (const id of ['b-301', '42', 'B\u00e4tch']) expect((await read(encodeURIComponent(id))).status).toBe(404);
  });
});

it('the samples of the source are made, each of its own, and accepted [IA-319, IA-321, IA-322]', async () => {
  const [first, second] = [await aTestInstructor(api.admin), await aTestInstructor(api.admin)];
  expect(first).toMatchObject({
    full_name: 'Test Instructor',
    email: expect.stringMatching(/^instructor_\d+@test\.com$/),
    role: ['teacher'],
  });
  expect(first.email).not.toBe(second.email);
  const profile = await api.admin('GET', `/api/users/${first.id}/teacher-profile`);
  expect(profile.body.data.domain).toBe('Computer Science');
  const [one, two] = [await aTestStudent(api.admin), await aTestStudent(api.admin)];
  expect(one).toMatchObject({
    full_name: 'Test Student',
    email: expect.stringMatching(/^student_\d+@test\.com$/),
    role: ['student'],
  });
  expect(one.email).not.toBe(two.email);
  const batch = await aTestBatch(api.admin, courseId, first.id);
  expect(batch).toMatchObject({
    batch_name: expect.stringMatching(/^Test Batch \d+$/),
    capacity: 10,
    status: 'Active',
    assigned_instructor: { _id: first.id },
  });
  for (const { id } of [one, two]) expect((await api.enroll(id, batch)).status).toBe(201);
});

it('every acceptance scenario of the source is the test of something here [IA-329]', () => {
  const allocation = readLedger().ledgers.find(({ code }) => code === 'IA');
  const scenarios = allocation?.sections.find(({ title }) => title.startsWith('18.'));
  expect(scenarios?.proved).toHaveLength(12);
  expect(scenarios?.open).toEqual([]);
});
