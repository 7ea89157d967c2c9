import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, aSequence, query, run, students, type School } from '../fixtures/school.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';
import { create } from '../fixtures/create.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
});
afterAll(() => database.drop());

it('an assignment that a later operation changed is kept, not withdrawn, and says by whom [MA-D41]', async () => {
  const ids = await students(database, school.orgId, 3);
  const sequence = await aSequence(database, school.orgId);
  const give = (student_ids: string[], more: Record<string, unknown>) =>
    create(school.engine, school.admin, {
      kind: 'assign_sequence',
      name: 'Give',
      params: { target: { student_ids }, content_payload: { sequence_ids: [sequence] }, ...more },
    });
  const first = await give(ids, {});
  await run(school, first.id);
  const merge = await give(ids.slice(0, 1), { conflict_policy: 'merge', parameters: { mastery_threshold: 95 } });
  await run(school, merge.id);
  const back = await undo({ engine: school.engine, actor: school.admin }, first.id, {});
  expect(back).toMatchObject({ successful_items: 2, skipped_items: 1 });
  expect(
    await query(
      school,
      sql`select code, detail ->> 'who' as who from operation_items where operation_id = ${back.id} and action = 'skip'`,
    ),
  ).toEqual([{ code: 'changed_since', who: 'Ada Admin' }]);
  expect(await query(school, sql`select state, mastery_threshold from assignments`)).toEqual([
    { state: 'open', mastery_threshold: 95 },
  ]);
});
