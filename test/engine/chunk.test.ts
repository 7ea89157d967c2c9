/** What a chunk does with items that cannot be written, and with rows and rights that changed meanwhile. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import { pause, resume } from '../../packages/server/src/engine/verbs/steer.ts';
import { runNow } from '../../packages/server/src/engine/verbs/run-now.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPerson, aSchool, aUnit, query, run, students, work, type School } from '../fixtures/school.ts';
import { applyOneChunk, queued, read, workInChunks } from '../fixtures/stepwise.ts';
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

type Edit = Readonly<Record<string, unknown>>;

async function edits(entity: string, list: readonly Edit[]): Promise<string> {
  const params = { entity, edits: list };
  return (await create(school.engine, school.admin, { kind: 'edit_record', name: 'Edit', params })).id;
}

async function failed(operationId: string): Promise<unknown[]> {
  return query(
    school,
    sql`
    select item_no, code, detail from operation_items
    where operation_id = ${operationId} and status = 'failed' order by item_no`,
  );
}

const newUnit = (code: string): Edit => ({ action: 'create', values: { name: code, code } });

describe('an item that cannot be written', () => {
  it('fails alone: 99 of 100 are done [BO-126, MA-124, MA-125]', async () => {
    await aUnit(database, school.orgId, 'c41');
    const id = await edits(
      'unit',
      Array.from({ length: 100 }, (_, at) => newUnit(`c${at}`)),
    );
    expect(await run(school, id)).toMatchObject({ status: 'completed', successful_items: 99, failed_items: 1 });
    expect(await failed(id)).toMatchObject([{ item_no: 42, code: 'already_exists', detail: { field: 'code' } }]);
    expect(await query(school, sql`select count(*) as n from units`)).toEqual([{ n: 100 }]);
  });

  it('says which rule it broke, each with its own code', async () => {
    const [one = '', two = ''] = await students(database, school.orgId, 2);
    const teacher = await aPerson(database, school.orgId, { name: 'Tom Teacher', roles: ['teacher'] });
    const used = teacher.userId ?? '';
    await students(database, school.orgId, 1, { teacherId: used });
    const id = await edits('user', [
      { action: 'update', id: one, values: { username: `s-${two}` } },
      { action: 'update', id: two, values: { unit_id: newId() } },
      { action: 'create', values: { display_name: 'Somebody', username: 'x', status: 'lost' } },
      { action: 'create', values: { display_name: 'Somebody', username: 'y', unit_id: 'not an id' } },
      { action: 'delete', id: used },
    ]);
    await run(school, id);
    expect(await failed(id)).toMatchObject([
      { item_no: 1, code: 'already_exists', detail: { field: 'username' } },
      { item_no: 2, code: 'unit_not_found', detail: { constraint: 'users_unit_fkey' } },
      { item_no: 3, code: 'rule_violated', detail: { constraint: 'users_status_check' } },
      { item_no: 4, code: 'invalid_value', detail: { field: 'unit_id' } },
      { item_no: 5, code: 'still_referenced', detail: { constraint: 'users_primary_teacher_fkey' } },
    ]);
  });

  it('does not take along neighbours that need each other', async () => {
    const ids = Array.from({ length: 8 }, () => newId());
    await aUnit(database, school.orgId, 'taken');
    // Each unit lies in the one after it, so that every half but the last refers to the other.
    const chain = ids.map((id, at) => ({
      action: 'create',
      id,
      values: { name: `Unit ${at}`, code: `u${at}`, parent_id: ids[at + 1] ?? null },
    }));
    const id = await edits('unit', [...chain, newUnit('taken')]);
    expect(await run(school, id)).toMatchObject({ successful_items: 8, failed_items: 1 });
    expect(await failed(id)).toMatchObject([{ item_no: 9, code: 'already_exists' }]);
  });

  it('counts add up whatever fails: processed = successful + failed + skipped ≤ total, in every chunk [MA-050, BO-117 to BO-119]', async () => {
    await aUnit(database, school.orgId, 'taken');
    const unit = fc.constantFrom('good', 'taken', 'nameless', 'missing');
    await fc.assert(
      fc.asyncProperty(
        fc.array(unit, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (wanted, chunk) => {
          const list = wanted.map((want) => {
            if (want === 'missing') return { action: 'update', id: newId(), values: { name: 'Nobody' } };
            const code = want === 'taken' ? 'taken' : newId();
            return { action: 'create', values: { name: want === 'nameless' ? '' : code, code } };
          });
          const id = await edits('unit', list);
          await queued(school, id);
          do {
            const now = await read(school, id);
            expect(now.processed_items).toBe(now.successful_items + now.failed_items + now.skipped_items);
            expect(now.processed_items).toBeLessThanOrEqual(now.total_items);
          } while (await applyOneChunk(school, id, chunk));
          const good = wanted.filter((want) => want === 'good').length;
          expect(await read(school, id)).toMatchObject({
            processed_items: wanted.length,
            successful_items: good,
            failed_items: wanted.length - good,
          });
        },
      ),
      { numRuns: 10, endOnFailure: true },
    );
  });
});

describe('a row that changed after the preview', () => {
  it('is left alone, and its item names who changed it and when', async () => {
    const ids = await students(database, school.orgId, 6);
    const { id } = await create(school.engine, school.admin, {
      kind: 'user_status',
      name: 'Leave',
      params: { target: { student_ids: ids }, status: 'inactive' },
    });
    await queued(school, id);
    await applyOneChunk(school, id, 2);
    // While it is at work, an edit of the same people waits; while it is paused, it does not.
    await pause({ engine: school.engine, actor: school.admin }, id);
    const other = await aPerson(database, school.orgId, { name: 'Other Admin', roles: ['subscriber_admin'] });
    await runNow(
      { engine: school.engine, actor: other },
      {
        kind: 'edit_record',
        name: 'By hand',
        params: { entity: 'user', edits: [{ action: 'update', id: ids[3], values: { phone: '1' } }] },
      },
    );
    await resume({ engine: school.engine, actor: school.admin }, id);
    expect(await workInChunks(school, id, 2)).toMatchObject({ successful_items: 5, failed_items: 1 });
    const when = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(await failed(id)).toMatchObject([
      { item_no: 4, code: 'changed_since_preview', detail: { who: 'Other Admin', when, operation_name: 'By hand' } },
    ]);
    expect(await query(school, sql`select status, phone from users where id = ${ids[3]}`)).toEqual([
      { status: 'active', phone: '1' },
    ]);
  });

  it('that is gone fails as changed, and the others go on', async () => {
    const ids = await students(database, school.orgId, 3);
    const { id } = await create(school.engine, school.admin, {
      kind: 'user_status',
      name: 'Leave',
      params: { target: { student_ids: ids }, status: 'inactive' },
    });
    await queued(school, id);
    await query(school, sql`delete from users where org_id = ${school.orgId} and id = ${ids[1]}`);
    expect(await work(school, id)).toMatchObject({ successful_items: 2, failed_items: 1 });
    expect(await failed(id)).toMatchObject([{ code: 'changed_since_preview' }]);
  });
});

describe('rights that end while it runs', () => {
  async function byTeacherAdmin(): Promise<{ id: string; ids: string[]; maker: string }> {
    const unitId = await aUnit(database, school.orgId, 'north');
    const ids = await students(database, school.orgId, 10, { unitId });
    const maker = await aPerson(database, school.orgId, { name: 'Unit Admin', roles: ['teacher_admin'], unitId });
    const { id } = await create(school.engine, maker, {
      kind: 'user_status',
      name: 'Leave',
      params: { target: { student_ids: ids }, status: 'suspended' },
    });
    await queued({ ...school, admin: maker }, id);
    return { id, ids, maker: maker.userId ?? '' };
  }

  it('people who leave the scope fail with permission_revoked; what is done stays [MA-D38]', async () => {
    const { id } = await byTeacherAdmin();
    await applyOneChunk(school, id, 5);
    await query(school, sql`update users set unit_id = null where org_id = ${school.orgId} and roles = '{student}'`);
    expect(await work(school, id)).toMatchObject({ status: 'completed', successful_items: 5, failed_items: 5 });
    expect((await failed(id)).every((item) => JSON.stringify(item).includes('permission_revoked'))).toBe(true);
    expect(await query(school, sql`select count(*) as n from users where status = 'suspended'`)).toEqual([{ n: 5 }]);
  });

  it.each([
    ['is deactivated', sql`status = 'inactive'`],
    ['loses the role', sql`roles = '{teacher}'`],
  ])('the rest fails when who started it %s', async (_how, change) => {
    const { id, maker } = await byTeacherAdmin();
    await applyOneChunk(school, id, 5);
    await query(school, sql`update users set ${change} where org_id = ${school.orgId} and id = ${maker}`);
    expect(await work(school, id)).toMatchObject({ successful_items: 5, failed_items: 5 });
    expect(await failed(id)).toMatchObject(Array.from({ length: 5 }, () => ({ code: 'permission_revoked' })));
  });
});
