/** Several workers, and workers that die. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { connect } from '../../packages/server/src/db/connect.ts';
import { applySlice } from '../../packages/server/src/engine/apply.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, testEngine } from '../fixtures/school.ts';
import { read } from '../fixtures/stepwise.ts';
import { expectExactly, largeImport } from './large-import.ts';

const TAKEOVER_MS = 10_000;

let database: TestDatabase;
const workers = new Set<ChildProcess>();
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await database.drop();
});

async function startWorkerProcess(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
  const worker = spawn(process.execPath, ['--import', 'tsx', script, database.appUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.add(worker);
  await new Promise<void>((resolve, reject) => {
    worker.stdout.once('data', () => { resolve(); });
    worker.once('exit', () => { reject(new Error('The worker ended before it was ready.')); });
  }); // prettier-ignore
  return worker;
}

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
  const log = (_level: string, message: string): void => { said.push(message); }; // prettier-ignore
  const options = { engine: school.engine, database, log };
  const pair = [await startWorker(options), await startWorker(options)];
  await sleep(4_000);
  await owner.query('rollback');
  await owner.end();
  while ((await read(school, id)).status !== 'completed') await sleep(20);
  for (const worker of pair) await worker.stop();
  expect(said).toEqual([]);
  await expectExactly(school, id, 1_000);
});

it('workers that are killed at random moments lose nothing and double nothing; another goes on within 10 seconds [BO-130, MA-201]', async () => {
  const school = await aSchool(database);
  await startWorkerProcess();
  await startWorkerProcess();
  const rowCount = 20_000;
  const id = await largeImport(school, rowCount);
  const processed = async (): Promise<number> => (await read(school, id)).processed_items;
  const untilMore = async (than: number): Promise<number> => {
    const began = Date.now();
    for (;;) {
      const now = await processed();
      if (now > than || now === rowCount) return Date.now() - began;
      expect(Date.now() - began).toBeLessThan(TAKEOVER_MS);
      await sleep(20);
    }
  };
  await untilMore(0);
  for (let kill = 0; kill < 3 && (await processed()) < rowCount; kill++) {
    await sleep(Math.random() * 300);
    // All die together, so that whoever held the job is among them.
    for (const worker of workers) worker.kill('SIGKILL');
    workers.clear();
    const left = await processed();
    await Promise.all([startWorkerProcess(), startWorkerProcess()]);
    await untilMore(left);
  }
  while ((await read(school, id)).status === 'processing') await sleep(50);
  await expectExactly(school, id, rowCount);
}, 90_000);
