import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, caller, testApp, type Call } from '../../../../../test/fixtures/http.ts';
import { createSystemAdmin } from '../../tenancy/accounts.ts';
import type { App } from '../every-request/context.ts';

let database: TestDatabase;
let app: App;
let admin: Call;
let orgId: string;
beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  ({ admin, orgId } = await anOrganization(app, database, 'North'));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const set = (settings: object, call = admin) =>
  call('PATCH', '/api/organization', { settings }, { 'x-organization-id': orgId });

it('numbers of the load are kept within their bounds, one by one', async () => {
  expect((await admin('GET', '/api/organization')).body.settings.load).toEqual({});
  expect((await set({ load: { recommended: 100, hard: 200 } })).status).toBe(200);
  const { body } = await set({ load: { hard: 1, due_in_week: 20 } });
  expect(body.settings.load).toEqual({ recommended: 100, hard: 1, due_in_week: 20 });
  const wrong = [
    { recommended: 0 },
    { recommended: 101 },
    { hard: 0 },
    { hard: 201 },
    { due_in_week: 0 },
    { due_in_week: 21 },
    { hard: 1.5 },
    { soft: 3 },
  ];
  for (const load of wrong) expect((await set({ load })).status).toBe(400);
  expect((await admin('GET', '/api/organization')).body).toEqual(body);
});

it('rates are raised by a system_admin alone, never lowered, and other changes leave them', async () => {
  const login = { email: 'root@example.org', password: 'operator password' };
  await createSystemAdmin(database.owner, login);
  const { body: signedIn } = await caller(app)('POST', '/api/login', { login: login.email, password: login.password });
  const root = caller(app, signedIn.token);
  const raised = { creates_per_hour: 1_000, confirms_per_minute: 20 };
  const refused = await set({ rate_limits: raised, enforce_capacity: true });
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  expect((await admin('GET', '/api/organization')).body.settings).toMatchObject({
    rate_limits: {},
    enforce_capacity: false,
  });
  expect((await set({ rate_limits: raised }, root)).body.settings.rate_limits).toEqual(raised);
  for (const rate_limits of [
    { creates_per_hour: 299 },
    { confirms_per_hour: 100_001 },
    { confirms_per_minute: 9 },
    { reads: 1 },
  ])
    expect((await set({ rate_limits }, root)).status).toBe(400);
  expect((await set({ enforce_capacity: true })).body.settings).toMatchObject({
    rate_limits: raised,
    enforce_capacity: true,
  });
});
