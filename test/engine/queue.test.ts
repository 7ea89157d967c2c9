/** Which operation works when. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LIMITS } from '@muster/contract';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { pause, prioritize, resume } from '../../packages/server/src/engine/verbs/steer.ts';
import { queueStatus } from '../../packages/server/src/engine/queue.ts';
import { holdBack, putBack } from '../../packages/server/src/engine/run/trouble.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPerson, aSchool, query, students, work, type School } from '../fixtures/school.ts';
import { applyOneChunk, queued, read, setColumns } from '../fixtures/stepwise.ts';
import { create } from '../fixtures/create.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  school = await aSchool(database);
});
afterAll(() => database.drop());

/** A confirmed operation of its own, with everything left to do. */
async function waiting(priority = 0): Promise<string> {
  const edits = [0, 1, 2].map((at) => ({ action: 'create', values: { name: `Unit ${at}` } }));
  const params = { entity: 'unit', edits };
  const { id } = await create(school.engine, school.admin, { kind: 'edit_record', name: 'Units', params, priority });
  await queued(school, id);
  return id;
}

async function admitted(): Promise<string[]> {
  const found = await query(
    school,
    sql<{ id: string }>`
    select id from operations where admitted_at is not null and status in ('queued', 'processing') order by admitted_at, id`,
  );
  return found.map(({ id }) => id);
}

async function several(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push(await waiting());
  return ids;
}

it('never more than three of an organization are at work [BO-158]', async () => {
  const ids = await several(10);
  const ended: string[] = [];
  for (;;) {
    const now = await admitted();
    expect(now.length).toBeLessThanOrEqual(LIMITS.processingPerOrgMax);
    for (const id of now) expect(await applyOneChunk(school, id, 1)).toBe(true);
    const [first] = now;
    if (first === undefined) break;
    ended.push((await work(school, first)).id);
  }
  expect(ended).toEqual(ids);
});

it('other organizations do not wait for one that is busy', async () => {
  await several(5);
  school = await aSchool(database);
  const id = await waiting();
  expect(await admitted()).toEqual([id]);
});

it('priorities 0, 9, 5, 9, 0 are worked in the order 2, 4, 3, 1, 5 [BO-155, BO-474]', async () => {
  const running = await several(LIMITS.processingPerOrgMax);
  const ids: string[] = [];
  for (const priority of [0, 9, 5, 9, 0]) ids.push(await waiting(priority));
  expect(await admitted()).toEqual(running);
  const order: number[] = [];
  let next = running[0];
  while (next !== undefined) {
    await work(school, next);
    next = (await admitted()).find((id) => !running.includes(id));
    if (next !== undefined) order.push(ids.indexOf(next) + 1);
  }
  expect(order).toEqual([2, 4, 3, 1, 5]);
});

it('raising the last one to the top makes it next [BO-154]', async () => {
  const [running = ''] = await several(LIMITS.processingPerOrgMax);
  const [, , last = ''] = await several(3);
  await prioritize({ engine: school.engine, actor: school.admin }, last, 1);
  const status = await inOrg(database, school.orgId, queueStatus);
  expect(status).toMatchObject({ waiting: 6, running: 0, by_status: { queued: 6 } });
  await work(school, running);
  expect(await admitted()).toContain(last);
});

it('an empty queue has no next one, otherwise its head is the next to be worked [BO-152]', async () => {
  const next = async () => (await inOrg(database, school.orgId, queueStatus)).next;
  expect(await next()).toEqual([]);
  expect(await admitted()).toEqual([]);
  const running = await several(LIMITS.processingPerOrgMax);
  for (const id of running) await applyOneChunk(school, id, 1);
  expect(await next()).toEqual([]);
  const ids = [await waiting(), await waiting(5), await waiting(5)];
  const [head = ''] = await next();
  expect(head).toBe(ids[1]);
  await work(school, running[0] ?? '');
  expect(await admitted()).toContain(head);
  expect(await admitted()).not.toContain(ids[0]);
  await work(school, head);
  for (const id of [...running, ...ids]) await work(school, id);
  expect(await next()).toEqual([]);
});

it('two operations on the same people do not run at once: the later one starts when the first has ended [BO-159]', async () => {
  const target = { student_ids: await students(database, school.orgId, 4) };
  const change = async (status: string): Promise<string> => {
    const { id } = await create(school.engine, school.admin, {
      kind: 'user_status',
      name: status,
      params: { target, status },
    });
    await queued(school, id);
    return id;
  };
  const first = await change('inactive');
  const second = await change('suspended');
  expect(await admitted()).toEqual([first]);
  expect(await applyOneChunk(school, second, 10)).toBe(false);
  await work(school, first);
  expect(await admitted()).toEqual([second]);
  // It was previewed before the first one changed its people, and does not write over that.
  expect(await work(school, second)).toMatchObject({
    failed_items: 4,
    results_summary: { errors_by_code: { changed_since_preview: 4 } },
  });
});

it('pausing one makes room for the next', async () => {
  const [first = '', second = '', third = '', fourth = ''] = await several(4);
  await pause({ engine: school.engine, actor: school.admin }, first);
  expect((await admitted()).sort()).toEqual([second, third, fourth].sort());
});

it('a small operation that is resumed, or begins at its time, does not wait for a request', async () => {
  const params = { target: { student_ids: await students(database, school.orgId, 2) }, status: 'suspended' };
  const { id } = await create(school.engine, school.admin, { kind: 'user_status', name: 'Leave', params });
  await queued(school, id);
  await setColumns(school, id, sql`lane = 'small'`);
  await pause({ engine: school.engine, actor: school.admin }, id);
  await resume({ engine: school.engine, actor: school.admin }, id);
  const { rows } = await database.pool.query('select run_at <= now() as due from graphile_worker.jobs where key = $1', [
    `operation:${id}`,
  ]);
  expect(rows).toEqual([{ due: true }]);
});

it('an admitted operation has one job, and one that was lost is put back', async () => {
  const id = await waiting();
  const jobs = async (): Promise<number> => {
    const { rows } = await database.pool.query('select from graphile_worker.jobs where key = $1', [`operation:${id}`]);
    return rows.length;
  };
  expect(await jobs()).toBe(1);
  await database.pool.query('select graphile_worker.remove_job($1)', [`operation:${id}`]);
  const { rows: unfinished } = await database.pool.query('select operation_id from find_unfinished_operations()');
  expect(unfinished).toContainEqual({ operation_id: id });
  await putBack(school.engine, school.orgId, id);
  await putBack(school.engine, school.orgId, id);
  expect(await jobs()).toBe(1);
  await work(school, id);
  await putBack(school.engine, school.orgId, id);
});

it('a chunk that fails for no fault of its items is tried again after 1, 2, 4, 8 and 16 seconds, give or take a fifth, then the operation pauses with its error [MA-D43]', async () => {
  const id = await waiting();
  const delays: number[] = [];
  for (let attempt = 1; attempt <= 6; attempt++) {
    await holdBack(school.engine, school.orgId, id, 'the disk is full', 0.5);
    const { rows } = await database.pool.query<{ seconds: number }>(
      'select extract(epoch from run_at - updated_at)::float8 as seconds from graphile_worker.jobs where key = $1',
      [`operation:${id}`],
    );
    if (rows[0] !== undefined) delays.push(rows[0].seconds);
  }
  expect(delays).toEqual([1, 2, 4, 8, 16]);
  const paused = await read(school, id);
  expect(paused).toMatchObject({ status: 'paused', processed_items: 0 });
  expect(paused.error_log.match(/the disk is full/g)).toHaveLength(6);
  const apart: number[] = [];
  for (const random of [0, 1]) {
    await resume({ engine: school.engine, actor: school.admin }, id);
    await holdBack(school.engine, school.orgId, id, 'the disk is full', random);
    const { rows } = await database.pool.query<{ seconds: number }>(
      'select extract(epoch from run_at - updated_at)::float8 as seconds from graphile_worker.jobs where key = $1',
      [`operation:${id}`],
    );
    apart.push(rows[0]?.seconds ?? NaN);
    await pause({ engine: school.engine, actor: school.admin }, id);
    await setColumns(school, id, sql`attempts = 0`);
  }
  expect(apart).toEqual([0.8, 1.2]);
});

it('when most of two chunks in a row cannot be written the operation pauses, and those who look after it are told [MA-D43]', async () => {
  const second = await aPerson(database, school.orgId, { name: 'Second', roles: ['subscriber_admin'] });
  const edits = Array.from({ length: 40 }, (_, at) => ({ action: 'create', values: { name: `Unit ${at}` } }));
  const { id } = await create(school.engine, school.admin, {
    kind: 'edit_record',
    name: 'Units',
    params: { entity: 'unit', edits },
  });
  await queued(school, id);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`
    create function broken() returns trigger language plpgsql as $$ begin raise 'the extension is missing' using errcode = '22000'; end $$;
    create trigger broken before insert on units for each row when (new.name <> 'Unit 3') execute function broken()`);
  expect(await applyOneChunk(school, id, 10)).toBe(true);
  expect(await applyOneChunk(school, id, 10)).toBe(false);
  await owner.query('drop trigger broken on units; drop function broken()');
  await owner.end();
  const paused = await read(school, id);
  expect(paused).toMatchObject({ status: 'paused', processed_items: 20, failed_items: 19 });
  expect(paused.error_log).toContain('the extension is missing');
  const told = await query(
    school,
    sql`
    select recipient_id, payload from outbox where topic = 'operation.paused' and operation_id = ${id} order by 1`,
  );
  expect(told).toEqual(
    [school.admin.userId, second.userId]
      .sort()
      .map((recipient_id) => ({ recipient_id, payload: { reason: 'the extension is missing' } })),
  );
  await resume({ engine: school.engine, actor: school.admin }, id);
  expect(await work(school, id)).toMatchObject({ status: 'completed', successful_items: 21 });
});
