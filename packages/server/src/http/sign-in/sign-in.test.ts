import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, caller, testApp, type Call, tokenIn } from '../../../../../test/fixtures/http.ts';
import { createOrganization, createSystemAdmin } from '../../tenancy/accounts.ts';
import type { App } from '../every-request/context.ts';

let database: TestDatabase;
let app: App;
let admin: Call;
let orgId: string;
let now = new Date();
let nobody: Call;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database, { now: () => now, settings: { publicUrl: 'https://muster.example' } });
  nobody = caller(app);
  ({ admin, orgId } = await anOrganization(app, database, 'North'));
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

const login = (body: object, headers?: Record<string, string>) => nobody('POST', '/api/login', body, headers);

describe('signing in', () => {
  it('gives a token for an e-mail or a user name in any case, and none for a wrong password [CC-123]', async () => {
    const password = 'a long enough one';
    await admin('POST', '/api/users', {
      email: 'Zoé@north.example',
      username: 'zoe',
      full_name: 'Zoé Martin',
      roles: ['teacher'],
      password,
    });
    for (const body of [
      { login: 'zoe', password },
      { email: 'ZOÉ@north.example', password },
      { username: 'ZOE', password },
    ]) {
      const reply = await login(body);
      expect(reply.status).toBe(200);
      expect(reply.body).toMatchObject({
        token_type: 'Bearer',
        entity_ids: [orgId],
        role: 'teacher',
        user: { full_name: 'Zoé Martin' },
      });
      expect((await caller(app, reply.body.token)('GET', '/api/me')).body.organization).toMatchObject({
        id: orgId,
        name: 'North',
      });
    }
    const wrong = await login({ login: 'zoe', password: 'another' });
    const unknown = await login({ login: 'nobody at all', password });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body).toEqual(unknown.body);
  });

  it('is needed for every route but the open ones; a wrong token is worth nothing [CC-124, MA-D95, BO-387]', async () => {
    const description = (await nobody('GET', '/api/openapi.json')).body;
    const open = new Set([
      '/api/login',
      '/api/claim',
      '/api/claim/read',
      '/api/password/forgotten',
      '/api/openapi.json',
      '/health',
      '/problems/{code}',
    ]);
    for (const [path, methods] of Object.entries<Record<string, unknown>>(description.paths)) {
      if (open.has(path)) continue;
      const url = path.replace(/\{\w+\}/g, '0192f0c1-0000-7000-8000-000000000000');
      for (const method of Object.keys(methods)) {
        const statuses = [];
        for (const token of [undefined, 'x'.repeat(43)]) {
          const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
          const reply = await app.inject({
            method: method.toUpperCase() === 'GET' ? 'GET' : 'POST',
            url,
            headers,
            ...(method === 'get' ? {} : {}),
          });
          if (method === 'get' || method === 'post') statuses.push(reply.statusCode);
        }
        expect([method, path, statuses.every((status) => status === 401)]).toEqual([method, path, true]);
      }
    }
  });

  it('ends at logout, and for people who are suspended, at once [BO-217]', async () => {
    const password = 'a long enough one';
    const made = await admin('POST', '/api/users', {
      username: 'leaver',
      full_name: 'Lea Ver',
      roles: ['teacher'],
      password,
    });
    const first = (await login({ login: 'leaver', password })).body.token;
    const second = (await login({ login: 'leaver', password })).body.token;
    expect((await caller(app, first)('POST', '/api/logout')).status).toBe(204);
    expect((await caller(app, first)('GET', '/api/me')).status).toBe(401);
    expect((await caller(app, second)('GET', '/api/me')).status).toBe(200);
    await admin('PATCH', `/api/users/${made.body.id}`, { status: 'suspended' });
    expect((await caller(app, second)('GET', '/api/me')).status).toBe(401);
    expect((await login({ login: 'leaver', password })).status).toBe(401);
    await admin('PATCH', `/api/users/${made.body.id}`, { status: 'active' });
    expect((await login({ login: 'leaver', password })).status).toBe(200);
  });

  it('is refused after 10 wrong passwords, with the time to wait, also with the right one [CC-D20]', async () => {
    const password = 'a long enough one';
    await admin('POST', '/api/users', { username: 'target', full_name: 'Tar Get', password });
    for (let attempt = 0; attempt < 10; attempt++)
      expect((await login({ login: 'target', password: 'guess' })).status).toBe(401);
    const refused = await login({ login: 'TARGET', password });
    expect(refused).toMatchObject({ status: 429, body: { code: 'account_locked_out' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
    expect((await login({ login: 'zoe', password })).status).toBe(200);
    now = new Date(now.getTime() + 15 * 60_000 + 1_000);
    expect((await login({ login: 'target', password })).status).toBe(200);
  });

  it('ten guesses at once are no more than ten', async () => {
    await admin('POST', '/api/users', { username: 'crowd', full_name: 'Crow D', password: 'a long enough one' });
    const replies = await Promise.all(Array.from({ length: 25 }, () => login({ login: 'crowd', password: 'guess' })));
    expect(replies.filter((reply) => reply.status === 401).length).toBeLessThanOrEqual(10);
  });

  it('lasts 8 hours [CC-D20]', async () => {
    const { token } = (await login({ login: 'zoe', password: 'a long enough one' })).body;
    now = new Date(now.getTime() + 8 * 3_600_000 + 1_000);
    expect((await caller(app, token)('GET', '/api/me')).status).toBe(401);
    now = new Date();
  });
});

describe('the cookie', () => {
  it('cannot be read by scripts, and writes with it must come from our own pages', async () => {
    const reply = await login({ login: 'zoe', password: 'a long enough one' });
    const cookie = String(reply.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const [pair = ''] = cookie.split(';');
    expect((await nobody('GET', '/api/me', undefined, { cookie: pair })).status).toBe(200);
    const write = (headers: Record<string, string>) =>
      nobody('POST', '/api/logout', undefined, { cookie: pair, ...headers });
    expect((await write({})).status).toBe(403);
    expect((await write({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await write({ origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await write({ origin: 'https://muster.example' })).status).toBe(204);
  });
});

describe('several organizations', () => {
  it('an account of two acts in the one of the object in the path, else in the one named, else in the first', async () => {
    const email = 'both@example.org';
    const first = await createOrganization(database, {
      name: 'One',
      adminEmail: email,
      adminPassword: 'the first password',
    });
    const second = await createOrganization(database, { name: 'Two', adminEmail: email, adminPassword: 'never used' });
    expect((await login({ login: email, password: 'never used' })).status).toBe(401);
    const reply = await login({ login: email, password: 'the first password' });
    expect(reply.body.entity_ids).toEqual([first.org_id, second.org_id]);
    const both = caller(app, reply.body.token);
    expect((await both('GET', '/api/organization')).body.name).toBe('One');
    expect((await both('GET', '/api/organization', undefined, { 'x-organization-id': second.org_id })).body.name).toBe(
      'Two',
    );
    expect((await both('GET', `/api/users/${second.user_id}`)).status).toBe(200);
    expect((await both('GET', '/api/organization', undefined, { 'x-organization-id': orgId })).status).toBe(403);
    const chosen = await login({ login: email, password: 'the first password', organization: second.org_id });
    expect((await caller(app, chosen.body.token)('GET', '/api/organization')).body.name).toBe('Two');
    expect((await login({ login: email, password: 'the first password', organization: orgId })).status).toBe(401);
  });

  it('a system_admin names the organization; one with a membership is limited to it [CC-141]', async () => {
    await createSystemAdmin(database.owner, { email: 'root@example.org', password: 'operator password' });
    const root = caller(app, (await login({ login: 'root@example.org', password: 'operator password' })).body.token);
    expect((await root('GET', '/api/organization')).body).toMatchObject({ status: 400, code: 'organization_needed' });
    expect((await root('GET', '/api/organization', undefined, { 'x-organization-id': orgId })).body.name).toBe('North');
    expect(
      (await root('GET', '/api/organization', undefined, { 'x-organization-id': crypto.randomUUID() })).status,
    ).toBe(404);
    expect((await root('GET', '/api/me')).body).toMatchObject({ roles: ['system_admin'], user: null });
    const member = await createOrganization(database, {
      name: 'Three',
      adminEmail: 'root@example.org',
      adminPassword: 'x',
    });
    expect((await root('GET', '/api/organization')).body.name).toBe('Three');
    expect((await root('GET', '/api/organization', undefined, { 'x-organization-id': orgId })).status).toBe(403);
    expect(member.org_id).not.toBe(orgId);
  });
});

describe('a one-time link', () => {
  it('sets a password once, and is shown to who made it alone', async () => {
    const made = await admin('POST', '/api/users', {
      email: 'new@north.example',
      full_name: 'New One',
      roles: ['teacher'],
    });
    expect(made.body.claim_url).toMatch(/^https:\/\/muster\.example\/claim#token=/);
    expect((await admin('GET', `/api/users/${made.body.id}`)).body).not.toHaveProperty('claim_url');
    const token = tokenIn(made.body.claim_url);
    expect((await nobody('POST', '/api/claim', { token, password: 'short' })).status).toBe(400);
    const tries = await Promise.all(
      [1, 2, 3].map(() => nobody('POST', '/api/claim', { token, password: 'chosen by myself' })),
    );
    expect(tries.map((reply) => reply.status).sort()).toEqual([200, 404, 404]);
    expect((await login({ login: 'new@north.example', password: 'chosen by myself' })).status).toBe(200);
    const again = await admin('POST', `/api/users/${made.body.id}/claim-link`);
    expect(again.status).toBe(201);
    const reset = tokenIn(again.body.claim_url);
    expect((await nobody('POST', '/api/claim', { token: reset, password: 'chosen anew by me' })).status).toBe(200);
    expect((await login({ login: 'new@north.example', password: 'chosen by myself' })).status).toBe(401);
    expect((await login({ login: 'new@north.example', password: 'chosen anew by me' })).status).toBe(200);
  });

  it('of another organization cannot take over an account by its e-mail', async () => {
    const { email } = await anOrganization(app, database, 'Victim');
    const made = await admin('POST', '/api/users', { email, full_name: 'An Impostor', roles: ['teacher'] });
    const token = tokenIn(made.body.claim_url);
    expect((await nobody('POST', '/api/claim', { token, password: 'impostor password' })).status).toBe(200);
    expect((await login({ login: email, password: 'correct horse' })).body.organizations).toMatchObject([
      { name: 'Victim' },
    ]);
    expect((await login({ login: email, password: 'impostor password' })).body.organizations).toMatchObject([
      { name: 'North' },
    ]);
  });
});

it('no password and no token stands in the database as it was typed', async () => {
  const { token } = (await login({ login: 'zoe', password: 'a long enough one' })).body;
  for (const table of ['accounts', 'sessions', 'sign_in_failures'] as const) {
    const rows = await sql<{ row: string }>`select row_to_json(t)::text as row from ${sql.table(table)} t`.execute(
      database.global,
    );
    const text = rows.rows.map(({ row }) => row).join();
    expect(text).not.toContain('a long enough one');
    expect(text).not.toContain(token);
  }
  const hash = await sql<{
    password_hash: string;
  }>`select password_hash from accounts where password_hash is not null limit 1`.execute(database.global);
  expect(hash.rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});
