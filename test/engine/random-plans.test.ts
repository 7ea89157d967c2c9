/** What previews promise is what runs, whatever the plans, the school, and what was undone in between; see engine/foresee. */
import fc from 'fast-check';
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import type { Operation } from '../../packages/server/src/engine/index.ts';
import { planCounts } from '../../packages/server/src/engine/operation.ts';
import { listChanges, listItems, type ItemView } from '../../packages/server/src/engine/report.ts';
import { asPlanned, normal } from '../conformance/as-planned.ts';
import { create } from '../fixtures/create.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { query } from '../fixtures/school.ts';
import { differences, snapshot } from '../fixtures/snapshot.ts';
import { queued, read, workInChunks } from '../fixtures/stepwise.ts';
import { anySchool, aRandomSchool, type RandomSchool, type SchoolShape } from './random-school.ts';
import { anySteps, drafted, type Step } from './random-steps.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const NOW = new Date('2026-11-02T08:00:00Z');
const TRIES = 20;

interface Ran {
  readonly id: string;
  /** What it takes back, where it is an undo. */
  readonly undoes: string | null;
  readonly changed: number;
}

it('what the preview says of each item is what becomes of it, and nothing else changes, undos among other work included', async () => {
  const ran: Ran[] = [];
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(anySchool, anySteps, fc.constantFrom(1, 2, 100), async (shape, steps, chunkItems) => {
      const school = await aRandomSchool(database, shape, NOW);
      const done: Ran[] = [];
      for (const one of steps) {
        const made = await play(school, one, done, chunkItems);
        if (made === null) refused += 1;
        else done.push(made);
      }
      ran.push(...done);
    }),
    { numRuns: TRIES, endOnFailure: true },
  );
  const changing = ran.filter(({ changed }) => changed > 0);
  const undos = changing.filter(({ undoes }) => undoes !== null);
  expect(changing.length).toBeGreaterThan(ran.length / 2);
  expect(changing.length).toBeGreaterThan(2 * TRIES);
  expect(undos.length).toBeGreaterThan(TRIES / 4);
  expect(refused).toBeLessThan(ran.length);
  // Some 15 seconds where nothing else runs.
}, 300_000);

const SCHOOL: SchoolShape = {
  seats: [1, 1, null],
  enrolled: [[0], [], []],
  roster: [],
  units: [null, null, null, null, null],
};
const edit = (school: RandomSchool, entity: string, ...edits: object[]): Promise<Operation> =>
  create(school.engine, school.admin, { kind: 'edit_record', name: 'By hand', params: { entity, edits } });
const asked = (school: RandomSchool, kind: string, params: object): Promise<Operation> =>
  create(school.engine, school.admin, { kind, name: kind, params });
const enrolled = (school: RandomSchool, who: number, batch: number): Promise<Operation> =>
  asked(school, 'enrollment_create', {
    student_ids: [school.people[who]],
    course_id: school.courses[0],
    batch_id: school.batches[batch],
  });

/** What is done, what somebody does since, and what the preview of its undo says of its one item. */
const TAKEN: Readonly<Record<string, readonly [Done, Done, { action: string; code: string }]>> = {
  'a transfer whose seat somebody else has': [
    (school) =>
      asked(school, 'transfer', { from_batch_id: school.batches[0], to_batch_id: school.batches[1], all: true }),
    (school) => enrolled(school, 1, 0),
    { action: 'error', code: 'batch_full' },
  ],
  'a removal whose seat somebody else has': [
    (school) => asked(school, 'unenroll', { user_ids: [school.people[0]], package_session_ids: [school.batches[0]] }),
    (school) => enrolled(school, 1, 0),
    { action: 'error', code: 'batch_full' },
  ],
  'a change of an address that somebody else has': [
    (school) =>
      edit(school, 'user', { action: 'update', id: school.people[1], values: { email: 'other@example.org' } }),
    (school) => edit(school, 'user', { action: 'update', id: school.people[2], values: { email: 'P2@example.org' } }),
    { action: 'error', code: 'already_exists' },
  ],
  'a person who was removed and whose name somebody else has': [
    (school) => edit(school, 'user', { action: 'delete', id: school.people[4] }),
    (school) => edit(school, 'user', { action: 'create', values: { display_name: 'New', username: 'N5' } }),
    { action: 'error', code: 'already_exists' },
  ],
  'a record that was removed and made again under its id': [
    (school) => edit(school, 'group_member', { action: 'delete', id: school.members[1] }),
    (school) =>
      edit(school, 'group_member', {
        action: 'create',
        id: school.members[1],
        values: { group_id: school.group, user_id: school.people[3] },
      }),
    { action: 'skip', code: 'changed_since' },
  ],
};
type Done = (school: RandomSchool) => Promise<Operation>;

it.each(Object.entries(TAKEN))('the preview of an undo says so: %s', async (_name, [first, since, said]) => {
  const school = await aRandomSchool(database, SCHOOL, NOW);
  const { id } = await first(school);
  for (const operation of [await read(school, id), await since(school)]) {
    await queued(school, operation.id);
    expect(await workInChunks(school, operation.id, 100)).toMatchObject({ successful_items: 1, failed_items: 0 });
  }
  const undo = await undoOf(school, id, 'all');
  await queued(school, undo.id);
  expect(await itemsOf(school, undo.id)).toMatchObject([said]);
  expect(await workInChunks(school, undo.id, 100)).toMatchObject({ successful_items: 0 });
});

it('of two items that change one row the second fails, and says so before', async () => {
  const school = await aRandomSchool(database, { ...SCHOOL, enrolled: [[0], [0], []] }, NOW);
  const [former, present] = school.enrollments;
  await query(
    school,
    sql`update enrollments set status = 'cancelled', ended_at = now() where org_id = ${school.orgId} and id = ${former}`,
  );
  await query(school, sql`update batches set enrolled_students = 0 where org_id = ${school.orgId} and code = 'b1'`);
  // Who moves to a batch in which they were before has their enrollment there opened again.
  const enrollments = [
    { enrollment_id: former, access_expiry_date: '2027-01-31' },
    { enrollment_id: present, batch_id: school.batches[0] },
  ];
  const { id } = await asked(school, 'enrollment_update', { enrollments });
  await queued(school, id);
  expect(await itemsOf(school, id)).toMatchObject([
    { action: 'update', code: null },
    { action: 'error', code: 'changed_by_other_item', detail: { item: 1, entity: 'enrollment' } },
  ]);
  expect(await workInChunks(school, id, 100)).toMatchObject({ successful_items: 1, failed_items: 1 });
});

/** @returns null where it is refused as a whole, and changes nothing. */
async function play(school: RandomSchool, one: Step, done: readonly Ran[], chunkItems: number): Promise<Ran | null> {
  const before = await snapshot(database, school.orgId);
  let operation: Operation;
  try {
    operation = await askFor(school, one, done);
    await queued(school, operation.id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(differences(before, await snapshot(database, school.orgId))).toEqual([]);
    return null;
  }
  const { id } = operation;
  const previewed = await itemsOf(school, id);
  const ended = await workInChunks(school, id, chunkItems);
  const items = await itemsOf(school, id);
  expect(items.map(outcome)).toEqual(previewed.map(promise));
  const { actions } = planCounts(await read(school, id));
  expect(ended).toMatchObject({ failed_items: actions['error'] ?? 0, skipped_items: actions['skip'] ?? 0 });
  const changes = await changesOf(school, id, items);
  const found = differences(before, await snapshot(database, school.orgId));
  expect(asPlanned(found, changes)).toEqual(normal(changes));
  expect(await wrongCounts(school)).toEqual([]);
  return { id, undoes: operation.undo_of, changed: changes.length };
}

async function askFor(school: RandomSchool, one: Step, done: readonly Ran[]): Promise<Operation> {
  if ('kind' in one) return drafted(school, one);
  const changed = done.filter((ran) => ran.changed > 0 && !done.some(({ undoes }) => undoes === ran.id));
  const undone = changed.at(-1 - (one.undoes % Math.max(changed.length, 1)));
  if (undone === undefined) throw new Problem('nothing_to_undo');
  return undoOf(school, undone.id, one.mode);
}

async function undoOf(school: RandomSchool, id: string, mode: string): Promise<Operation> {
  const params = { operation_id: id, mode };
  return create(school.engine, school.admin, { kind: 'undo', name: 'Undo', undoOf: id, params });
}

const promise = ({ item_no, code, action }: ItemView) => ({
  item_no,
  code,
  label: action === 'error' ? 'failed' : action === 'skip' ? 'skipped' : 'success',
});
const outcome = ({ item_no, code, status }: ItemView) => ({ item_no, code, label: status });

async function itemsOf(school: RandomSchool, id: string): Promise<ItemView[]> {
  return inOrg(database, school.orgId, (tx) =>
    listItems({ tx, engine: school.engine, actor: school.admin }, id, { limit: 1_000 }),
  );
}

async function changesOf(school: RandomSchool, id: string, items: readonly ItemView[]) {
  const numbers = items.filter(({ status }) => status === 'success').map(({ item_no }) => item_no);
  return inOrg(database, school.orgId, (tx) =>
    listChanges({ tx, engine: school.engine, actor: school.admin }, id, numbers),
  );
}

/** Batches whose number of taken seats is not that of their active enrollments. */
async function wrongCounts(school: RandomSchool) {
  return query(
    school,
    sql`
    select b.id from batches b where b.org_id = ${school.orgId} and b.enrolled_students <> (
      select count(*) from enrollments e where e.org_id = ${school.orgId} and e.batch_id = b.id and e.status = 'active')`,
  );
}
