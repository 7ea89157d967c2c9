/** Running what failed once more, and only that. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { retry } from '../../packages/server/src/engine/verbs/retry.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, aUnit, query, run, stagedImport, type School } from '../fixtures/school.ts';
import { differences, snapshot } from '../fixtures/snapshot.ts';
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

const people = (): Promise<unknown[]> =>
  query(school, sql`select external_id, email from users where external_id is not null order by 1`);

it('when the cause is gone, the failed ones are done and the others are not touched [BO-128, MA-203]', async () => {
  const taken: string[] = [];
  for (let at = 0; at < 5; at++) taken.push(await aUnit(database, school.orgId, `u${at}`));
  const edits = Array.from({ length: 100 }, (_, at) => ({
    action: 'create',
    values: { name: `Unit ${at}`, code: `u${at}` },
  }));
  const { id } = await create(school.engine, school.admin, {
    kind: 'edit_record',
    name: 'Units',
    params: { entity: 'unit', edits },
  });
  expect(await run(school, id)).toMatchObject({ successful_items: 95, failed_items: 5 });
  await query(school, sql`delete from units where org_id = ${school.orgId} and id = any(${taken}::uuid[])`);
  const before = await snapshot(database, school.orgId, []);
  const again = await retry({ engine: school.engine, actor: school.admin }, id, {}, true);
  expect(again).toMatchObject({ retry_of: id, status: 'pending' });
  expect(await run(school, again.id)).toMatchObject({ total_items: 5, successful_items: 5 });
  expect(differences(before, await snapshot(database, school.orgId, [])).map((row) => row.action)).toEqual(
    Array(5).fill('insert'),
  );
});

it('rows of a file are corrected by column, and only they are read again', async () => {
  const operation = await stagedImport(
    school,
    'external_id,email,given_name,family_name\na,a@example.org,Ana,A\nb,broken,Bo,B\nc,also broken,Cy,C\n',
  );
  expect(await run(school, operation.id)).toMatchObject({ successful_items: 1, failed_items: 2 });
  const again = await retry(
    { engine: school.engine, actor: school.admin },
    operation.id,
    { corrections: { '2': { email: 'b@example.org' } } },
    true,
  );
  expect(await run(school, again.id)).toMatchObject({ total_items: 2, successful_items: 1, failed_items: 1 });
  expect(await people()).toEqual([
    { external_id: 'a', email: 'a@example.org' },
    { external_id: 'b', email: 'b@example.org' },
  ]);
});

it('one failed item can be run alone', async () => {
  const operation = await stagedImport(school, 'external_id,email,given_name,family_name\na,no,Ana,A\nb,broken,Bo,B\n');
  await run(school, operation.id);
  const again = await retry(
    { engine: school.engine, actor: school.admin },
    operation.id,
    { itemNos: [2], corrections: { '2': { email: 'b@example.org' } } },
    true,
  );
  expect(await run(school, again.id)).toMatchObject({ total_items: 1, successful_items: 1 });
});

it('a correction that is put on the item beforehand is used', async () => {
  const operation = await stagedImport(school, 'external_id,email,given_name,family_name\na,no,Ana,A\n');
  await run(school, operation.id);
  await inOrg(database, school.orgId, (tx) =>
    sql`update operation_items set detail = detail || '{"correction": {"email": "a@example.org"}}'
      where org_id = ${school.orgId} and operation_id = ${operation.id}`.execute(tx.db),
  );
  const again = await retry({ engine: school.engine, actor: school.admin }, operation.id, {}, true);
  expect(await run(school, again.id)).toMatchObject({ successful_items: 1 });
  expect(await people()).toEqual([{ external_id: 'a', email: 'a@example.org' }]);
});

it('where nothing failed there is nothing to run again', async () => {
  const operation = await stagedImport(school, 'external_id,given_name,family_name\na,Ana,A\n');
  await run(school, operation.id);
  await expect(retry({ engine: school.engine, actor: school.admin }, operation.id, {})).rejects.toMatchObject({
    code: 'nothing_to_retry',
    status: 409,
  });
});
