import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, callerOf, testApp, type Call } from '../../../../../test/fixtures/http.ts';
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

it('what was done to an operation and what it did to records stand in one list, in order of time, page by page', async () => {
  const group = (await admin('POST', '/api/groups', { name: 'Choir' })).body.id;
  const [{ operation_id: operationId }] = (await admin('GET', `/api/audit?entity_id=${group}`)).body.items;
  const all = (await admin('GET', `/api/audit?operation_id=${operationId}`)).body.items;
  const actions = all.map((entry: { action: string }) => entry.action);
  expect(actions).toEqual(expect.arrayContaining(['create', 'plan', 'confirm', 'insert']));
  expect(actions.indexOf('create')).toBe(0);
  const times = all.map((entry: { at: string }) => entry.at);
  expect(times).toEqual([...times].sort());
  const paged: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await admin(
      'GET',
      `/api/audit?operation_id=${operationId}&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    paged.push(...page.body.items);
    cursor = page.body.next_cursor;
  }
  expect(paged).toEqual(all);
  const newestFirst = (await admin('GET', `/api/audit?operation_id=${operationId}&order=desc`)).body.items;
  expect(newestFirst).toEqual([...all].reverse());
});

it('events follow a cursor', async () => {
  const first = await admin('GET', '/api/events?limit=2');
  expect(first.body.items).toHaveLength(2);
  const next = await admin('GET', `/api/events?limit=100&cursor=${first.body.next_cursor}`);
  expect(next.body.items[0].id > first.body.items[1].id).toBe(true);
  expect((await admin('GET', '/api/events?cursor=x')).status).toBe(400);
});

it('teachers and students see neither', async () => {
  for (const role of ['teacher', 'student']) {
    const made = await admin('POST', '/api/users', {
      username: role,
      full_name: `A ${role}`,
      role,
      password: 'a long enough one',
    });
    const call = await callerOf(app, database, orgId, made.body.id);
    expect([(await call('GET', '/api/audit')).status, (await call('GET', '/api/events')).status]).toEqual([403, 403]);
  }
});

it('the organization is renamed and given guards by its admins, and that is audited', async () => {
  const changed = await admin('PATCH', '/api/organization', {
    name: 'North High',
    timezone: 'Europe/Madrid',
    settings: { guards: { removal_percent: 20 } },
  });
  expect(changed.body).toMatchObject({
    name: 'North High',
    timezone: 'Europe/Madrid',
    settings: { guards: { removal_percent: 20 } },
  });
  const more = await admin('PATCH', '/api/organization', { settings: { guards: { needs: 'approval' } } });
  expect(more.body.settings.guards).toEqual({ removal_percent: 20, needs: 'approval' });
  expect((await admin('PATCH', '/api/organization', { timezone: 'Mars/Base' })).body.errors[0].field).toBe('timezone');
  const entries = (await admin('GET', '/api/audit?limit=100')).body.items;
  expect(entries.some((entry: { action: string }) => entry.action === 'organization')).toBe(true);
});
