import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, caller, callerOf, testApp, type Call, tokenIn } from '../../../../../test/fixtures/http.ts';
import { aPerson, aUnit } from '../../../../../test/fixtures/school.ts';
import { createOrganization } from '../../tenancy/accounts.ts';
import type { App } from '../every-request/context.ts';

const PASSWORD = 'a long enough one';
const AGENT = { 'user-agent': 'The browser of a test' };

let database: TestDatabase;
let app: App;
let admin: Call;
let nobody: Call;
let orgId: string;
let adminId: string;
let now = new Date();

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database, { now: () => now, settings: { publicUrl: 'https://muster.example' } });
  nobody = caller(app);
  ({ admin, orgId, userId: adminId } = await anOrganization(app, database, 'North'));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

interface Entry {
  readonly action: string;
  readonly actor: { readonly account_id: string | null; readonly user_id: string | null; readonly role: string };
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What the audit says of the person's sign-ins, oldest first. */
async function trailOf(userId: string, as = admin): Promise<Entry[]> {
  const { body } = await as('GET', `/api/audit?limit=100&subject_id=${userId}`);
  return body.items;
}
const actionsOf = async (userId: string, as = admin) => (await trailOf(userId, as)).map(({ action }) => action);

/** Failures are written behind the answer. */
const written = (userId: string, action: string, count: number, as = admin) =>
  expect
    .poll(async () => (await actionsOf(userId, as)).filter((each) => each === action).length, { timeout: 5_000 })
    .toBe(count);

async function aTeacher(username: string, more: object = {}): Promise<string> {
  const made = await admin('POST', '/api/users', { username, full_name: username, roles: ['teacher'], ...more });
  expect(made.status).toBe(201);
  return made.body.id;
}
const signIn = (login: string, password = PASSWORD) => nobody('POST', '/api/login', { login, password }, AGENT);

it('signing in and out, and failing to, stand in the audit with who, from where and with which program', async () => {
  const id = await aTeacher('ina', { password: PASSWORD });
  expect((await signIn('ina', 'something else')).status).toBe(401);
  await written(id, 'sign_in_failed', 1);
  const { token } = (await signIn('ina')).body;
  await caller(app, token)('POST', '/api/logout', undefined, AGENT);
  const trail = await trailOf(id);
  expect(trail.map(({ action }) => action)).toEqual([
    'account_linked',
    'password_set',
    'sign_in_failed',
    'sign_in',
    'sign_out',
  ]);
  expect(trail.slice(0, 2).map(({ actor }) => actor.user_id)).toEqual([adminId, adminId]);
  expect(trail[2]).toMatchObject({ actor: { account_id: null, user_id: null, role: 'nobody' }, ip: '127.0.0.1' });
  for (const own of trail.slice(3)) {
    expect(own).toMatchObject({ actor: { user_id: id, role: 'teacher' }, ip: '127.0.0.1' });
    expect(own.user_agent).toBe(AGENT['user-agent']);
  }
});

it('a name that gets locked is written down once, whatever number of attempts follows', async () => {
  const id = await aTeacher('locked', { password: PASSWORD });
  for (let attempt = 0; attempt < 13; attempt++) await signIn('locked', 'guess');
  await written(id, 'sign_in_failed', 10);
  await written(id, 'sign_in_locked', 1);
  now = new Date(now.getTime() + 16 * 60_000);
  expect((await signIn('locked')).status).toBe(200);
  expect((await actionsOf(id)).at(-1)).toBe('sign_in');
  now = new Date();
});

it('of an account of two organizations each has its entries; of an unknown name nobody has any', async () => {
  const email = 'both@example.org';
  const wanted = { adminEmail: email, adminPassword: PASSWORD };
  const there = [];
  for (const name of ['One', 'Two']) {
    const made = await createOrganization(database, { name, ...wanted });
    const boss = await aPerson(database, made.org_id, { name: 'Bo Boss', roles: ['subscriber_admin'] });
    there.push({ userId: made.user_id, boss: await callerOf(app, database, made.org_id, boss.userId ?? '') });
  }
  await signIn(email, 'wrong');
  const before = (await admin('GET', '/api/audit?limit=100&order=desc')).body.items.length;
  await signIn('nobody at all', PASSWORD);
  for (const { userId, boss } of there) await written(userId, 'sign_in_failed', 1, boss);
  const { token } = (await signIn(email)).body;
  await caller(app, token)('POST', '/api/logout');
  for (const { userId, boss } of there)
    expect(await actionsOf(userId, boss)).toEqual(['account_linked', 'sign_in_failed', 'sign_in', 'sign_out']);
  expect((await admin('GET', '/api/audit?limit=100&order=desc')).body.items.length).toBe(before);
});

it('a link made, used and the password set with it name who did each', async () => {
  const made = await admin('POST', '/api/users', { username: 'claims', full_name: 'Cla Ims', roles: ['teacher'] });
  const { id } = made.body;
  const token = tokenIn(made.body.claim_url);
  await nobody('POST', '/api/claim', { token, password: PASSWORD }, AGENT);
  const again = await admin('POST', `/api/users/${id}/claim-link`);
  const second = tokenIn(again.body.claim_url);
  await nobody('POST', '/api/claim', { token: second, password: 'another long one' }, AGENT);
  const trail = await trailOf(id);
  expect(trail.map(({ action, actor }) => [action, actor.user_id])).toEqual([
    ['link_made', adminId],
    ['link_used', id],
    ['account_linked', id],
    ['password_set', id],
    ['link_made', adminId],
    ['link_used', id],
    ['password_set', id],
  ]);
  expect(trail.filter(({ actor }) => actor.user_id === id).map((entry) => entry.user_agent)).toEqual(
    Array(5).fill(AGENT['user-agent']),
  );
});

it('no token, no password and no typed name stands in the audit or in what waits to be sent', async () => {
  const made = await admin('POST', '/api/users', { email: 'quiet@north.example', full_name: 'Qui Et' });
  const token = tokenIn(made.body.claim_url);
  await nobody('POST', '/api/claim', { token, password: 'secret words here' });
  await signIn('QUIET@north.example', 'mistyped secret');
  await written(made.body.id, 'sign_in_failed', 1);
  const session = (await signIn('quiet@north.example', 'secret words here')).body.token;
  const secret = token.split('.')[2] ?? '';
  for (const table of ['audit', 'outbox']) {
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query(`set local app.org_id = '${orgId}'`);
    const { rows } = await client.query<{ text: string }>(`select row_to_json(t)::text as text from ${table} t`);
    await client.query('rollback');
    client.release();
    const all = rows.map(({ text }) => text).join('\n');
    expect(all).toContain(made.body.id);
    for (const hidden of [secret, 'secret words here', 'mistyped secret', session, 'QUIET@'])
      expect(all).not.toContain(hidden);
  }
});

it('a teacher_admin sees the sign-ins of their own units and their own, and of nobody else', async () => {
  const [own, other] = [await aUnit(database, orgId, 'Own'), await aUnit(database, orgId, 'Other')];
  const head = await aPerson(database, orgId, { name: 'Hea D', roles: ['teacher_admin'], unitId: own });
  const call = await callerOf(app, database, orgId, head.userId ?? '');
  const near = await aTeacher('near', { password: PASSWORD, unit_id: own });
  const far = await aTeacher('far', { password: PASSWORD, unit_id: other });
  await signIn('near');
  await signIn('far');
  expect(await actionsOf(near, call)).toContain('sign_in');
  expect(await actionsOf(far, call)).toEqual([]);
  expect(await actionsOf(far)).toContain('sign_in');
  const seen = (await call('GET', '/api/audit?limit=100')).body.items;
  expect(seen.some((entry: { subject_id: string | null }) => entry.subject_id === near)).toBe(true);
  expect(seen.some((entry: { subject_id: string | null }) => entry.subject_id === far)).toBe(false);
});
