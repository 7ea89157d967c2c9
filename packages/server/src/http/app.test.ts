import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../test/fixtures/database.ts';
import { anOrganization, caller, testApp, type Call } from '../../../../test/fixtures/http.ts';
import type { App } from './every-request/context.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

let database: TestDatabase;
let app: App;
let admin: Call;
let nobody: Call;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  nobody = caller(app);
  ({ admin } = await anOrganization(app, database, 'North'));
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

it('health answers 200 while the database does', async () => {
  expect(await nobody('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

it('the description of the API is valid OpenAPI 3.1, with and without closing slash', async () => {
  const { status, body } = await nobody('GET', '/api/openapi.json/');
  expect(status).toBe(200);
  expect(body.openapi).toMatch(/^3\.1/);
  expect(await new Validator().validate(body)).toMatchObject({ valid: true });
  // What no value can satisfy would be valid as well.
  expect(JSON.stringify(body).match(/"(anyOf|oneOf|allOf|enum)":\[\]/g)).toBeNull();
});

it('the pages of the API load nothing from elsewhere, and the policy lets them run', async () => {
  const page = await nobody('GET', '/api/docs/');
  expect(page.status).toBe(200);
  expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(page.body).not.toMatch(/<script>/);
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("script-src 'self'");
  const assets = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, address]) => new URL(address ?? '', 'http://x/api/docs/').pathname,
  );
  expect(assets.length).toBeGreaterThan(3);
  for (const asset of assets) expect([asset, (await nobody('GET', asset)).status]).toEqual([asset, 200]);
});

it('a query parameter that a route does not know is refused by every route, and named', async () => {
  const { body: described } = await nobody('GET', '/api/openapi.json');
  const routes = Object.entries<object>(described.paths).flatMap(([address, methods]) =>
    METHODS.filter((method) => method.toLowerCase() in methods).map((method) => [method, address] as const),
  );
  const guarded = routes.filter(([, address]) => /^\/(api|admin-core-service)\//.test(address));
  expect(guarded.length).toBeGreaterThan(120);
  for (const [method, address] of guarded) {
    const reply = await admin(method, `${address.replace(/\{\w+\}/g, randomUUID())}?surely_unknown=1`);
    const [fault] = reply.body.errors ?? [];
    expect([method, address, reply.status, fault?.code, fault?.field]).toEqual([
      ...[method, address, 400],
      ...['unknown_field', 'surely_unknown'],
    ]);
  }
});

it('pages that people open take any query', async () => {
  for (const url of ['/api/docs/?from=mail', '/health?at=1']) expect((await nobody('GET', url)).status).toBe(200);
});

it('an address that does not exist is a problem with one body for all [MA-D97]', async () => {
  const reply = await admin('GET', '/api/nothing');
  expect(reply.status).toBe(404);
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect(reply.body).toMatchObject({
    type: '/problems/not_found',
    status: 404,
    code: 'not_found',
    errors: [{ code: 'not_found' }],
  });
  expect(await nobody('GET', '/problems/not_found')).toMatchObject({
    status: 200,
    body: { code: 'not_found', status: 404 },
  });
});

it('a wrong method answers 405 and names the right ones', async () => {
  const reply = await admin('DELETE', '/api/organization/');
  expect(reply.status).toBe(405);
  expect(reply.headers['allow']).toBe('GET, HEAD, PATCH');
  expect((await admin('PUT', '/api/users/0192f0c1-0000-7000-8000-000000000000')).status).toBe(405);
});

it('all faults of a body are named at once', async () => {
  const reply = await admin('POST', '/api/users', { email: 'nonsense', status: 'gone', colour: 'red', given_name: 5 });
  expect(reply.status).toBe(400);
  expect(reply.body.code).toBe('validation_failed');
  expect(reply.body.errors.map((error: { field: string }) => error.field).sort()).toEqual([
    'colour',
    'email',
    'given_name',
    'status',
  ]);
  for (const error of reply.body.errors)
    expect(Object.keys(error).sort()).toEqual(['code', 'correction', 'field', 'message']);
});

it('broken JSON, another format, too much and a NUL character are refused as such', async () => {
  const send = (payload: string, type: string) =>
    admin('POST', '/api/groups', undefined, {}).then(() =>
      app.inject({ method: 'POST', url: '/api/claim', payload, headers: { 'content-type': type } }),
    );
  expect((await send('{"name":', 'application/json')).json()).toMatchObject({ status: 400, code: 'validation_failed' });
  expect((await send('<a/>', 'application/xml')).json()).toMatchObject({ status: 415, code: 'unsupported_format' });
  expect((await send(`"${'x'.repeat(11 * 1024 ** 2)}"`, 'application/json')).json()).toMatchObject({
    status: 413,
    code: 'too_large',
    limit_bytes: 10_485_760,
  });
  expect(await admin('POST', '/api/groups', { name: 'a\u0000b' })).toMatchObject({
    status: 400,
    body: { code: 'validation_failed' },
  });
});

it('a lost database is 503 with a time to come back, also on health', async () => {
  const gone = await testDatabase();
  const lost = await testApp(gone);
  await gone.drop();
  // A pool that is closed is like a server that is gone; both must not look like our fault.
  const reply = await caller(lost)('GET', '/health');
  expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(reply.headers['retry-after']).toBe('5');
  await lost.close();
});

it('the web app is served where it is built, its page also at addresses that only it knows', async () => {
  const webDir = mkdtempSync(path.join(tmpdir(), 'muster-web-'));
  writeFileSync(path.join(webDir, 'index.html'), '<p>the page</p>');
  writeFileSync(path.join(webDir, 'app.js'), '1');
  const withWeb = await testApp(database, { settings: { webDir } });
  const ask = caller(withWeb);
  for (const address of ['/', '/operations/5', '/claim?token=a.b.c']) {
    expect(await ask('GET', address)).toMatchObject({ status: 200, body: '<p>the page</p>' });
  }
  expect((await ask('GET', '/app.js')).status).toBe(200);
  for (const address of ['/old.js', '/api/nothing', '/api/old.js'])
    expect((await ask('GET', address)).status).toBe(404);
  await withWeb.close();
  rmSync(webDir, { recursive: true });
});
