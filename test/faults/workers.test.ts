/** Several workers, and workers that die. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { connect } from '../../packages/server/src/db/connect.ts';
import { applySlice } from '../../packages/server/src/engine/run/chunk.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, aSequence, query, students, testEngine } from '../fixtures/school.ts';
import { queued, read } from '../fixtures/stepwise.ts';
import { until } from '../fixtures/until.ts';
import { expectExactly, largeImport } from './large-import.ts';
import { workersOn, type Workers } from './worker-processes.ts';
import { create } from '../fixtures/create.ts';

let database: TestDatabase;
let workers: Workers;
beforeAll(async () => {
  database = await testDatabase();
  workers = workersOn(database);
});
afterAll(async () => {
  workers.kill();
  await database.drop();
});

it('two workers at once never apply an item twice', async () => {
  const school = await aSchool(database);
  const second = await connect({ url: database.appUrl });
  const id = await largeImport(school, 4_000);
  const work = async (engine: ReturnType<typeof testEngine>): Promise<void> => {
    while (!(await applySlice(engine, school.orgId, id, 20)));
  };
  await Promise.all([work(school.engine), work(testEngine(second)), work(school.engine)]);
  await second.close();
  await expectExactly(school, id, 4_000);
});

it('a living worker keeps its job, however long a chunk takes', async () => {
  const school = await aSchool(database);
  const id = await largeImport(school, 1_000);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query('begin; lock table users in exclusive mode');
  const said: string[] = [];
  const log = (_level: string, message: string): void => {
    said.push(message);
  };
  const options = { engine: school.engine, database, log };
  const pair = [await startWorker(options), await startWorker(options)];
  await sleep(4_000);
  await owner.query('rollback');
  await owner.end();
  await until('the operation ends', async () => (await read(school, id)).phase === 'done');
  for (const worker of pair) await worker.stop();
  expect(said).toEqual([]);
  await expectExactly(school, id, 1_000);
});

it('workers that are killed at random moments lose nothing and double nothing; another goes on [BO-130, MA-201]', async () => {
  const school = await aSchool(database);
  await workers.start();
  await workers.start();
  const rowCount = 20_000;
  const id = await largeImport(school, rowCount);
  const processed = async (): Promise<number> => (await read(school, id)).processed_items;
  const untilMore = (than: number) =>
    until(`more than ${than} items are done`, async () => {
      const now = await processed();
      return now > than || now === rowCount;
    });
  await untilMore(0);
  for (let kill = 0; kill < 3 && (await processed()) < rowCount; kill++) {
    await sleep(Math.random() * 300);
    // All die together, so that whoever held the job is among them.
    workers.kill();
    const left = await processed();
    await Promise.all([workers.start(), workers.start()]);
    await untilMore(left);
  }
  await until('the operation ends', async () => (await read(school, id)).phase === 'done');
  await expectExactly(school, id, rowCount);
});

it('an assignment is there with all its steps or not at all, whenever the worker is killed [MA-382]', async () => {
  const school = await aSchool(database);
  const count = 4_000;
  const target = { student_ids: await students(database, school.orgId, count) };
  const content_payload = { sequence_ids: [await aSequence(database, school.orgId, 'Steps', 5)] };
  const params = { target, content_payload };
  const { id } = await create(school.engine, school.admin, { kind: 'assign_sequence', name: 'Give', params });
  await queued(school, id);
  const halves = () =>
    query(
      school,
      sql`
      select a.id from assignments a full join assignment_steps s on s.org_id = a.org_id and s.assignment_id = a.id
      group by a.id having a.id is null or count(s.id) <> 5`,
    );
  for (let kill = 0; kill < 5; kill++) {
    await workers.start();
    await sleep(Math.random() * 1_500);
    workers.kill();
    expect(await halves()).toEqual([]);
  }
  await workers.start();
  await until('the operation ends', async () => (await read(school, id)).phase === 'done');
  workers.kill();
  expect(await read(school, id)).toMatchObject({ status: 'completed', successful_items: count });
  expect(await halves()).toEqual([]);
  expect(await query(school, sql`select from assignments`)).toHaveLength(count);
});
