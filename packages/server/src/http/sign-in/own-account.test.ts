import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, caller, testApp, type Call, type Reply } from '../../../../../test/fixtures/http.ts';
import { inOrg } from '../../db/database.ts';
import type { App } from '../every-request/context.ts';

const PASSWORD = 'a long enough one';

let database: TestDatabase;
let app: App;
let now = new Date();
let admin: Call;
let orgId: string;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database, { now: () => now, settings: { sendsMail: true, idleMinutes: 60 } });
  ({ admin, orgId } = await anOrganization(app, database, 'North'));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const login = (name: string, password = PASSWORD): Promise<Reply> =>
  caller(app)('POST', '/api/login', { login: name, password });
async function signedIn(name: string): Promise<Call> {
  return caller(app, (await login(name)).body.token);
}
async function aPerson(name: string, more: object = {}): Promise<string> {
  const fields = { username: name, full_name: name, roles: ['student'], password: PASSWORD, ...more };
  const made = await admin('POST', '/api/users', fields);
  expect(made.status).toBe(201);
  return made.body.id;
}
const actionsOf = async (id: string): Promise<string[]> =>
  (await admin('GET', `/api/audit?subject_id=${id}`)).body.items.map(({ action }: { action: string }) => action);

it('everybody changes the own password with the present one; the other sign-ins end, this one goes on', async () => {
  const id = await aPerson('changer');
  const [here, there] = [await signedIn('changer'), await signedIn('changer')];
  const change = (current_password: string, new_password: string) =>
    here('POST', '/api/me/password', { current_password, new_password });
  expect(await change('not the present one', 'a new one of mine')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'current_password' }] },
  });
  expect((await change(PASSWORD, 'password123')).status).toBe(400);
  expect((await change(PASSWORD, 'Changer1')).status).toBe(400);
  expect((await change(PASSWORD, PASSWORD)).status).toBe(400);
  expect((await change(PASSWORD, 'a new one of mine')).status).toBe(204);
  expect((await here('GET', '/api/me')).status).toBe(200);
  expect((await there('GET', '/api/me')).status).toBe(401);
  expect((await login('changer')).status).toBe(401);
  expect((await login('changer', 'a new one of mine')).status).toBe(200);
  expect(await actionsOf(id)).toContain('password_set');
});

it('guesses at the present password are bounded like those at the sign-in', async () => {
  await aPerson('guessed');
  const call = await signedIn('guessed');
  const statuses = [];
  for (let nth = 0; nth < 11; nth++)
    statuses.push(
      (await call('POST', '/api/me/password', { current_password: 'guess', new_password: 'a new one of mine' })).status,
    );
  expect(statuses).toEqual([...Array(10).fill(400), 429]);
});

it('the own sign-ins are listed, and ended one by one or all others at once; those of others are out of reach', async () => {
  await aPerson('lister');
  await aPerson('another');
  const [here, there, third] = [await signedIn('lister'), await signedIn('lister'), await signedIn('lister')];
  const other = await signedIn('another');
  const listed = (await here('GET', '/api/me/sessions')).body;
  expect(listed).toHaveLength(3);
  expect(listed.filter((one: { is_current: boolean }) => one.is_current)).toHaveLength(1);
  expect(listed[0]).toMatchObject({ ip: '127.0.0.1' });
  const own = (await there('GET', '/api/me/sessions')).body.find((one: { is_current: boolean }) => one.is_current);
  expect((await other('DELETE', `/api/me/sessions/${own.id}`)).status).toBe(404);
  expect((await here('DELETE', `/api/me/sessions/${own.id}`)).status).toBe(204);
  expect((await there('GET', '/api/me')).status).toBe(401);
  expect((await third('GET', '/api/me')).status).toBe(200);
  expect((await here('DELETE', '/api/me/sessions')).status).toBe(204);
  expect((await third('GET', '/api/me')).status).toBe(401);
  expect((await here('GET', '/api/me')).status).toBe(200);
  expect((await other('GET', '/api/me')).status).toBe(200);
});

it('a sign-in that nobody uses for an hour ends; one that is used goes on', async () => {
  await aPerson('idle');
  const [used, unused] = [await signedIn('idle'), await signedIn('idle')];
  const start = now;
  now = new Date(start.getTime() + 40 * 60_000);
  expect((await used('GET', '/api/me')).status).toBe(200);
  now = new Date(start.getTime() + 80 * 60_000);
  expect((await used('GET', '/api/me')).status).toBe(200);
  expect((await unused('GET', '/api/me')).status).toBe(401);
  expect((await used('GET', '/api/me/sessions')).body).toHaveLength(1);
  now = start;
});

it('a forgotten password: the same answer for every name, a link by mail for who has an address, and not without bound', async () => {
  const id = await aPerson('forgetful', { email: 'forgetful@north.example' });
  const ask = (name: string) => caller(app)('POST', '/api/password/forgotten', { login: name });
  const [known, unknown] = [await ask('forgetful'), await ask('nobody at all')];
  expect(known.status).toBe(202);
  expect(known.body).toEqual(unknown.body);
  await expect.poll(() => actionsOf(id)).toContain('password_forgotten');
  const waiting = await inOrg(database, orgId, (tx) =>
    tx.db.selectFrom('outbox').select(['topic', 'recipient_id']).where('org_id', '=', orgId).execute(),
  );
  expect(waiting).toContainEqual({ topic: 'account.forgotten', recipient_id: id });
  for (const name of ['forgetful', 'nobody at all']) {
    const statuses = [(await ask(name)).status, (await ask(name)).status, (await ask(name)).status];
    expect(statuses).toEqual([202, 202, 429]);
  }
  expect((await login('forgetful')).status).toBe(200);
});

it('without a mail server the refusal says whom to ask', async () => {
  const silent = await testApp(database);
  const reply = await caller(silent)('POST', '/api/password/forgotten', { login: 'forgetful' });
  expect(reply).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(JSON.stringify(reply.body)).toContain('Ask an administrator');
  await silent.close();
});
