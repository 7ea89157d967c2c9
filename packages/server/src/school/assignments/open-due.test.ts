import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { aSchool, aSequence, query, run, students, work, type School } from '../../../../../test/fixtures/school.ts';
import { openDueAssignments } from './open-due.ts';
import { undo } from '../../engine/verbs/undo.ts';
import { create } from '../../../../../test/fixtures/create.ts';

const NOW = new Date('2026-11-02T08:00:00Z');
const START = new Date('2026-11-09T08:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** Three students with an assignment that starts in a week. */
async function assigned(): Promise<{ school: School; operationId: string }> {
  const school = await aSchool(database, { now: () => NOW });
  const { id } = await create(school.engine, school.admin, {
    kind: 'assign_sequence',
    name: 'Assign',
    params: {
      target: { student_ids: await students(database, school.orgId, 3) },
      content_payload: { sequence_ids: [await aSequence(database, school.orgId)] },
      scheduling: { start_date: START.toISOString() },
    },
  });
  await run(school, id);
  return { school, operationId: id };
}

async function states(school: School): Promise<string[]> {
  const found = await query(school, sql<{ state: string }>`select state from assignments`);
  return found.map(({ state }) => state);
}

it('assignments open when their start has come, not before, in every organization', async () => {
  const [one, other] = [await assigned(), await assigned()];
  await openDueAssignments(database, new Date(START.getTime() - 1));
  expect(await states(one.school)).toEqual(Array(3).fill('scheduled'));
  await openDueAssignments(database, START);
  for (const { school } of [one, other]) expect(await states(school)).toEqual(Array(3).fill('open'));
});

it('one that was withdrawn meanwhile stays withdrawn', async () => {
  const { school } = await assigned();
  await query(
    school,
    sql`update assignments set state = 'withdrawn' where student_id in (select student_id from assignments limit 1)`,
  );
  await openDueAssignments(database, START);
  expect((await states(school)).sort()).toEqual(['open', 'open', 'withdrawn']);
});

it('opening is no change by somebody: the undo takes back what the calendar opened', async () => {
  const { school, operationId } = await assigned();
  await openDueAssignments(database, START);
  const back = await undo({ engine: school.engine, actor: school.admin }, operationId, { mode: 'untouched_only' });
  expect(await work(school, back.id)).toMatchObject({ successful_items: 3, skipped_items: 0 });
  expect(await states(school)).toEqual([]);
});
