/** The life of an operation: what moves it, what stops it, and what is refused. */
import { OPERATION_STATUSES, canMove } from '@muster/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { cancel, pause, prioritize, resume } from '../../packages/server/src/engine/verbs/steer.ts';
import { confirm } from '../../packages/server/src/engine/verbs/confirm.ts';
import { move } from '../../packages/server/src/engine/moves.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPerson, aSchool, aSequence, query, run, students, work, type School } from '../fixtures/school.ts';
import { applyOneChunk, crashing, queued, read, workInChunks } from '../fixtures/stepwise.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';
import { create } from '../fixtures/create.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
});
afterAll(() => database.drop());

/** A draft that makes so many units; names are its own. */
async function newUnits(count: number, more: { chunkItems?: number } = {}): Promise<string> {
  const edits = Array.from({ length: count }, (_, at) => ({ action: 'create', values: { name: `Unit ${at}` } }));
  const params = { entity: 'unit', edits };
  return (await create(school.engine, school.admin, { kind: 'edit_record', name: 'Units', params, ...more })).id;
}

async function itemsBy(operationId: string): Promise<Record<string, number>> {
  const found = await query(
    school,
    sql<{ status: string; n: number }>`
    select status, count(*) as n from operation_items where operation_id = ${operationId} group by 1`,
  );
  return Object.fromEntries(found.map(({ status, n }) => [status, n]));
}

it('only the allowed moves are possible [BO-113]', () => {
  const allowed = OPERATION_STATUSES.flatMap((from) =>
    OPERATION_STATUSES.filter((to) => canMove(from, to)).map((to) => `${from} ${to}`),
  );
  expect(allowed.sort()).toEqual(
    [
      ...[
        'pending queued',
        'queued processing',
        'processing completed',
        'processing failed',
        'processing paused',
        'paused queued',
      ],
      ...['pending cancelled', 'queued cancelled', 'processing cancelled', 'paused cancelled'],
      // Planning in the background, and pausing what waits for its turn.
      ...['pending validating', 'validating pending', 'validating cancelled', 'queued paused'],
    ].sort(),
  );
});

it('whatever is not offered in a state is refused and changes nothing', async () => {
  const id = await newUnits(2);
  const done = await run(school, id);
  for (const attempt of [
    () => confirm({ engine: school.engine, actor: school.admin }, id, { planHash: done.plan_hash ?? '' }),
    () => pause({ engine: school.engine, actor: school.admin }, id),
    () => resume({ engine: school.engine, actor: school.admin }, id),
    () => cancel({ engine: school.engine, actor: school.admin }, id, 'late'),
    () => prioritize({ engine: school.engine, actor: school.admin }, id, 5),
    () => planOperation(school.engine, school.orgId, id),
    () => inOrg(database, school.orgId, (tx) => move({ tx, engine: school.engine, actor: null }, done, 'start')),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'invalid_state', status: 409 });
  }
  expect(await read(school, id)).toEqual(done);
});

it('after planning it is pending and planned [BO-114]', async () => {
  const id = await newUnits(1);
  expect(await planOperation(school.engine, school.orgId, id)).toMatchObject({ status: 'pending', phase: 'planned' });
});

it('a paused operation does nothing more, and goes on with the first item without a result [BO-108, BO-109]', async () => {
  const id = await newUnits(100);
  await queued(school, id);
  await applyOneChunk(school, id, 40);
  expect(await pause({ engine: school.engine, actor: school.admin }, id)).toMatchObject({
    status: 'paused',
    processed_items: 40,
  });
  expect(await applyOneChunk(school, id, 40)).toBe(false);
  expect(await itemsBy(id)).toEqual({ success: 40, pending: 60 });
  await resume({ engine: school.engine, actor: school.admin }, id);
  expect(await workInChunks(school, id, 40)).toMatchObject({
    status: 'completed',
    processed_items: 100,
    successful_items: 100,
  });
  expect(await itemsBy(id)).toEqual({ success: 100 });
});

it('cancel keeps the reason and what is done, skips the rest, and what is done can be undone [BO-111]', async () => {
  const before = await query(school, sql<{ n: number }>`select count(*) as n from units`);
  const id = await newUnits(100);
  await queued(school, id);
  await applyOneChunk(school, id, 40);
  const cancelled = await cancel({ engine: school.engine, actor: school.admin }, id, 'wrong file');
  expect(cancelled).toMatchObject({
    status: 'cancelled',
    cancel_reason: 'wrong file',
    successful_items: 40,
    skipped_items: 60,
    processed_items: 100,
  });
  expect(await itemsBy(id)).toEqual({ success: 40, skipped: 60 });
  expect(await applyOneChunk(school, id, 40)).toBe(false);
  expect(await undo({ engine: school.engine, actor: school.admin }, id, {})).toMatchObject({
    status: 'completed',
    successful_items: 40,
  });
  expect(await query(school, sql`select count(*) as n from units`)).toEqual(before);
});

it('without a size, sequences are given to 100 at a time [BO-106]', async () => {
  const ids = await students(database, school.orgId, 250);
  const sequence = await aSequence(database, school.orgId);
  const params = { target: { student_ids: ids }, content_payload: { sequence_ids: [sequence] } };
  const { id } = await create(school.engine, school.admin, { kind: 'assign_sequence', name: 'Give', params });
  await run(school, id);
  expect(await chunkSizes(id)).toEqual([100, 100, 50]);
});

it('a size that is given holds to the end [BO-107]', async () => {
  const id = await newUnits(250, { chunkItems: 50 });
  await run(school, id);
  expect(await chunkSizes(id)).toEqual([50, 50, 50, 50, 50]);
});

async function chunkSizes(operationId: string): Promise<number[]> {
  const progress = await query(
    school,
    sql<{ processed: number }>`
    select (payload ->> 'processed')::int as processed from events
    where operation_id = ${operationId} and name like '%.processing.progress' order by id`,
  );
  return progress.map(({ processed }, at) => processed - (progress[at - 1]?.processed ?? 0));
}

it('an operation without items completes, and says so', async () => {
  const { id } = await create(school.engine, school.admin, { kind: 'repair_orphans', name: 'Nothing', params: {} });
  const done = await run(school, id);
  expect(done).toMatchObject({
    status: 'completed',
    total_items: 0,
    results_summary: { warnings: ['The operation had no items.'] },
  });
});

it('nine good items and one bad complete; ten bad ones fail [BO-115]', async () => {
  const good = Array.from({ length: 9 }, (_, at) => ({ action: 'create', values: { name: `Good ${at}` } }));
  const bad = Array.from({ length: 10 }, () => ({ action: 'create', values: { name: '' } }));
  const make = async (edits: readonly object[]): Promise<string> =>
    (
      await create(school.engine, school.admin, {
        kind: 'edit_record',
        name: 'Mixed',
        params: { entity: 'unit', edits },
      })
    ).id;
  expect(await run(school, await make([...good, ...bad.slice(0, 1)]))).toMatchObject({
    status: 'completed',
    failed_items: 1,
    successful_items: 9,
  });
  expect(await run(school, await make(bad))).toMatchObject({ status: 'failed', failed_items: 10, successful_items: 0 });
});

it('what is said of an operation is written with what it does, or not at all', async () => {
  const id = await newUnits(60);
  await queued(school, id);
  const said = () =>
    query(
      school,
      sql<{ name: string }>`
    select name from events where operation_id = ${id} union all select 'audit ' || action from audit where operation_id = ${id} order by 1`,
    );
  const before = await said();
  await expect(applyOneChunk(school, id, 30, crashing(school.engine))).rejects.toThrow('crash');
  expect(await said()).toEqual(before);
  await workInChunks(school, id, 30);
  expect((await said()).map((row) => row.name)).toEqual([
    ...['audit confirm', 'audit create', 'audit end', 'audit plan', 'audit start'],
    ...['operation.operation.completed', 'operation.operation.confirmed', 'operation.operation.initiated'],
    'operation.operation.started',
    ...['operation.processing.progress', 'operation.processing.progress', 'operation.validation.completed'],
  ]);
});

it('each act of a person leaves one audit entry with who and what', async () => {
  const id = await newUnits(60);
  await queued(school, id);
  await pause({ engine: school.engine, actor: school.admin }, id);
  await resume({ engine: school.engine, actor: school.admin }, id);
  await applyOneChunk(school, id, 30);
  await cancel({ engine: school.engine, actor: school.admin }, id, 'enough');
  await undo({ engine: school.engine, actor: school.admin }, id, { reason: 'all of it' });
  const entries = await query(
    school,
    sql<{ action: string; actor_account: string; detail: unknown }>`
    select action, actor_account, detail from audit where operation_id = ${id} order by id`,
  );
  expect(entries.map((entry) => entry.action)).toEqual([
    'create',
    'plan',
    'confirm',
    'pause',
    'resume',
    'start',
    'cancel',
    'rollback',
  ]);
  const byPeople = entries.filter((entry) => entry.action !== 'start');
  expect(byPeople.every((entry) => entry.actor_account === school.admin.accountId)).toBe(true);
  expect(entries.at(-2)).toMatchObject({ detail: { reason: 'enough' } });
});

it('somebody who is not its maker and no admin of the whole organization may not steer it', async () => {
  const id = await newUnits(60);
  await queued(school, id);
  const teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
  for (const act of [pause, resume])
    await expect(act({ engine: school.engine, actor: teacher }, id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(cancel({ engine: school.engine, actor: teacher }, id, 'no')).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await work(school, id)).toMatchObject({ status: 'completed' });
});
