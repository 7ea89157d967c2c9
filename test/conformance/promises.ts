/** The promises of the engine, held against kinds and against undo. */
import fc from 'fast-check';
import { Problem, problemError } from '@muster/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrg, type OrgTransaction } from '../../packages/server/src/db/database.ts';
import { pause, resume } from '../../packages/server/src/engine/verbs/steer.ts';
import type { Asked } from '../../packages/server/src/engine/engine.ts';
import type { Operation } from '../../packages/server/src/engine/operation.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { listChanges, listItems, type ChangeView, type ItemView } from '../../packages/server/src/engine/report.ts';
import { FAULT_TEXTS } from '../../packages/server/src/formats/mapping/faults.ts';
import { KINDS } from '../../packages/server/src/kinds/index.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPopulatedSchool, type PopulatedSchool } from '../fixtures/populated-school.ts';
import { aPerson, aUnit, work } from '../fixtures/school.ts';
import { canonical, differences, snapshot, type Snapshot } from '../fixtures/snapshot.ts';
import { applyOneChunk, crashing, queued, read, setColumns, workInChunks } from '../fixtures/stepwise.ts';
import { asPlanned, normal } from './as-planned.ts';
import type { Draft, Example } from './draft.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';

/** Each try makes a school of its own. */
const TRIES = 10;
/** So many tries more there may be for those that changed nothing. */
const SPARE_TRIES = 3;

let database: TestDatabase;

/** Defines the tests of these examples, in a database of their own. */
export function holdPromises(examples: Readonly<Record<string, Example>>): void {
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  describe.each(Object.entries(examples))('%s', holdPromisesOf);
}

function holdPromisesOf(name: string, example: Example): void {
  it('planning changes no row of the school, and planning again gives the same plan', async () => {
    const { school, draft, before } = await prepare(example.usual, []);
    const planned = await planOperation(school.engine, school.orgId, draft.id);
    const again = await planOperation(school.engine, school.orgId, draft.id);
    expect(await snapshot(database, school.orgId, [])).toEqual(before);
    expect(again.plan_hash).toBe(planned.plan_hash);
    expect(planned.plan_counts).toMatchObject({ actions: example.actions });
  });

  it('what was previewed, in whole words, is what happens; undo puts every row back and its undo brings them again, for random input', async () => {
    await mostlyChanging(example, async (random) => {
      const { school, draft, before } = await prepare(random);
      const isConfirmed = await confirmed(school, draft);
      expect((await itemsOf(school, draft.id)).flatMap(wordless)).toEqual([]);
      if (!isConfirmed) return false;
      const planned = await planOf(school, draft.id);
      await work(school, draft.id);
      const items = await itemsOf(school, draft.id);
      expect(items.flatMap(wordless)).toEqual([]);
      const done = new Set(items.filter((item) => item.status === 'success').map((item) => item.item_no));
      const changes = planned.filter((change) => done.has(change.item_no));
      const after = await snapshot(database, school.orgId);
      const found = differences(before, after);
      expect(asPlanned(found, changes)).toEqual(normal(changes));
      if (found.length > 0) await expectUndoable(school, draft.id, { before, after });
      return found.length > 0;
    });
  });

  it('chunks of one item end in the same rows as one chunk', async () => {
    const { school, draft } = await prepare(example.usual);
    await queued(school, draft.id);
    const ended = await workInChunks(school, draft.id, 1);
    // What the plan skips needs no chunk.
    expect(ended.chunks_done).toBe(ended.total_items - ended.skipped_items);
    expect(canonical(await snapshot(database, school.orgId))).toEqual(await resultAtOnce(example));
  });

  it('a chunk that is applied again changes nothing', async () => {
    const { school, draft } = await prepare(example.usual);
    await queued(school, draft.id);
    await workInChunks(school, draft.id, 2, () => setColumns(school, draft.id, sql`next_item_no = 0`));
    expect(canonical(await snapshot(database, school.orgId))).toEqual(await resultAtOnce(example));
  });

  it('a chunk that crashes leaves nothing behind, and the next attempt ends in the same rows', async () => {
    const { school, draft } = await prepare(example.usual);
    await queued(school, draft.id);
    do {
      const held = await snapshot(database, school.orgId, []);
      const reads = await read(school, draft.id);
      await expect(applyOneChunk(school, draft.id, 2, crashing(school.engine))).rejects.toThrow('crash');
      expect(await snapshot(database, school.orgId, [])).toEqual(held);
      expect((await read(school, draft.id)).processed_items).toBe(reads.processed_items);
    } while (await applyOneChunk(school, draft.id, 2));
    expect(canonical(await snapshot(database, school.orgId))).toEqual(await resultAtOnce(example));
  });

  it('an operation that is paused and resumed after each chunk ends in the same rows', async () => {
    const { school, draft } = await prepare(example.usual);
    await queued(school, draft.id);
    const ended = await workInChunks(school, draft.id, 2, async () => {
      await pause({ engine: school.engine, actor: school.admin }, draft.id);
      expect(await applyOneChunk(school, draft.id, 2)).toBe(false);
      await resume({ engine: school.engine, actor: school.admin }, draft.id);
    });
    expect(ended).toMatchObject({ status: 'completed', processed_items: ended.total_items });
    expect(canonical(await snapshot(database, school.orgId))).toEqual(await resultAtOnce(example));
  });

  it('another organization with the same codes is untouched', async () => {
    const other = await aPopulatedSchool(database);
    const before = await snapshot(database, other.orgId, []);
    const { school, draft } = await prepare(example.usual);
    await queued(school, draft.id);
    await work(school, draft.id);
    expect(await snapshot(database, other.orgId, [])).toEqual(before);
  });

  it('a student may not start it, or for nobody else, and somebody responsible for other people changes nobody', async () => {
    const school = await aPopulatedSchool(database);
    const student = await aPerson(database, school.orgId, { name: 'Some Student', roles: ['student'] });
    const kind = KINDS.find((one) => one.name === name);
    if (kind?.roles.includes('student') !== true)
      await expect(example.usual(school, student)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await changesOf(school, example.usual, student)).toEqual([]);
    const unitId = await aUnit(database, school.orgId, 'elsewhere');
    const outsider = await aPerson(database, school.orgId, { name: 'Out Sider', roles: ['teacher_admin'], unitId });
    expect(await changesOf(school, example.usual, outsider)).toEqual([]);
  });
}

async function expectUndoable(
  school: PopulatedSchool,
  operationId: string,
  { before, after }: { before: Snapshot; after: Snapshot },
): Promise<void> {
  const back = await undo({ engine: school.engine, actor: school.admin }, operationId, {});
  expect(await work(school, back.id)).toMatchObject({ failed_items: 0, skipped_items: 0 });
  expect(await snapshot(database, school.orgId)).toEqual(before);
  expect(await read(school, operationId)).toMatchObject({ rollback_status: 'rolled_back' });
  const forth = await undo({ engine: school.engine, actor: school.admin }, back.id, {});
  await work(school, forth.id);
  expect(await snapshot(database, school.orgId)).toEqual(after);
  expect(await read(school, operationId)).toMatchObject({ rollback_status: 'none' });
}

/**
 * Holds something of random input, or of each input there is where there are few. At least half of the tries change
 * something: once half of them have changed nothing, others take the place of further ones that do not. So does one for
 * input that is refused as a whole, as it means nobody or undoes nothing.
 * @param holds - @returns whether anything changed.
 */
async function mostlyChanging({ random, few }: Example, holds: (draft: Draft) => Promise<boolean>): Promise<void> {
  if (few !== undefined) {
    const changing: boolean[] = [];
    for (const draft of few) changing.push(await holds(draft));
    expect(changing.filter(Boolean).length).toBeGreaterThanOrEqual(few.length / 2);
    return;
  }
  let idle = 0;
  const property = fc.asyncProperty(random, async (draft) => {
    try {
      if (await holds(draft)) return;
      idle += 1;
    } catch (error) {
      fc.pre(!(error instanceof Problem && REFUSED.includes(error.code)));
      throw error;
    }
    fc.pre(idle <= TRIES / 2);
  });
  await fc.assert(property, { numRuns: TRIES, maxSkipsPerRun: SPARE_TRIES, endOnFailure: true });
}

const REFUSED: readonly string[] = ['empty_selection', 'nothing_to_undo'];

async function prepare(
  make: Draft,
  without?: readonly string[],
): Promise<{ school: PopulatedSchool; draft: Operation; before: Snapshot }> {
  const school = await aPopulatedSchool(database);
  const draft = await make(school, school.admin);
  return { school, draft, before: await snapshot(database, school.orgId, without) };
}

/** @returns false where errors of the plan forbid to run it. */
async function confirmed(school: PopulatedSchool, draft: Operation): Promise<boolean> {
  try {
    await queued(school, draft.id);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'validation_errors') return false;
    throw error;
  }
}

const resultsAtOnce = new Map<Example, Promise<string[]>>();

/** What the usual operation ends in when it is applied in one chunk, whatever the ids. Asked once for all tests of an example. */
async function resultAtOnce(example: Example): Promise<string[]> {
  const result = resultsAtOnce.get(example) ?? applyAtOnce(example);
  resultsAtOnce.set(example, result);
  return result;
}

async function applyAtOnce(example: Example): Promise<string[]> {
  const { school, draft } = await prepare(example.usual);
  await queued(school, draft.id);
  expect(await workInChunks(school, draft.id, 500)).toMatchObject({ chunks_done: 1 });
  return canonical(await snapshot(database, school.orgId));
}

async function planOf(school: PopulatedSchool, operationId: string): Promise<ChangeView[]> {
  const items = await itemsOf(school, operationId);
  return inOrg(database, school.orgId, (tx) =>
    listChanges(
      askedBy(school, tx),
      operationId,
      items.map((item) => item.item_no),
    ),
  );
}

function askedBy({ engine, admin }: PopulatedSchool, tx: OrgTransaction): Asked {
  return { tx, engine, actor: admin };
}

async function itemsOf(school: PopulatedSchool, operationId: string): Promise<ItemView[]> {
  return inOrg(database, school.orgId, (tx) => listItems(askedBy(school, tx), operationId, { limit: 1_000 }));
}

/** The plan that somebody's operation comes to; one that is refused changes nothing either. */
async function changesOf(school: PopulatedSchool, make: Draft, actor: Actor): Promise<ChangeView[]> {
  try {
    const draft = await make(school, actor);
    await planOperation(school.engine, school.orgId, draft.id);
    return await planOf(school, draft.id);
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** What is wrong with the words of an item's code, if anything is. */
function wordless(item: ItemView): string[] {
  const { code, detail } = item;
  if (code === null || Object.hasOwn(FAULT_TEXTS, code)) return [];
  const { message, correction } = problemError(code, detail ?? {});
  const isSaid = message !== code && correction !== '' && !/\{\w+\}/.test(message + correction);
  return isSaid ? [] : [`${code}: ${message} ${correction}`];
}
