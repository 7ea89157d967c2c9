/** Several operations in one school, and taking them back one after the other. */
import fc from 'fast-check';
import { Problem } from '@muster/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planCounts, type Operation } from '../../packages/server/src/engine/operation.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPopulatedSchool, type PopulatedSchool } from '../fixtures/populated-school.ts';
import { work } from '../fixtures/school.ts';
import { differences, snapshot, type Snapshot } from '../fixtures/snapshot.ts';
import { queued, read } from '../fixtures/stepwise.ts';
import { from, type Draft } from './draft.ts';
import { GROUPS } from './example.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** One operation of some groups each, as each group sets up what it needs in the school once. */
const someOperations: fc.Arbitrary<Draft[]> = fc
  .shuffledSubarray(Object.values(GROUPS), { minLength: 3, maxLength: 4 })
  .chain((groups) =>
    fc.tuple(
      ...groups.map((group) => {
        const named = Object.entries(group).filter(([name]) => name !== 'undo');
        const drafts = named.map(([name, { random }]) => random.map((draft) => called(name, draft)));
        return fc.oneof(...drafts);
      }),
    ),
  );

function called(name: string, draft: Draft): Draft {
  return from(`${name} ${fc.stringify(draft)}`, draft);
}

/** @returns null for what is refused, as it means nobody or has faults that block it. */
async function unlessRefused<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return null;
    throw error;
  }
}

interface Done {
  readonly operation: Operation;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

async function runAll(school: PopulatedSchool, drafts: readonly Operation[]): Promise<Done[]> {
  const done: Done[] = [];
  for (const operation of drafts) {
    const before = await snapshot(database, school.orgId);
    if ((await unlessRefused(queued(school, operation.id))) === null) continue;
    await work(school, operation.id);
    const after = await snapshot(database, school.orgId);
    if (differences(before, after).length > 0) done.push({ operation, before, after });
  }
  return done;
}

it('operations of different kinds in one school are taken back last first, each to exactly what was there before it', async () => {
  let longest = 0;
  await fc.assert(
    fc.asyncProperty(someOperations, async (made) => {
      const school = await aPopulatedSchool(database);
      const drafts: Operation[] = [];
      for (const draft of made) {
        const operation = await unlessRefused(draft(school, school.admin));
        if (operation !== null) drafts.push(operation);
      }
      const done = await runAll(school, drafts);
      fc.pre(done.length >= 2);
      longest = Math.max(longest, done.length);
      for (const { operation, before, after } of [...done].reverse()) {
        expect(await snapshot(database, school.orgId)).toEqual(after);
        const back = await undo({ engine: school.engine, actor: school.admin }, operation.id, {});
        const refused = planCounts(await read(school, back.id)).actions['error'] ?? 0;
        expect(await work(school, back.id)).toMatchObject({ failed_items: refused, skipped_items: 0 });
        // Who is no student any more does not come back onto a roster: the preview says so, and what is older rests on it.
        if (refused > 0) return;
        expect(await snapshot(database, school.orgId)).toEqual(before);
      }
    }),
    { numRuns: 15, maxSkipsPerRun: 3, endOnFailure: true },
  );
  expect(longest).toBeGreaterThanOrEqual(3);
});
