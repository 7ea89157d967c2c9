/** The database does what it is told to, and nobody hears of it: the answer to COMMIT gets lost. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connect } from '../../packages/server/src/db/connect.ts';
import { inOrg, rows, type Database } from '../../packages/server/src/db/database.ts';
import { applySlice } from '../../packages/server/src/engine/run/chunk.ts';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { anOrganization, caller, testApp, type Call } from '../fixtures/http.ts';
import { aSchool, students, testEngine } from '../fixtures/school.ts';
import { read, workInChunks } from '../fixtures/stepwise.ts';
import { expectExactly, largeImport } from './large-import.ts';
import { aLossyProxy, type LossyProxy } from './lossy-proxy.ts';

let database: TestDatabase;
let proxy: LossyProxy;
let proxied: Database;
let app: App;
let orgId: string;
let email: string;
let admin: Call;
beforeAll(async () => {
  database = await testDatabase();
  proxy = await aLossyProxy(database.appUrl);
  proxied = await connect({ url: proxy.url });
  app = await testApp(proxied);
});
beforeEach(async () => {
  ({ orgId, email, admin } = await anOrganization(app, database, `School ${crypto.randomUUID()}`));
});
afterAll(async () => {
  await app.close();
  await proxied.close();
  await proxy.close();
  await database.drop();
});

const named = (table: string, name: string) =>
  inOrg(database, orgId, (tx) =>
    rows(tx, sql<{ id: string }>`select id from ${sql.table(table)} where org_id = ${orgId} and name = ${name}`),
  );

it('of a chunk: what was written counts, and the import ends in exactly the planned rows', async () => {
  const school = await aSchool(database);
  const id = await largeImport(school, 1_000);
  const engine = testEngine(proxied);
  await applySlice(engine, school.orgId, id, 0);
  const before = proxy.lost();
  proxy.loseCommitAfter(/insert into "?users/i);
  await applySlice(engine, school.orgId, id, 0);
  expect(proxy.lost() - before).toBe(1);
  expect((await read(school, id)).processed_items).toBe(400);
  await workInChunks({ ...school, engine }, id, 200);
  await expectExactly(school, id, 1_000);
});

it('of a small operation worked in its request: it is done once, whatever was answered, and started again is refused', async () => {
  const ids = await students(database, orgId, 3);
  const made = await admin('POST', '/api/bulk/operations', {
    operation_type: 'user_status',
    operation_name: 'Suspend',
    parameters: { target: { student_ids: ids }, status: 'suspended' },
  });
  const path = `/api/bulk/operations/${made.body.id}`;
  const before = proxy.lost();
  proxy.loseCommitAfter(/update "?users/i);
  const started = await admin('POST', `${path}/start`, { plan_hash: made.body.plan_hash });
  expect(proxy.lost() - before).toBe(1);
  expect([started.status, started.body.status]).toEqual([200, 'completed']);
  const ended = (await admin('GET', path)).body;
  expect(ended).toMatchObject({ status: 'completed', total_items: 3, processed_items: 3, successful_items: 3 });
  const versions = await inOrg(database, orgId, (tx) =>
    rows(tx, sql`select status, version from users where org_id = ${orgId} and id = any(${ids}::uuid[])`),
  );
  expect(versions).toEqual(Array(3).fill({ status: 'suspended', version: 2 }));
  expect((await admin('POST', `${path}/start`, { plan_hash: made.body.plan_hash })).status).toBe(409);
});

it.each([
  ['groups', '/api/groups', /insert into "?groups/i],
  ['courses', '/api/courses', /insert into "?courses/i],
])('of a record of %s: sent again with its key it is made once', async (table, url, statement) => {
  const body = table === 'courses' ? { title: 'Once' } : { name: 'Once' };
  const before = proxy.lost();
  proxy.loseCommitAfter(statement);
  const first = await admin('POST', url, body, { 'idempotency-key': `key of ${table}` });
  expect(proxy.lost() - before).toBe(1);
  expect(first.status).toBe(201);
  const again = await admin('POST', url, body, { 'idempotency-key': `key of ${table}` });
  const found = table === 'courses' ? await titled('Once') : await named(table, 'Once');
  expect(found).toHaveLength(1);
  expect([again.status, first.body.id, again.body.id]).toEqual([201, found[0]?.id, found[0]?.id]);
});

const titled = (title: string) =>
  inOrg(database, orgId, (tx) =>
    rows(tx, sql<{ id: string }>`select id from courses where org_id = ${orgId} and title = ${title}`),
  );

it('of a claimed key: the request goes on, and is done once', async () => {
  const before = proxy.lost();
  proxy.loseCommitAfter(/insert into "idempotency_keys/i);
  const send = () => admin('POST', '/api/groups', { name: 'Claimed' }, { 'idempotency-key': 'claimed' });
  const [first, again] = [await send(), await send()];
  expect(proxy.lost() - before).toBe(1);
  expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id]);
  expect(await named('groups', 'Claimed')).toHaveLength(1);
});

it('of what the database refuses at COMMIT is no loss: the words of the refusal come through', async () => {
  const twice = inOrg(proxied, orgId, (tx) =>
    tx.client.query(
      'create temporary table later (n int unique deferrable initially deferred) on commit drop; insert into later values (1), (1)',
    ),
  );
  await expect(twice).rejects.toMatchObject({ code: '23505' });
});

it('of a sign-in: it can be tried again', async () => {
  const sign = () => caller(app)('POST', '/api/login', { login: email, password: 'correct horse' });
  proxy.loseCommitAfter(/insert into "?sessions/i);
  await sign();
  expect((await sign()).status).toBe(200);
});
