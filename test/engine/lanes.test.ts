/** Who gets a worker's slots while there is more to do than slots. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inOrg, rows } from '../../packages/server/src/db/database.ts';
import { confirm } from '../../packages/server/src/engine/verbs/confirm.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { enqueue, TASKS } from '../../packages/server/src/engine/queue.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, query, students, type School } from '../fixtures/school.ts';
import { read, setColumns } from '../fixtures/stepwise.ts';
import { until } from '../fixtures/until.ts';
import { create, beginPlanning } from '../fixtures/create.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** A draft of so many new units. */
async function units(school: School, count: number): Promise<string> {
  const edits = Array.from({ length: count }, (_, at) => ({ action: 'create', values: { name: `Unit ${at}` } }));
  const params = { entity: 'unit', edits };
  return (await create(school.engine, school.admin, { kind: 'edit_record', name: 'Units', params })).id;
}

/** Confirmed, one item a chunk. */
async function confirmed(school: School, lane: 'medium' | 'large', count: number): Promise<string> {
  const id = await units(school, count);
  const { plan_hash } = await planOperation(school.engine, school.orgId, id);
  await setColumns(school, id, sql`lane = ${lane}, chunk_items = 1`);
  await confirm({ engine: school.engine, actor: school.admin }, id, { planHash: plan_hash ?? '' });
  return id;
}

async function untilStarted(school: School, id: string): Promise<void> {
  await until('the operation starts', async () => (await read(school, id)).started_at);
}

async function countDone(school: School): Promise<number> {
  return (await query(school, sql`select from operations where phase = 'done'`)).length;
}

/** Slots at work, by lane. */
async function slots(): Promise<Record<string, number>> {
  const { rows: held } = await database.pool.query<{ lane: string; n: number }>(`
    select case priority when 20 then 'large' else 'medium' end as lane, count(*) as n
    from graphile_worker.jobs where locked_by is not null group by 1`);
  return Object.fromEntries(held.map(({ lane, n }) => [lane, n]));
}

it('a medium operation starts before twenty large ones that came first have ended, which share what is left and take turns [MA-266] [MA-D03]', async () => {
  const [crowded, calm, third] = [await aSchool(database), await aSchool(database), await aSchool(database)];
  const large: string[] = [];
  for (let n = 0; n < 20; n++) large.push(await confirmed(crowded, 'large', 150));
  const other = await confirmed(third, 'large', 150);
  const options = { engine: crowded.engine, database, log: () => undefined };
  const worker = await startWorker({ ...options, concurrency: 2 });
  await untilStarted(crowded, large[0] ?? '');
  const medium = await confirmed(calm, 'medium', 100);
  await untilStarted(calm, medium);
  // At most those that were at work when it came: whoever waits its turn is behind it.
  expect(await countDone(crowded)).toBeLessThanOrEqual(2);
  let shared = 0;
  await until('the medium operation ends', async () => {
    const now = await slots();
    if (now['large'] === 1 && now['medium'] === 1) shared += 1;
    return (await read(calm, medium)).phase === 'done';
  });
  // While it worked, large ones had the other slot and no more.
  expect(shared).toBeGreaterThan(0);
  // The organization that came last has its turn long before the first has had all of its own.
  await untilStarted(third, other);
  expect(await countDone(crowded)).toBeLessThan(large.length / 2);
  await worker.stop();
});

/** A lock that plans wait for. */
const GATE = 4_712;

it('plans, which cannot be interrupted, never have more than half of the slots', async () => {
  const [planning, calm] = [await aSchool(database), await aSchool(database)];
  const kinds = planning.engine.kinds.map((kind) => {
    if (kind.name !== 'user_status') return kind;
    const plan: typeof kind.plan = async (written, context) => {
      await rows(context.tx, sql`select pg_advisory_xact_lock(${GATE})`);
      await kind.plan(written, context);
    };
    return { ...kind, plan };
  });
  const engine = { ...planning.engine, kinds };
  const target = { student_ids: await students(database, planning.orgId, 2) };
  for (const status of ['inactive', 'suspended']) {
    const { id } = await create(engine, planning.admin, {
      kind: 'user_status',
      name: 'Slow',
      params: { target, status },
    });
    await inOrg(database, planning.orgId, async (tx) => {
      await enqueue(tx, await beginPlanning(tx, engine, id), TASKS.plan);
    });
  }
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query('select pg_advisory_lock($1)', [GATE]);
  const plansInHand = async () =>
    (await owner.query("select from pg_locks where locktype = 'advisory' and not granted and objid = $1", [GATE]))
      .rowCount;
  const worker = await startWorker({ engine, database, log: () => undefined, concurrency: 2 });
  await until('a plan is in hand', async () => (await plansInHand()) === 1);
  const medium = await confirmed(calm, 'medium', 5);
  await until('what is no plan is worked beside it', async () => (await read(calm, medium)).phase === 'done');
  // The other plan still waits, with a slot free.
  expect(await plansInHand()).toBe(1);
  const unplanned = () => query(planning, sql`select from operations where kind = 'user_status' and plan_hash is null`);
  expect(await unplanned()).toHaveLength(2);
  await owner.query('select pg_advisory_unlock($1)', [GATE]);
  await until('both are planned', async () => (await unplanned()).length === 0);
  await owner.end();
  await worker.stop();
});
