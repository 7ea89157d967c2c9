/** Drafts that nobody confirmed do not stay for ever. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { confirm } from '../../packages/server/src/engine/verbs/confirm.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { forgetOldDrafts } from '../../packages/server/src/worker/forget-drafts.ts';
import { peopleCsv } from '../http/operations/bulk-api.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, query, stagedImport, work, type School } from '../fixtures/school.ts';
import { queued, setColumns } from '../fixtures/stepwise.ts';
import { create } from '../fixtures/create.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function draft(school: School, more: object = {}): Promise<string> {
  const params = { entity: 'unit', edits: [{ action: 'create', values: { name: 'Unit' } }] };
  return (await create(school.engine, school.admin, { kind: 'edit_record', name: 'Unit', params, ...more })).id;
}

it('a draft is deleted 30 days after its last change with its plan and its rows; what was confirmed never is', async () => {
  const school = await aSchool(database);
  const imported = (await stagedImport(school, peopleCsv(5))).id;
  await planOperation(school.engine, school.orgId, imported);
  const [young, plain] = [await draft(school), await draft(school)];
  const scheduled = await draft(school, { scheduledAt: new Date('2099-01-01T00:00:00Z') });
  const { plan_hash: planHash } = await planOperation(school.engine, school.orgId, scheduled);
  await confirm({ engine: school.engine, actor: school.admin }, scheduled, { planHash: planHash ?? '' });
  const waiting = await draft(school);
  await queued(school, waiting);
  const done = await draft(school);
  await queued(school, done);
  await work(school, done);
  const now = new Date();
  const changed = (days: number) => sql`updated_at = ${new Date(now.getTime() - days * 86_400_000)}`;
  for (const id of [imported, plain, scheduled, waiting, done]) await setColumns(school, id, changed(31));
  await setColumns(school, young, changed(29));
  const other = await aSchool(database);
  const elsewhere = await draft(other);
  await forgetOldDrafts(database, now);

  const left = await query(school, sql<{ id: string }>`select id from operations`);
  expect(left.map(({ id }) => id).sort()).toEqual([young, scheduled, waiting, done].sort());
  for (const part of ['operation_items', 'changes', 'staged_rows'])
    expect(await query(school, sql`select from ${sql.table(part)} where operation_id = ${imported}`)).toEqual([]);
  const said = await query(
    school,
    sql<{ id: string }>`select operation_id as id from audit where action = 'discard' and actor_role = 'engine'`,
  );
  expect(said.map(({ id }) => id).sort()).toEqual([imported, plain].sort());
  expect(await query(other, sql`select id from operations`)).toEqual([{ id: elsewhere }]);
});
