/** Taking back what an operation did, and nothing that others did since. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import type { Operation } from '../../packages/server/src/engine/operation.ts';
import { listItems, type ItemView } from '../../packages/server/src/engine/report.ts';
import { runNow } from '../../packages/server/src/engine/verbs/run-now.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import {
  aPerson,
  aSchool,
  aSequence,
  aUnit,
  query,
  run,
  stagedImport,
  students,
  work,
  type School,
} from '../fixtures/school.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { queued, read, setColumns, workInChunks } from '../fixtures/stepwise.ts';
import { planUndo } from '../../packages/server/src/engine/verbs/undo.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';
import { create } from '../fixtures/create.ts';

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let school: School;
/** The clock of the engine stands so far from the real one. */
let shiftMs = 0;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  shiftMs = 0;
  school = await aSchool(database, { now: () => new Date(Date.now() + shiftMs) });
});
afterAll(() => database.drop());

async function imported(lines: readonly string[]): Promise<Operation> {
  const { id } = await stagedImport(school, `external_id,given_name,family_name,teacher,role\n${lines.join('\n')}\n`);
  return run(school, id);
}

async function given(ids: readonly string[], actor: Actor = school.admin, sequenceId?: string): Promise<Operation> {
  const sequence = sequenceId ?? (await aSequence(database, school.orgId));
  const params = { target: { student_ids: ids }, content_payload: { sequence_ids: [sequence] } };
  const { id } = await create(school.engine, actor, { kind: 'assign_sequence', name: 'Give', params });
  return run({ ...school, admin: actor }, id);
}

async function planned(operation: Operation, request: Parameters<typeof planUndo>[2] = {}): Promise<ItemView[]> {
  return inOrg(database, school.orgId, async (tx) => {
    const asked = { tx, engine: school.engine, actor: school.admin };
    const plan = await planUndo(asked, operation.id, request);
    return listItems(asked, plan.id, { limit: 100 });
  });
}

const idOf = async (externalId: string): Promise<string> =>
  (await query(school, sql<{ id: string }>`select id from users where external_id = ${externalId}`))[0]?.id ?? '';

const edit = (actor: Actor, action: string, id: string, values: object = {}) =>
  runNow(
    { engine: school.engine, actor },
    { kind: 'edit_record', name: 'By hand', params: { entity: 'user', edits: [{ action, id, values }] } },
  );

describe('the preview of an undo', () => {
  it('has three parts: reversed, kept with who and when, impossible with why; and the undo does just that [BO-139, MA-D41]', async () => {
    const operation = await imported(['a,Ana,A,,', 'b,Bo,B,,', 'c,Cy,C,,', 'd,Di,D,,']);
    const other = await aPerson(database, school.orgId, { name: 'Other Admin', roles: ['subscriber_admin'] });
    await edit(other, 'update', await idOf('b'), { phone: '1' });
    await given([await idOf('c')]);
    await edit(other, 'delete', await idOf('d'));
    const items = await planned(operation);
    const when = expect.stringMatching(/^\d{4}-/);
    expect(items).toMatchObject([
      { label: 'Di D', action: 'skip', code: 'gone_since', detail: { who: 'Other Admin', when } },
      { label: 'Cy C', action: 'error', code: 'in_use_since', detail: { used_by: 'assignment' } },
      { label: 'Bo B', action: 'skip', code: 'changed_since', detail: { who: 'Other Admin', when } },
      { label: 'Ana A', action: 'remove', code: null },
    ]);
    expect(await undo({ engine: school.engine, actor: school.admin }, operation.id, {})).toMatchObject({
      successful_items: 1,
      skipped_items: 2,
      failed_items: 1,
    });
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'partly_rolled_back' });
    expect(await query(school, sql`select external_id from users where external_id is not null order by 1`)).toEqual([
      { external_id: 'b' },
      { external_id: 'c' },
    ]);
  });

  it('changes nothing', async () => {
    const operation = await imported(['a,Ana,A,,']);
    const before = await snapshot(database, school.orgId, []);
    await planned(operation);
    expect(await snapshot(database, school.orgId, [])).toEqual(before);
  });

  it('reverses an edit that was taken back to what the operation left', async () => {
    const operation = await imported(['a,Ana,A,,']);
    const id = await idOf('a');
    await edit(school.admin, 'update', id, { phone: '1' });
    await edit(school.admin, 'update', id, { phone: null });
    expect(await planned(operation)).toMatchObject([{ action: 'remove', code: null }]);
  });

  it('knows that a teacher who stays needs no student, but a student who stays needs the teacher', async () => {
    const operation = await imported(['t,Tea,T,,teacher', 's,Sue,S,t,student']);
    expect(await planned(operation, { itemNos: [1] })).toMatchObject([
      { code: 'in_use_since', detail: { used_by: 'user' } },
    ]);
    expect(await planned(operation, { itemNos: [2] })).toMatchObject([{ action: 'remove' }]);
    expect((await planned(operation)).map((item) => item.action)).toEqual(['remove', 'remove']);
  });
});

describe('an undo', () => {
  it('can be limited to some items, and the rest undone later', async () => {
    const operation = await imported(['a,Ana,A,,', 'b,Bo,B,,', 'c,Cy,C,,']);
    await undo({ engine: school.engine, actor: school.admin }, operation.id, { itemNos: [2] });
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'partly_rolled_back' });
    expect(await query(school, sql`select external_id from users where external_id is not null order by 1`)).toEqual([
      { external_id: 'a' },
      { external_id: 'c' },
    ]);
    await undo({ engine: school.engine, actor: school.admin }, operation.id, { itemNos: [1, 3] });
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'rolled_back' });
    await expect(undo({ engine: school.engine, actor: school.admin }, operation.id, {})).rejects.toMatchObject({
      code: 'nothing_to_undo',
    });
  });

  it('is itself an operation with items, events and an audit entry [BO-136, MA-144]', async () => {
    const operation = await given(await students(database, school.orgId, 3));
    const back = await undo({ engine: school.engine, actor: school.admin }, operation.id, { reason: 'wrong grade' });
    expect(back).toMatchObject({ kind: 'undo', undo_of: operation.id, total_items: 3, successful_items: 3 });
    expect(
      await query(school, sql`select detail from audit where operation_id = ${operation.id} and action = 'rollback'`),
    ).toMatchObject([{ detail: { undone_by: back.id, reason: 'wrong grade' } }]);
    expect(
      await query(
        school,
        sql`select payload from events where operation_id = ${operation.id} and name = 'mass_assignment.operation.rollback'`,
      ),
    ).toEqual([{ payload: { undone_by: back.id, withdrawn: 3, kept: 0, failed: 0 } }]);
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'rolled_back' });
  });

  it('leaves every table as it was [BO-137, BO-470, MA-136]', async () => {
    const ids = await students(database, school.orgId, 60);
    const sequence = await aSequence(database, school.orgId);
    const before = await snapshot(database, school.orgId);
    const operation = await given(ids, school.admin, sequence);
    const back = await undo({ engine: school.engine, actor: school.admin }, operation.id, {});
    expect(await work(school, back.id)).toMatchObject({ successful_items: 60 });
    expect(await snapshot(database, school.orgId)).toEqual(before);
  });

  it('is in progress while it runs, and a second one is refused meanwhile', async () => {
    const operation = await given(await students(database, school.orgId, 60));
    const back = await undo({ engine: school.engine, actor: school.admin }, operation.id, {});
    expect(back.status).toBe('queued');
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'in_progress' });
    await expect(undo({ engine: school.engine, actor: school.admin }, operation.id, {})).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await work(school, back.id);
  });

  it('takes the hash of its preview, and refused leaves nothing behind', async () => {
    const operation = await imported(['a,Ana,A,,']);
    await expect(
      undo({ engine: school.engine, actor: school.admin }, operation.id, { planHash: 'of another plan' }),
    ).rejects.toMatchObject({ code: 'plan_stale' });
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'none' });
    expect(await query(school, sql`select id from operations where undo_of = ${operation.id}`)).toEqual([]);
    expect(await undo({ engine: school.engine, actor: school.admin }, operation.id, {})).toMatchObject({
      successful_items: 1,
    });
  });
});

describe('undo after students have begun to work', () => {
  async function thirtyOfWhichFiveBegan(): Promise<Operation> {
    const operation = await given(await students(database, school.orgId, 30));
    await query(
      school,
      sql`
      with begun as (
        update assignments set state = 'in_progress', version = version + 1
        where org_id = ${school.orgId} and id in (select id from assignments order by id limit 5) returning id)
      update assignment_steps s set state = 'completed', score = 90, version = s.version + 1
      from begun where s.org_id = ${school.orgId} and s.assignment_id = begun.id and s.step_no <= 2`,
    );
    return operation;
  }
  const states = () => query(school, sql`select state, count(*) as n from assignments group by 1 order by 1`);
  const finishedSteps = () => query(school, sql`select count(*) as n from assignment_steps where state = 'completed'`);

  it('takes back all of it by default, and keeps what was worked, withdrawn [MA-D42, MA-145]', async () => {
    const operation = await thirtyOfWhichFiveBegan();
    expect(
      await undo({ engine: school.engine, actor: school.admin }, operation.id, { mode: 'all', confirmCount: 30 }),
    ).toMatchObject({ successful_items: 30 });
    expect(await states()).toEqual([{ state: 'withdrawn', n: 5 }]);
    expect(await finishedSteps()).toEqual([{ n: 10 }]);
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'rolled_back' });
  });

  it('or leaves those alone who have begun [MA-D42]', async () => {
    const operation = await thirtyOfWhichFiveBegan();
    const back = await undo({ engine: school.engine, actor: school.admin }, operation.id, { mode: 'untouched_only' });
    expect(back).toMatchObject({ successful_items: 25, skipped_items: 5 });
    expect(await states()).toEqual([{ state: 'in_progress', n: 5 }]);
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'partly_rolled_back' });
    expect(
      await query(
        school,
        sql`select distinct code from operation_items where operation_id = ${back.id} and status = 'skipped'`,
      ),
    ).toEqual([{ code: 'started_since' }]);
  });
});

describe('the time in which it can be undone', () => {
  it('is 24 hours for a teacher [MA-137, MA-139]', async () => {
    const teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
    const ids = await students(database, school.orgId, 2, { teacherId: teacher.userId ?? '' });
    const operation = await given(ids, teacher);
    shiftMs = 24 * HOUR_MS + 60_000;
    await expect(undo({ engine: school.engine, actor: teacher }, operation.id, {})).rejects.toMatchObject({
      code: 'rollback_window_closed',
      status: 409,
    });
    shiftMs = 24 * HOUR_MS - 60_000;
    expect(await undo({ engine: school.engine, actor: teacher }, operation.id, {})).toMatchObject({
      successful_items: 2,
    });
  });

  it('is 30 days for an admin', async () => {
    const operation = await given(await students(database, school.orgId, 2));
    shiftMs = 31 * 24 * HOUR_MS;
    await expect(undo({ engine: school.engine, actor: school.admin }, operation.id, {})).rejects.toMatchObject({
      code: 'rollback_window_closed',
    });
    shiftMs = 29 * 24 * HOUR_MS;
    expect(await undo({ engine: school.engine, actor: school.admin }, operation.id, {})).toMatchObject({
      successful_items: 2,
    });
  });
});

describe('who may undo', () => {
  it('a teacher only what that teacher made [MA-138]', async () => {
    const [one, two] = [
      await aPerson(database, school.orgId, { name: 'Teacher One', roles: ['teacher'] }),
      await aPerson(database, school.orgId, { name: 'Teacher Two', roles: ['teacher'] }),
    ];
    const operation = await given(await students(database, school.orgId, 2, { teacherId: two.userId ?? '' }), two);
    await expect(undo({ engine: school.engine, actor: one }, operation.id, {})).rejects.toMatchObject({
      code: 'not_found',
      status: 404,
    });
  });

  it('a teacher_admin only what that teacher_admin made [MA-140]', async () => {
    const unitId = await aUnit(database, school.orgId, 'north');
    const unitAdmin = await aPerson(database, school.orgId, { name: 'Unit Admin', roles: ['teacher_admin'], unitId });
    const ids = await students(database, school.orgId, 2, { unitId });
    await expect(undo({ engine: school.engine, actor: unitAdmin }, (await given(ids)).id, {})).rejects.toMatchObject({
      code: 'forbidden',
      status: 403,
    });
    const own = await given(ids, unitAdmin);
    expect(await undo({ engine: school.engine, actor: unitAdmin }, own.id, {})).toMatchObject({ successful_items: 2 });
  });

  it('a subscriber_admin everything of the organization, and nothing of another [MA-141]', async () => {
    const teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
    const operation = await given(
      await students(database, school.orgId, 2, { teacherId: teacher.userId ?? '' }),
      teacher,
    );
    const elsewhere = await aSchool(database);
    await expect(undo({ engine: elsewhere.engine, actor: elsewhere.admin }, operation.id, {})).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await undo({ engine: school.engine, actor: school.admin }, operation.id, {})).toMatchObject({
      successful_items: 2,
    });
  });
});

it('a row that came back after it was deleted is not taken for the one that was previewed', async () => {
  const [id = ''] = await students(database, school.orgId, 1);
  const status = async (to: string): Promise<Operation> =>
    create(school.engine, school.admin, {
      kind: 'user_status',
      name: to,
      params: { target: { student_ids: [id] }, status: to },
    });
  const waiting = await status('suspended');
  await queued(school, waiting.id);
  await setColumns(school, waiting.id, sql`status = 'paused', admitted_at = null`);
  await edit(school.admin, 'update', id, { phone: '1' });
  const gone = await edit(school.admin, 'delete', id);
  await undo({ engine: school.engine, actor: school.admin }, gone.operation.id, {});
  await setColumns(school, waiting.id, sql`status = 'processing'`);
  expect(await workInChunks(school, waiting.id, 10)).toMatchObject({ failed_items: 1 });
  expect(await query(school, sql`select status, phone from users where id = ${id}`)).toEqual([
    { status: 'active', phone: '1' },
  ]);
});
