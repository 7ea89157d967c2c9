import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, callerOf, testApp, type Call } from '../../../../../test/fixtures/http.ts';
import { aPerson } from '../../../../../test/fixtures/school.ts';
import type { App } from './context.ts';

let database: TestDatabase;
let app: App;
let admin: Call;
let other: Call;
let now = new Date();

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database, { now: () => now });
  ({ admin } = await anOrganization(app, database, 'North'));
  ({ admin: other } = await anOrganization(app, database, 'South'));
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

const create = (call: Call, name: string, key: string) =>
  call('POST', '/api/groups', { name }, { 'idempotency-key': key });
const count = async (call: Call, name: string) => (await call('GET', `/api/groups?q=${name}&count=true`)).body.total;

it('the same key and body is done once and answered twice; another body is refused [MA-D65]', async () => {
  const first = await create(admin, 'Once', 'k1');
  const again = await create(admin, 'Once', 'k1');
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(await count(admin, 'Once')).toBe(1);
  expect(await create(admin, 'Else', 'k1')).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  expect((await create(other, 'Once', 'k1')).body.id).not.toBe(first.body.id);
});

it('a key belongs to one account: another of the same organization gets an answer of their own for it', async () => {
  const { orgId, admin: first } = await anOrganization(app, database, 'Shared');
  const { userId } = await aPerson(database, orgId, { name: 'Second Admin', roles: ['subscriber_admin'] });
  const second = await callerOf(app, database, orgId, userId ?? '');
  const made = [await create(first, 'Of one', 'same'), await create(second, 'Of two', 'same')];
  expect(made.map((reply) => [reply.status, reply.body.name])).toEqual([
    [201, 'Of one'],
    [201, 'Of two'],
  ]);
  const again = [await create(first, 'Of one', 'same'), await create(second, 'Of two', 'same')];
  expect(again.map((reply) => reply.body)).toEqual(made.map((reply) => reply.body));
  expect(await create(second, 'Of one', 'same')).toMatchObject({ body: { code: 'idempotency_key_reused' } });
});

it('of two at once one is done, the other told to wait', async () => {
  const replies = await Promise.all([1, 2, 3, 4].map(() => create(admin, 'Parallel', 'k2')));
  const done = replies.filter((reply) => reply.status === 201);
  const waiting = replies.filter((reply) => reply.status === 409);
  expect(new Set(done.map((reply) => reply.body.id)).size).toBe(1);
  expect(waiting.every((reply) => reply.body.code === 'request_in_progress')).toBe(true);
  expect(done.length + waiting.length).toBe(4);
  expect(await count(admin, 'Parallel')).toBe(1);
});

it('a refusal is remembered as well, in its own form', async () => {
  const unit = { name: 'Twin', code: 'TWIN' };
  await admin('POST', '/api/units', unit);
  const [first, again] = [
    await admin('POST', '/api/units', unit, { 'idempotency-key': 'k3' }),
    await admin('POST', '/api/units', unit, { 'idempotency-key': 'k3' }),
  ];
  expect([first.status, again.status]).toEqual([409, 409]);
  expect(again.body).toEqual(first.body);
  expect(again.headers['content-type']).toContain('application/problem+json');
});

it('a key is free again after 24 hours', async () => {
  const start = now;
  const first = await create(admin, 'Daily', 'k4');
  // Sign-ins end sooner, so the clock of this test goes back rather than forward.
  now = new Date(start.getTime() - 25 * 3_600_000);
  const early = await create(admin, 'Earlier', 'k5');
  now = start;
  const late = await create(admin, 'Later', 'k5');
  expect([first.status, early.status, late.status]).toEqual([201, 201, 201]);
  expect(late.body.name).toBe('Later');
});
