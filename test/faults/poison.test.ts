/** What cannot be worked at all, and workers that live and do nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, query, type School } from '../fixtures/school.ts';
import { read } from '../fixtures/stepwise.ts';
import { until } from '../fixtures/until.ts';
import { expectExactly, largeImport } from './large-import.ts';
import { workersOn, type Workers } from './worker-processes.ts';

/** A worker that says nothing for so long has stopped. */
const IDLE_MS_MAX = 2_000;

let database: TestDatabase;
let owner: pg.Client;
let workers: Workers;
beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  workers = workersOn(database, IDLE_MS_MAX);
});
afterEach(() => {
  workers.kill();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function untilDone(school: School, id: string, meanwhile?: () => Promise<void>): Promise<void> {
  await until('the operation ends', async () => {
    await meanwhile?.();
    return (await read(school, id)).phase === 'done';
  });
}

it.each([
  ['in the first chunk', 7],
  ['later', 337],
])('an item %s that brings down each worker is found, fails alone, and the others are done [MA-D43]', async (_, at) => {
  const school = await aSchool(database);
  // Whoever writes this person takes a lock by which the test sees it, and is killed.
  await owner.query(`
    create function lethal() returns trigger language plpgsql as $$ begin
      perform pg_advisory_xact_lock(4711); perform pg_sleep(0.3); return new; end $$;
    create trigger lethal before insert on users for each row when (new.external_id = 'p${at}') execute function lethal()`);
  const id = await largeImport(school, 1_000);
  await workers.start();
  const isHeld = async () =>
    (await owner.query("select from pg_locks where locktype = 'advisory' and objid = 4711")).rowCount !== 0;
  let deaths = 0;
  await untilDone(school, id, async () => {
    if (!(await isHeld())) return;
    workers.kill();
    deaths += 1;
    // A death counts once the transaction has ended with it.
    await until('the transaction ends', async () => !(await isHeld()));
    await workers.start();
  });
  await owner.query('drop trigger lethal on users; drop function lethal()');
  expect(deaths).toBe(4);
  expect(await read(school, id)).toMatchObject({
    status: 'completed',
    processed_items: 1_000,
    successful_items: 999,
    failed_items: 1,
    results_summary: { errors_by_code: { worker_lost: 1 } },
  });
  const failed = await query(
    school,
    sql`select label from operation_items where operation_id = ${id} and status = 'failed'`,
  );
  expect(failed).toEqual([{ label: `Given ${at} Family ${at}` }]);
  const people = await query(
    school,
    sql`select count(*) as n, count(distinct external_id) as different from users where external_id like 'p%'`,
  );
  expect(people).toEqual([{ n: 999, different: 999 }]);
});

it('a worker that is not heard of loses its work to another, and spoils nothing when it wakes up', async () => {
  const school = await aSchool(database);
  const id = await largeImport(school, 6_000);
  const stopped = await workers.start();
  await until('the first chunk is written', async () => (await read(school, id)).processed_items > 0, 5);
  stopped.kill('SIGSTOP');
  await workers.start();
  await untilDone(school, id);
  stopped.kill('SIGCONT');
  await sleep(1_000);
  await expectExactly(school, id, 6_000);
});

it('a database that takes nothing is asked again after 1, 2 and 4 seconds or more, and the work ends by itself once it takes [MA-200]', async () => {
  const school = await aSchool(database);
  const id = await largeImport(school, 1_000);
  await owner.query(`
    create function no_space() returns trigger language plpgsql as $$ begin raise 'could not extend file' using errcode = 'disk_full'; end $$;
    create trigger no_space before insert on users execute function no_space()`);
  const worker = await startWorker({ engine: school.engine, database, log: () => undefined });
  const attemptsMade = () =>
    query(
      school,
      sql<{ at: Date }>`
        select occurred_at as at from events where operation_id = ${id} and name = 'operation.processing.error' order by id`,
    );
  await until('the fourth attempt fails', async () => (await attemptsMade()).length >= 4);
  await owner.query('drop trigger no_space on users; drop function no_space()');
  await untilDone(school, id);
  await worker.stop();
  const attempts = await attemptsMade();
  const gaps = attempts.slice(1).map(({ at }, n) => (at.getTime() - (attempts[n]?.at.getTime() ?? 0)) / 1_000);
  expect(gaps.length).toBeGreaterThanOrEqual(3);
  for (const [n, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(0.8 * 2 ** n);
  await expectExactly(school, id, 1_000);
});
