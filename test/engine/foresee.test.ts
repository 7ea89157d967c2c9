/** What the preview promises is what the run does, whatever the plan; see engine/foresee. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { planUndo, runNow, undo, type Operation } from '../../packages/server/src/engine/index.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { listItems, type ItemView } from '../../packages/server/src/engine/report.ts';
import { create } from '../fixtures/create.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, aUnit, query, students, work, type School } from '../fixtures/school.ts';
import { queued, workInChunks } from '../fixtures/stepwise.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
});
afterAll(() => database.drop());

interface Edit {
  readonly action: 'create' | 'update' | 'delete';
  readonly id?: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

async function draftOf(entity: string, edits: readonly Edit[]): Promise<Operation> {
  return create(school.engine, school.admin, { kind: 'edit_record', name: 'Edits', params: { entity, edits } });
}

async function itemsOf(id: string): Promise<ItemView[]> {
  return inOrg(database, school.orgId, (tx) =>
    listItems({ tx, engine: school.engine, actor: school.admin }, id, { limit: 1_000 }),
  );
}

/** The codes of the preview, item by item; then it runs in chunks of so many, and no item may turn out otherwise. */
async function foreseen(entity: string, edits: readonly Edit[], chunkItems = 100): Promise<(string | null)[]> {
  const { id } = await draftOf(entity, edits);
  await queued(school, id);
  const previewed = await itemsOf(id);
  await workInChunks(school, id, chunkItems);
  const expected = previewed.map((item) => ({ no: item.item_no, code: item.code, failed: item.action === 'error' }));
  const found = (await itemsOf(id)).map((item) => ({
    no: item.item_no,
    code: item.code,
    failed: item.status === 'failed',
  }));
  expect(found).toEqual(expected);
  return previewed.map((item) => item.code);
}

async function emails(ids: readonly string[]): Promise<(string | null)[]> {
  const found = await query(
    school,
    sql<{ id: string; email: string | null }>`select id, email from users where org_id = ${school.orgId}`,
  );
  return ids.map((id) => found.find((row) => row.id === id)?.email ?? null);
}

/** Students with the addresses `name1@…`, `name2@…`. */
async function addressed(name: string, count: number): Promise<string[]> {
  const ids = await students(database, school.orgId, count);
  const edits = ids.map((id, at) => ({
    action: 'update' as const,
    id,
    values: { email: `${name}${String(at + 1)}@example.org` },
  }));
  await foreseen('user', edits);
  return ids;
}

const mail = (id: string | undefined, email: string | null): Edit => ({
  action: 'update',
  id: id ?? '',
  values: { email, ...(email === null ? { username: `u-${id ?? ''}` } : {}) },
});

describe.each([1, 100])('values handed on inside one plan, in chunks of %i', (chunkItems) => {
  const name = `c${String(chunkItems)}`;
  const at = (no: number) => `${name}-${String(no)}@example.org`;

  it('two people swap their addresses', async () => {
    const [a, b] = await addressed(`${name}s-`, 2);
    const swap = [mail(a, `${name}s-2@example.org`), mail(b, `${name}s-1@example.org`)];
    expect(await foreseen('user', swap, chunkItems)).toEqual([null, null]);
    expect(await emails([a ?? '', b ?? ''])).toEqual([`${name}s-2@example.org`, `${name}s-1@example.org`]);
  });

  it('each of a chain takes what the next one gives up, in either order of the items', async () => {
    const ids = await addressed(`${name}-`, 4);
    const up = [mail(ids[0], at(2)), mail(ids[1], at(3)), mail(ids[2], at(4)), mail(ids[3], at(5))];
    expect(await foreseen('user', up, chunkItems)).toEqual([null, null, null, null]);
    const down = [mail(ids[3], at(4)), mail(ids[2], at(3)), mail(ids[1], at(2)), mail(ids[0], at(1))];
    expect(await foreseen('user', down.toReversed(), chunkItems)).toEqual([null, null, null, null]);
    expect(await emails(ids)).toEqual([at(1), at(2), at(3), at(4)]);
  });

  it('a new person takes the address of one who goes, or who gets another', async () => {
    const [gone, moved] = await addressed(`${name}f-`, 2);
    const edits: Edit[] = [
      { action: 'create', values: { display_name: 'New One', email: `${name}F-1@example.org` } },
      { action: 'create', values: { display_name: 'New Two', email: `${name}f-2@example.org` } },
      mail(moved, null),
      { action: 'delete', id: gone ?? '' },
    ];
    expect(await foreseen('user', edits, chunkItems)).toEqual([null, null, null, null]);
  });

  it('who would take from somebody whose own change fails, fails too, and says so before', async () => {
    const [a, b, c] = await addressed(`${name}x-`, 3);
    const edits = [
      mail(a, `${name}x-2@example.org`),
      mail(b, `${name}x-3@example.org`),
      mail(c, `${name}x-3@example.org`),
    ];
    expect(await foreseen('user', edits, chunkItems)).toEqual(['already_exists', 'already_exists', null]);
  });
});

it('of two who want the same address the first gets it', async () => {
  const [a, b] = await addressed('twin', 2);
  const edits = [mail(b, 'same@example.org'), mail(a, 'SAME@example.org')];
  expect(await foreseen('user', edits)).toEqual([null, 'already_exists']);
});

it('what the table refuses is an error of the preview: empty, unknown, a reference to nothing, a used record', async () => {
  const unit = await aUnit(database, school.orgId, 'used');
  await students(database, school.orgId, 1, { unitId: unit });
  const used: Edit[] = [{ action: 'delete', id: unit }];
  expect(await foreseen('unit', used)).toEqual(['still_referenced']);
  const edits: Edit[] = [
    { action: 'create', values: { display_name: 'No Status', username: 'no-status', status: 'lost' } },
    { action: 'create', values: { display_name: 'No Unit', username: 'no-unit', unit_id: newId() } },
    { action: 'create', values: { display_name: 'Nobody' } },
    { action: 'create', values: { display_name: 'Good', username: 'good' } },
  ];
  expect(await foreseen('user', edits)).toEqual(['rule_violated', 'unit_not_found', 'identifier_missing', null]);
});

it('units that go together with those below them go, in any order; a unit that somebody is in stays with all above it', async () => {
  const make = async (names: readonly string[]): Promise<string[]> => {
    const ids = names.map(() => newId());
    const edits = ids.map((id, at) => ({
      action: 'create' as const,
      id,
      values: { name: names[at], parent_id: ids[at + 1] ?? null },
    }));
    expect(await foreseen('unit', edits, 1)).toEqual(names.map(() => null));
    return ids;
  };
  const free = await make(['low', 'middle', 'high']);
  expect(
    await foreseen(
      'unit',
      free.toReversed().map((id) => ({ action: 'delete' as const, id })),
      1,
    ),
  ).toEqual([null, null, null]);
  const held = await make(['low held', 'middle held', 'high held']);
  await students(database, school.orgId, 1, { unitId: held[0] ?? '' });
  const gone = held.map((id) => ({ action: 'delete' as const, id }));
  expect(await foreseen('unit', gone)).toEqual(Array(3).fill('still_referenced'));
});

it('any edits of people come out as the preview says, in chunks of any size', async () => {
  const address = fc.constantFrom('p1@example.org', 'p2@example.org', 'p3@example.org', 'P4@example.org', null);
  const edit = fc.record({
    who: fc.nat(3),
    action: fc.constantFrom('update' as const, 'update' as const, 'delete' as const, 'create' as const),
    email: address,
    username: fc.constantFrom('n1', 'n2', 'n3', undefined),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(edit, { selector: ({ who, action }) => (action === 'create' ? newId() : who), maxLength: 7 }),
      fc.integer({ min: 1, max: 4 }),
      async (wanted, chunkItems) => {
        fc.pre(wanted.length > 0);
        await query(school, sql`delete from users where org_id = ${school.orgId} and external_id like 'prop-%'`);
        await query(school, sql`delete from users where org_id = ${school.orgId} and display_name = 'Made'`);
        const ids = await students(database, school.orgId, 4);
        await query(
          school,
          sql`update users u set external_id = 'prop-' || n, email = 'p' || n || '@example.org', username = 'n' || n
          from unnest(${ids}::uuid[]) with ordinality given(id, n) where u.org_id = ${school.orgId} and u.id = given.id`,
        );
        const edits: Edit[] = wanted.map(({ who, action, email, username }) => {
          const values = { email, ...(username === undefined ? {} : { username }) };
          if (action === 'create') return { action, values: { display_name: 'Made', ...values } };
          return { action, id: ids[who] ?? '', ...(action === 'update' ? { values } : {}) };
        });
        await foreseen('user', edits, chunkItems);
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
});

describe('undo says before what would not come back', () => {
  it('an address that somebody else has by now', async () => {
    const [a, b] = await addressed('undo', 2);
    const changed = await draftOf('user', [mail(a, 'other@example.org')]);
    await queued(school, changed.id);
    await work(school, changed.id);
    const asker = { engine: school.engine, actor: school.admin };
    await runNow(asker, {
      kind: 'edit_record',
      name: 'By hand',
      params: { entity: 'user', edits: [mail(b, 'undo1@example.org')] },
    });
    const items = await inOrg(database, school.orgId, async (tx) => {
      const planned = await planUndo({ ...asker, tx }, changed.id, {});
      return listItems({ ...asker, tx }, planned.id, { limit: 10 });
    });
    expect(items).toMatchObject([{ action: 'error', code: 'already_exists', detail: { field: 'email' } }]);
    expect(await undo(asker, changed.id, {})).toMatchObject({ failed_items: 1, successful_items: 0 });
  });
});

it('a plan that is made again is the same, errors that were foreseen included', async () => {
  const [a, b] = await addressed('again', 2);
  const { id } = await draftOf('user', [mail(a, 'again2@example.org'), mail(b, 'twin2@example.org')]);
  const first = await planOperation(school.engine, school.orgId, id);
  expect((await planOperation(school.engine, school.orgId, id)).plan_hash).toBe(first.plan_hash);
});
