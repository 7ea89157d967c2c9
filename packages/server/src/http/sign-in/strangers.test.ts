/** What people of other organizations, and nobody known, can do to somebody's way in: nothing. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, caller, testApp, tokenIn, type Call, type Reply } from '../../../../../test/fixtures/http.ts';
import { inOrg } from '../../db/database.ts';
import { createOrganization } from '../../tenancy/accounts.ts';
import { hashPassword } from '../../tenancy/passwords.ts';
import { forgetOldKeys } from '../../tenancy/old-keys.ts';
import type { App } from '../every-request/context.ts';

const PASSWORD = 'a long enough one';

let database: TestDatabase;
let app: App;
let now = new Date();
let evil: Call;
let evilOrg: string;
let vic: Call;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database, { now: () => now, settings: { trustProxy: true } });
  ({ admin: evil, orgId: evilOrg } = await anOrganization(app, database, 'Evl'));
  ({ admin: vic } = await anOrganization(app, database, 'Vic'));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const from = (ip: string) => ({ 'x-forwarded-for': ip });
const signIn = (login: string, password = PASSWORD, ip = '192.0.2.1'): Promise<Reply> =>
  caller(app)('POST', '/api/login', { login, password }, from(ip));
async function aPersonOf(call: Call, fields: object): Promise<Reply> {
  const made = await call('POST', '/api/users', { full_name: 'Somebody', roles: ['teacher'], ...fields });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made;
}
async function guess(times: number, login: string, ip?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let nth = 0; nth < times; nth++) statuses.push((await signIn(login, `guess number ${String(nth)}`, ip)).status);
  return statuses;
}
/** An answer without what differs from one person to the next. */
const shapeOf = ({ status, body }: Reply) => ({ status, members: Object.keys(body).sort(), account: body.has_account });

it('a password that fits an account of another organization links nothing and is answered like any other, at every door', async () => {
  const email = 'ta@vic.example';
  await aPersonOf(vic, { email, password: PASSWORD });
  const right = await aPersonOf(evil, { email, username: 'one', password: PASSWORD });
  await evil('PATCH', `/api/users/${right.body.id}`, { email: null });
  const wrong = await aPersonOf(evil, { email, username: 'two', password: 'another long one' });
  expect(shapeOf(right)).toEqual(shapeOf(wrong));
  await evil('PATCH', `/api/users/${wrong.body.id}`, { email: null });
  for (const password of [PASSWORD, 'yet another long one']) {
    const byEdit = await aPersonOf(evil, { email });
    expect((await evil('PATCH', `/api/users/${byEdit.body.id}`, { password })).status).toBe(200);
    await evil('PATCH', `/api/users/${byEdit.body.id}`, { email: null, username: `edit ${password}` });
    const byLink = await aPersonOf(evil, { email });
    const token = tokenIn(byLink.body.claim_url);
    expect((await caller(app)('POST', '/api/claim', { token, password })).status).toBe(200);
    await evil('PATCH', `/api/users/${byLink.body.id}`, { email: null, username: `link ${password}` });
  }
  const { body } = await signIn(email);
  expect(body.organizations.map((org: { name: string }) => org.name)).toEqual(['Vic']);
});

it('the owner of an account, signed in, brings it into another organization with the link; nobody else can', async () => {
  const { body: there } = await aPersonOf(vic, { email: 'owner@vic.example', password: PASSWORD });
  const made = await aPersonOf(evil, { email: 'owner@vic.example' });
  const token = tokenIn(made.body.claim_url);
  expect((await caller(app)('POST', '/api/claim/read', { token })).body).toEqual({
    organization: 'Evl',
    full_name: 'Somebody',
    has_account: false,
  });
  expect((await caller(app)('POST', '/api/claim/link', { token })).status).toBe(401);
  const owner = caller(app, (await signIn('owner@vic.example')).body.token);
  const elsewhere = caller(app, (await signIn('owner@vic.example')).body.token);
  expect(await owner('POST', '/api/claim/link', { token })).toMatchObject({
    status: 200,
    body: { organization_id: evilOrg, user_id: made.body.id },
  });
  const names = (await owner('GET', '/api/me')).body.organizations.map((org: { name: string }) => org.name);
  expect(names).toEqual(['Vic', 'Evl']);
  expect((await elsewhere('GET', '/api/me')).status).toBe(401);
  expect((await owner('POST', '/api/claim/link', { token })).status).toBe(404);
  const trail = (await evil('GET', `/api/audit?subject_id=${made.body.id}`)).body.items;
  expect(trail.map(({ action }: { action: string }) => action)).toEqual(['link_made', 'link_used', 'account_linked']);
  const again = await aPersonOf(evil, { username: 'second self' });
  expect((await owner('POST', '/api/claim/link', { token: tokenIn(again.body.claim_url) })).status).toBe(409);
  expect((await vic('GET', `/api/users/${there.id}`)).body.has_account).toBe(true);
});

it('a twin of the name, with a password one knows, clears no failures but its own', async () => {
  await aPersonOf(vic, { email: 't2@vic.example', password: PASSWORD });
  await aPersonOf(evil, { email: 't2@vic.example', password: 'password of the twin' });
  for (let round = 0; round < 2; round++) {
    expect(await guess(9, 't2@vic.example')).toEqual(Array(9).fill(401));
    expect((await signIn('t2@vic.example', 'password of the twin')).body.organizations).toMatchObject([
      { name: 'Evl' },
    ]);
  }
  expect((await signIn('t2@vic.example')).status).toBe(401);
  const statuses = await guess(30, 't2@vic.example');
  expect(statuses.at(-1)).toBe(429);
  expect((await signIn('t2@vic.example')).status).toBe(429);
  now = new Date(now.getTime() + 16 * 60_000);
  expect((await signIn('t2@vic.example')).body.organizations).toMatchObject([{ name: 'Vic' }]);
});

it('failures are counted by the account, whatever name of it is typed and however it is written', async () => {
  await aPersonOf(vic, { email: 'iris@vic.example', username: 'iris.i', password: PASSWORD });
  expect(await guess(3, 'iris@vic.example')).toEqual([401, 401, 401]);
  expect(await guess(4, 'ıRİS@v\u0130c.example')).toEqual([401, 401, 401, 401]);
  expect(await guess(3, '\uff29ris.i')).toEqual([401, 401, 401]);
  for (const name of ['iris@vic.example', 'IRIS@V\u0130C.EXAMPLE', 'iris.i', ' Iris.I ', '\uff29ris.i'])
    expect([name, (await signIn(name)).status]).toEqual([name, 429]);
  const unknown = await guess(12, 'nobody.of.this.name');
  expect(unknown).toEqual([...Array(10).fill(401), 429, 429]);
});

it('an address with too many failures is refused for every name, and other addresses are not', async () => {
  for (let nth = 0; nth < 300; nth++)
    await sql`insert into sign_in_failures (id, counted, failed_at)
      values (gen_random_uuid(), sha256('address 198.51.100.9'::bytea), ${now})`.execute(database.global);
  await aPersonOf(vic, { username: 'bystander', password: PASSWORD });
  expect((await signIn('bystander', PASSWORD, '198.51.100.9')).status).toBe(429);
  expect((await signIn('bystander', PASSWORD, '198.51.100.10')).status).toBe(200);
});

it('addresses of one network are one, however they are written', async () => {
  for (let nth = 0; nth < 300; nth++)
    await sql`insert into sign_in_failures (id, counted, failed_at)
      values (gen_random_uuid(), sha256('address 2001:db8:1:2::/64'::bytea), ${now})`.execute(database.global);
  await aPersonOf(vic, { username: 'sixth', password: PASSWORD });
  for (const near of ['2001:db8:1:2::5', '2001:DB8:1:2:ffff::1', '2001:0db8:0001:0002:0:0:0:9'])
    expect([near, (await signIn('sixth', PASSWORD, near)).status]).toEqual([near, 429]);
  expect((await signIn('sixth', PASSWORD, '2001:db8:1:3::5')).status).toBe(200);
  expect((await signIn('sixth', PASSWORD, '::ffff:198.51.100.9')).status).toBe(429);
});

it('who signed in from an address before is let in there, whatever strangers elsewhere try', async () => {
  await aPersonOf(vic, { username: 'regular', password: PASSWORD });
  expect((await signIn('regular', PASSWORD, '203.0.113.5')).status).toBe(200);
  expect((await guess(40, 'regular', '198.51.100.20')).at(-1)).toBe(429);
  expect((await signIn('regular', PASSWORD, '198.51.100.21')).status).toBe(429);
  expect((await signIn('regular', PASSWORD, '203.0.113.5')).status).toBe(200);
  expect(await guess(11, 'regular', '203.0.113.5')).toEqual([...Array(10).fill(401), 429]);
});

it('hashes that wait for one address keep nobody else from a turn', async () => {
  const flood = Array.from({ length: 200 }, () =>
    hashPassword('x', 'flood').then(
      () => 'done',
      () => 'refused',
    ),
  );
  const other = await hashPassword('x', 'other');
  expect(other).toMatch(/^\$argon2id/);
  const ends = await Promise.all(flood);
  expect(ends.filter((end) => end === 'refused').length).toBeGreaterThan(100);
});

it('no sign-in is answered before the time that looking at several twins takes', async () => {
  const slow = await testApp(database, { settings: { signInMs: 250 } });
  for (const login of ['nobody at all', 't2@vic.example', 'bystander']) {
    const start = performance.now();
    await caller(slow)('POST', '/api/login', { login, password: 'guess' });
    expect(performance.now() - start).toBeGreaterThan(245);
  }
  await slow.close();
});

it('a one-time link is in the first answer alone: nothing is kept of it, a repeated answer says what it leaves out', async () => {
  const key = { 'idempotency-key': 'link-1' };
  const made = await evil('POST', '/api/users', { username: 'linked', full_name: 'Lin Ked' }, key);
  const link = await evil('POST', `/api/users/${made.body.id}/claim-link`, undefined, { 'idempotency-key': 'link-2' });
  const again = await evil('POST', `/api/users/${made.body.id}/claim-link`, undefined, { 'idempotency-key': 'link-2' });
  expect(tokenIn(link.body.claim_url)).not.toBe('');
  expect(again).toMatchObject({ status: 201, body: { not_repeated: ['claim_url'] } });
  const repeated = await evil('POST', '/api/users', { username: 'linked', full_name: 'Lin Ked' }, key);
  expect(repeated.body).toMatchObject({ id: made.body.id, not_repeated: ['claim_url'] });
  const kept = await inOrg(database, evilOrg, (tx) =>
    tx.db.selectFrom('idempotency_keys').selectAll().where('org_id', '=', evilOrg).execute(),
  );
  expect(kept.length).toBeGreaterThan(1);
  for (const { body } of [made, link])
    expect(JSON.stringify(kept)).not.toContain(tokenIn(body.claim_url).split('.')[2]);
});

it('keys are deleted a day later, also those that never come again', async () => {
  await evil('POST', '/api/groups', { name: 'Keyed' }, { 'idempotency-key': 'old-1' });
  await forgetOldKeys(database, new Date(now.getTime() + 25 * 3_600_000));
  const left = await inOrg(database, evilOrg, (tx) =>
    tx.db.selectFrom('idempotency_keys').select('key').where('org_id', '=', evilOrg).execute(),
  );
  expect(left).toEqual([]);
});

it('a password that is guessed first, or is little more than who has it, is refused at every door and nothing is made', async () => {
  for (const password of ['password', 'Password1', 'qwertyuiop', 'aaaaaaaaaa', 'weak@evl.example', 'Wendy Weak1']) {
    const given = { email: 'weak@evl.example', full_name: 'Wendy Weak', password };
    const reply = await evil('POST', '/api/users', given);
    expect([password, reply.status]).toEqual([password, 400]);
    expect(reply.body.errors).toMatchObject([{ field: 'password' }]);
  }
  const made = await aPersonOf(evil, { email: 'weak@evl.example', full_name: 'Wendy Weak' });
  const token = tokenIn(made.body.claim_url);
  expect((await caller(app)('POST', '/api/claim', { token, password: 'weakweakweak' })).status).toBe(400);
  expect((await evil('PATCH', `/api/users/${made.body.id}`, { password: 'password123' })).status).toBe(400);
  expect((await caller(app)('POST', '/api/claim', { token, password: PASSWORD })).status).toBe(200);
});

it('an organization that the operator makes for an e-mail of an organization has an account of its own', async () => {
  await aPersonOf(evil, { email: 'head@new.example', password: PASSWORD });
  await createOrganization(database, {
    name: 'New',
    adminEmail: 'head@new.example',
    adminPassword: 'typed by the operator',
  });
  expect((await signIn('head@new.example')).body.organizations).toMatchObject([{ name: 'Evl' }]);
  expect((await signIn('head@new.example', 'typed by the operator')).body.organizations).toMatchObject([
    { name: 'New' },
  ]);
});
