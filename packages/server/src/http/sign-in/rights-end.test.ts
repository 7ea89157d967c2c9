import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, caller, callerOf, testApp, type Call } from '../../../../../test/fixtures/http.ts';
import { aPerson, aSequence, students } from '../../../../../test/fixtures/school.ts';
import { createOrganization, createSystemAdmin } from '../../tenancy/accounts.ts';
import type { App } from '../every-request/context.ts';

const PASSWORD = 'a long enough one';

let database: TestDatabase;
let app: App;
let address: string;
let admin: Call;
let orgId: string;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  address = await app.listen({ port: 0, host: '127.0.0.1' });
  ({ admin, orgId } = await anOrganization(app, database, 'North'));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function signIn(login: string): Promise<{ token: string; me: () => Promise<number> }> {
  const { body } = await caller(app)('POST', '/api/login', { login, password: PASSWORD });
  return { token: body.token, me: async () => (await caller(app, body.token)('GET', '/api/me')).status };
}

/** Somebody who is signed in. */
async function aPersonSignedIn(username: string, roles: string[]) {
  const made = await admin('POST', '/api/users', { username, full_name: username, roles, password: PASSWORD });
  expect(made.status).toBe(201);
  const id: string = made.body.id;
  return { id, ...(await signIn(username)) };
}

async function runKind(kind: string, parameters: object): Promise<string> {
  const made = await admin('POST', '/api/bulk/operations', { operation_type: kind, operation_name: kind, parameters });
  const ran = await admin('POST', `/api/bulk/operations/${made.body.id}/start`, { plan_hash: made.body.plan_hash });
  expect(ran.body.status).toBe('completed');
  return made.body.id;
}

const setStatus = (id: string, status: string) => runKind('user_status', { target: { student_ids: [id] }, status });
const change = async (id: string, values: object) =>
  expect((await admin('PATCH', `/api/users/${id}`, values)).status).toBe(200);

it('a sign-in that was open when its person was suspended is dead after they are active again, though nobody used it', async () => {
  const byForm = await aPersonSignedIn('form', ['teacher']);
  await change(byForm.id, { status: 'suspended' });
  await change(byForm.id, { status: 'active' });
  expect(await byForm.me()).toBe(401);
  expect(await (await signIn('form')).me()).toBe(200);

  const byOperation = await aPersonSignedIn('operation', ['student']);
  await setStatus(byOperation.id, 'archived');
  await setStatus(byOperation.id, 'active');
  expect(await byOperation.me()).toBe(401);

  const byUndo = await aPersonSignedIn('undo', ['student']);
  const suspension = await setStatus(byUndo.id, 'inactive');
  expect((await admin('POST', `/api/bulk/operations/${suspension}/rollback`, {})).status).toBeLessThan(300);
  expect((await admin('GET', `/api/users/${byUndo.id}`)).body.status).toBe('active');
  expect(await byUndo.me()).toBe(401);
});

it('an undo that takes a role away ends the sign-ins of who had it, also when the role is given again', async () => {
  const { id } = await aPersonSignedIn('promoted', ['teacher']);
  const promotion = await runKind('user_update', { target: { student_ids: [id] }, add_roles: ['teacher_admin'] });
  const asAdmin = await signIn('promoted');
  expect(await asAdmin.me()).toBe(200);
  await admin('POST', `/api/bulk/operations/${promotion}/rollback`, {});
  expect((await admin('GET', `/api/users/${id}`)).body.roles).toEqual(['teacher']);
  await change(id, { roles: ['teacher', 'teacher_admin'] });
  expect(await asAdmin.me()).toBe(401);
});

it('an edit that takes no right away leaves sign-ins alone', async () => {
  const { id, me } = await aPersonSignedIn('stays', ['teacher']);
  await change(id, { full_name: 'Stays On', phone: '1', status: 'active' });
  await change(id, { roles: ['teacher', 'teacher_admin'] });
  await change(id, { roles: ['teacher_admin'] });
  expect(await me()).toBe(200);
});

it('a sign-in to two organizations ends in the one that suspended the person, and nowhere else', async () => {
  const email = 'two@example.org';
  const wanted = { adminEmail: email, adminPassword: PASSWORD };
  const first = await createOrganization(database, { name: 'First', ...wanted });
  const boss = await aBossOf(first.org_id);
  const second = await createOrganization(database, { name: 'Second', ...wanted });
  const { token } = await signIn(email);
  for (const status of ['suspended', 'active'])
    expect((await boss('PATCH', `/api/users/${first.user_id}`, { status })).status).toBe(200);
  const me = await caller(app, token)('GET', '/api/me');
  expect(me.body.entity_ids).toEqual([second.org_id]);
  const there = await caller(app, token)('GET', '/api/organization', undefined, { 'x-organization-id': first.org_id });
  expect(there.status).toBe(403);
});

it('a system_admin who is suspended in the one organization they belong to does not act in all of them', async () => {
  const email = 'root@example.org';
  await createSystemAdmin(database.owner, { email, password: PASSWORD });
  const own = await createOrganization(database, { name: 'Own', adminEmail: email, adminPassword: PASSWORD });
  const root = await signIn(email);
  expect(await root.me()).toBe(200);
  const boss = await aBossOf(own.org_id);
  expect((await boss('PATCH', `/api/users/${own.user_id}`, { status: 'suspended' })).status).toBe(200);
  const elsewhere = await caller(app, root.token)('GET', '/api/organization', undefined, {
    'x-organization-id': orgId,
  });
  expect(elsewhere.status).toBe(401);
  expect((await caller(app)('POST', '/api/login', { login: email, password: PASSWORD })).status).toBe(401);
});

it.each(['/api/bulk/operations', '/api/v1/mass-assignments'])(
  'a stream below %s ends with the sign-in, with the suspension and with the role, and says why',
  async (path) => {
    const operation = await aDraft();
    const ends = {
      'signed out': (_: string, token: string) => caller(app, token)('POST', '/api/logout'),
      suspended: (id: string) => change(id, { status: 'suspended' }),
      demoted: (id: string) => change(id, { roles: ['student'] }),
    };
    for (const [name, end] of Object.entries(ends)) {
      const watcher = await aPersonSignedIn(`${name} ${path}`, ['subscriber_admin', 'student']);
      const reply = await fetch(`${address}${path}/${operation}/stream`, {
        headers: { authorization: `Bearer ${watcher.token}` },
      });
      expect(reply.status).toBe(200);
      await delay(200);
      await end(watcher.id, watcher.token);
      const events = (await reply.text()).split('\n\n').filter((event) => event !== '');
      expect(events[0]).toMatch(/^event: progress\n/);
      const [, data = 'null'] = /^event: refused\ndata: (.*)$/.exec(events.at(-1) ?? '') ?? [];
      expect(JSON.parse(data)).toMatchObject({ code: 'unauthenticated', status: 401 });
    }
  },
  30_000,
);

/** Somebody else who looks after that organization. */
async function aBossOf(ofOrg: string): Promise<Call> {
  const boss = await aPerson(database, ofOrg, { name: 'Bo Boss', roles: ['subscriber_admin'] });
  return callerOf(app, database, ofOrg, boss.userId ?? '');
}

/** An operation that nobody starts. */
async function aDraft(): Promise<string> {
  const made = await admin('POST', '/api/bulk/operations', {
    operation_type: 'assign_sequence',
    operation_name: 'Later',
    parameters: {
      target: { student_ids: await students(database, orgId, 1) },
      content_payload: { sequence_ids: [await aSequence(database, orgId)] },
    },
  });
  expect(made.status).toBe(201);
  return made.body.id;
}
