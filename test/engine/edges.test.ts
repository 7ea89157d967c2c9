/** Rules of the engine at their edges: the last number that is let through, the first that is not, and who comes just too late. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '@muster/contract';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { newId } from '../../packages/server/src/db/ids.ts';
import type { Engine } from '../../packages/server/src/engine/index.ts';
import { guardsOf } from '../../packages/server/src/engine/plan/guards.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { noteDeath } from '../../packages/server/src/engine/run/deaths.ts';
import { enqueueNext } from '../../packages/server/src/engine/run/trouble.ts';
import { confirm } from '../../packages/server/src/engine/verbs/confirm.ts';
import { retry } from '../../packages/server/src/engine/verbs/retry.ts';
import { approve, reject } from '../../packages/server/src/engine/verbs/steer.ts';
import { scopeOf } from '../../packages/server/src/school/people/scope.ts';
import { create } from '../fixtures/create.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPerson, aSchool, aUnit, query, run, students, work, type School } from '../fixtures/school.ts';
import { applyOneChunk, queued, read, setColumns } from '../fixtures/stepwise.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  school = await aSchool(database);
});
afterAll(() => database.drop());

/** A draft that makes so many units. */
async function units(count: number, more: object = {}): Promise<string> {
  const edits = Array.from({ length: count }, (_, at) => ({
    action: 'create',
    values: { name: `Unit ${String(at)}` },
  }));
  const wanted = { kind: 'edit_record', name: 'Units', params: { entity: 'unit', edits }, ...more };
  return (await create(school.engine, school.admin, wanted)).id;
}

/** The engine, with an edit_record of which removals and creations are shares of so many. */
function sharing(whole: number): Engine {
  const share = {
    removes: ['remove'],
    updates: ['create'],
    scope: () => sql<{ count: number }>`select ${whole}::int as count`,
  } as const;
  const kinds = school.engine.kinds.map((kind) =>
    kind.name === 'edit_record' ? { ...kind, guards: { share } } : kind,
  );
  return { ...school.engine, kinds };
}

describe('a guard of large shares', () => {
  /** What a plan of so many removals and creations, of so many in all, asks for. */
  async function asked(removals: number, creations: number, whole: number): Promise<(string | number)[][]> {
    const gone = await Promise.all(Array.from({ length: removals }, () => aUnit(database, school.orgId, newId())));
    const edits = [
      ...gone.map((id) => ({ action: 'delete', id })),
      ...Array.from({ length: creations }, () => ({ action: 'create', values: { name: 'New' } })),
    ];
    const engine = sharing(whole);
    const { id } = await create(engine, school.admin, {
      kind: 'edit_record',
      name: 'Units',
      params: { entity: 'unit', edits },
    });
    return guardsOf(await planOperation(engine, school.orgId, id)).map(({ code, count }) => [code, count]);
  }

  it('asks from the sixth removal on, and not for five, however large a share they are', async () => {
    expect(await asked(5, 0, 5)).toEqual([]);
    expect(await asked(5, 1, 6)).toEqual([]);
    expect(await asked(6, 0, 6)).toEqual([['removes_many', 6]]);
  });

  it('asks above 10 in 100 removed, and not for just 10', async () => {
    expect(await asked(10, 0, 100)).toEqual([]);
    expect(await asked(11, 0, 100)).toEqual([['removes_many', 11]]);
  });

  it('asks above 75 in 100 changed, and not for just 75', async () => {
    expect(await asked(0, 15, 20)).toEqual([]);
    expect(await asked(0, 16, 20)).toEqual([['updates_many', 16]]);
    expect(await asked(0, 5, 5)).toEqual([]);
    expect(await asked(1, 5, 6)).toEqual([]);
    expect(await asked(0, 6, 6)).toEqual([['updates_many', 6]]);
  });
});

describe('who is not its maker', () => {
  it('runs nothing of an operation again: one who sees it is forbidden to, to another it is not there', async () => {
    const unitId = await aUnit(database, school.orgId, 'north');
    const edits = [
      { action: 'create', values: { display_name: 'Pat', username: 'pat', unit_id: unitId } },
      { action: 'create', values: { display_name: 'Pat', username: 'PAT', unit_id: unitId } },
    ];
    const { id } = await create(school.engine, school.admin, {
      kind: 'edit_record',
      name: 'People',
      params: { entity: 'user', edits },
    });
    expect(await run(school, id)).toMatchObject({ successful_items: 1, failed_items: 1 });
    const person = (roles: string[]) => aPerson(database, school.orgId, { name: 'Some Body', roles, unitId });
    const tried = async (roles: string[]) => retry({ engine: school.engine, actor: await person(roles) }, id, {}, true);
    await expect(tried(['teacher_admin'])).rejects.toMatchObject({ code: 'forbidden', status: 403 });
    await expect(tried(['teacher'])).rejects.toMatchObject({ code: 'not_found', status: 404 });
    expect(
      await query(school, sql`select from operations where org_id = ${school.orgId} and retry_of = ${id}`),
    ).toEqual([]);
    expect(await tried(['subscriber_admin'])).toMatchObject({ retry_of: id });
  });

  it('approves or rejects with an entry in the audit, with who and which plan [BO-148]', async () => {
    const second = await aPerson(database, school.orgId, { name: 'Second Admin', roles: ['subscriber_admin'] });
    const decided = async (
      decide: (asker: { engine: Engine; actor: typeof second }, id: string) => Promise<unknown>,
    ) => {
      const id = await units(1, { requiresApproval: true });
      const { plan_hash } = await planOperation(school.engine, school.orgId, id);
      await decide({ engine: school.engine, actor: second }, id);
      const entries = await query(
        school,
        sql<{ action: string; actor_account: string; detail: unknown }>`
        select action, actor_account, detail from audit where org_id = ${school.orgId} and operation_id = ${id} order by id`,
      );
      return { plan_hash, last: entries.at(-1) };
    };
    const by = { actor_account: second.accountId };
    const approved = await decided((asker, id) => approve(asker, id));
    expect(approved.last).toMatchObject({ action: 'approve', ...by, detail: { plan_hash: approved.plan_hash } });
    const rejected = await decided((asker, id) => reject(asker, id, 'Not now'));
    expect(rejected.last).toMatchObject({ action: 'reject', ...by, detail: { reason: 'Not now' } });
  });
});

it('what a maker may start no more goes on with no chunk, though nobody and nothing of it were out of their reach', async () => {
  const authority = { ...school.engine.authority, scopeOf: () => null, outOfReach: () => null };
  const engine = { ...school.engine, authority };
  const id = await units(2);
  await queued(school, id);
  await applyOneChunk(school, id, 1, engine);
  await query(
    school,
    sql`update users set roles = '{student}' where org_id = ${school.orgId} and account_id = ${school.admin.accountId}`,
  );
  await applyOneChunk(school, id, 1, engine);
  expect(await work(school, id)).toMatchObject({ successful_items: 1, failed_items: 1 });
});

it('a deadlock is no fault of an item: the chunk leaves nothing behind, and is done when it is tried again', async () => {
  const id = await units(3);
  await queued(school, id);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`
    create function deadlocked() returns trigger language plpgsql as $$ begin raise 'deadlock detected' using errcode = '40P01'; end $$;
    create trigger deadlocked before insert on units for each row when (new.name = 'Unit 1') execute function deadlocked()`);
  await expect(applyOneChunk(school, id, 10)).rejects.toMatchObject({ code: '40P01' });
  await owner.query('drop trigger deadlocked on units; drop function deadlocked()');
  await owner.end();
  expect(await read(school, id)).toMatchObject({ processed_items: 0, failed_items: 0 });
  expect(await work(school, id)).toMatchObject({ status: 'completed', successful_items: 3, failed_items: 0 });
});

it('deaths at different places blame no item: only the third at one place is looked into', async () => {
  const id = await units(12);
  await queued(school, id);
  for (let chunk = 0; chunk < 4; chunk++) {
    await applyOneChunk(school, id, 2);
    await noteDeath(school.engine, school.orgId, id);
    expect(await read(school, id)).toMatchObject({ deaths: 1, alone_to_item: null });
  }
  for (const [deaths, alone] of [
    [2, null],
    [3, 10],
  ] as const) {
    await noteDeath(school.engine, school.orgId, id);
    expect(await read(school, id)).toMatchObject({ deaths, alone_to_item: alone });
  }
  await setColumns(school, id, sql`deaths = 0, alone_to_item = null`);
  expect(await work(school, id)).toMatchObject({ successful_items: 12, failed_items: 0 });
});

it('what is left of an operation queues behind those that wait in its lane', async () => {
  const first = await units(3);
  await queued(school, first);
  await applyOneChunk(school, first, 1);
  const other = await aSchool(database);
  const wanted = {
    kind: 'edit_record',
    name: 'Units',
    params: { entity: 'unit', edits: [{ action: 'create', values: { name: 'One' } }] },
  };
  const second = await create(other.engine, other.admin, wanted);
  await queued(other, second.id);
  await enqueueNext(school.engine, school.orgId, first);
  const jobs = await query(
    school,
    sql<{ key: string }>`
    select key from graphile_worker._private_jobs where key in (${`operation:${first}`}, ${`operation:${second.id}`})
    order by priority, run_at, id`,
  );
  expect(jobs).toEqual([{ key: `operation:${second.id}` }, { key: `operation:${first}` }]);
});

it('of many that are confirmed at the same moment no more are at work than of those that come one by one [BO-158]', async () => {
  const planned = [];
  for (let at = 0; at < 10; at++) {
    const { id, plan_hash: planHash } = await planOperation(school.engine, school.orgId, await units(1));
    await setColumns(school, id, sql`lane = 'large'`);
    planned.push({ id, planHash: planHash ?? '' });
  }
  await Promise.all(
    planned.map(({ id, planHash }) => confirm({ engine: school.engine, actor: school.admin }, id, { planHash })),
  );
  const admitted = await query(
    school,
    sql`select from operations where org_id = ${school.orgId} and admitted_at is not null`,
  );
  expect(admitted).toHaveLength(LIMITS.processingPerOrgMax);
});

it.each(['cancelled', 'completed', 'terminated'])(
  'a student whose enrollment is %s is no more a student of those who teach the batch',
  async (status) => {
    const teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
    const [courseId, batchId] = [newId(), newId()];
    const ids = await students(database, school.orgId, 2);
    await query(school, sql`insert into courses (org_id, id, title) values (${school.orgId}, ${courseId}, 'Course')`);
    await query(
      school,
      sql`insert into batches (org_id, id, name, course_id) values (${school.orgId}, ${batchId}, 'Batch', ${courseId})`,
    );
    await query(
      school,
      sql`insert into batch_teachers (org_id, id, batch_id, teacher_id) values (${school.orgId}, ${newId()}, ${batchId}, ${teacher.userId})`,
    );
    await query(
      school,
      sql`insert into enrollments (org_id, id, batch_id, course_id, student_id, enrolled_at)
      select ${school.orgId}, gen_random_uuid(), ${batchId}, ${courseId}, id, now() from unnest(${ids}::uuid[]) id`,
    );
    const own = async () => {
      const scope = scopeOf(teacher) ?? sql<{ id: string }>`select null::uuid as id`;
      return (await inOrg(database, school.orgId, (tx) => scope.execute(tx.db))).rows.map(({ id }) => id).sort();
    };
    expect(await own()).toEqual([...ids].sort());
    await query(
      school,
      sql`update enrollments set status = ${status} where org_id = ${school.orgId} and student_id = ${ids[0]}`,
    );
    expect(await own()).toEqual([ids[1]]);
  },
);
