/** What stands between the server and a browser: TLS that ends at a proxy, caches, compression. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { App, HttpSettings } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, testApp } from '../../fixtures/http.ts';

const PROXY = '10.1.2.3';
const FORWARDED = {
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'muster.example',
  'x-forwarded-for': '203.0.113.9',
};

let database: TestDatabase;
let app: App;
let email: string;
const apps: App[] = [];
beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  ({ email } = await anOrganization(app, database, 'North'));
});
afterEach(async () => {
  for (const one of apps.splice(0)) await one.close();
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function appWith(settings: HttpSettings): Promise<App> {
  const made = await testApp(database, { settings });
  apps.push(made);
  return made;
}

function signIn(at: App, more: InjectOptions = {}): Promise<LightMyRequestResponse> {
  return at.inject({ method: 'POST', url: '/api/login', payload: { email, password: 'correct horse' }, ...more });
}

const cookieOf = (reply: LightMyRequestResponse): string => String(reply.headers['set-cookie']);
const pairOf = (reply: LightMyRequestResponse): string => cookieOf(reply).split(';')[0] ?? '';

it('behind a trusted proxy with TLS the cookie is Secure, is bound to the host by its name, and signs in', async () => {
  const behind = await appWith({ trustProxy: PROXY });
  const asProxy = { headers: FORWARDED, remoteAddress: PROXY };
  const reply = await signIn(behind, asProxy);
  expect(cookieOf(reply)).toMatch(/^__Host-muster_session=.*; Path=\/; HttpOnly; Secure; SameSite=Strict/);
  const headers = { ...FORWARDED, cookie: pairOf(reply) };
  expect((await behind.inject({ url: '/api/me', headers, remoteAddress: PROXY })).statusCode).toBe(200);
  const out = await behind.inject({
    method: 'POST',
    url: '/api/logout',
    headers: { ...headers, origin: 'https://muster.example' },
    remoteAddress: PROXY,
  });
  expect(out.statusCode).toBe(204);
  expect(cookieOf(out)).toMatch(/^__Host-muster_session=; .*Secure/);
});

it('a public address with https does the same, where the proxy says nothing', async () => {
  const behind = await appWith({ publicUrl: 'https://muster.example' });
  const reply = await signIn(behind);
  expect(cookieOf(reply)).toMatch(/^__Host-muster_session=.*Secure/);
  const change = (origin: string) =>
    behind.inject({ method: 'POST', url: '/api/logout', headers: { cookie: pairOf(reply), origin } });
  expect((await change('http://muster.example')).statusCode).toBe(403);
  expect((await change('https://evil.example')).statusCode).toBe(403);
  expect((await change('https://muster.example')).statusCode).toBe(204);
});

it('over TLS the cookie that any address of the domain could set is not read', async () => {
  const behind = await appWith({ publicUrl: 'https://muster.example' });
  const cookie = pairOf(await signIn(behind)).replace('__Host-', '');
  expect((await behind.inject({ url: '/api/me', headers: { cookie } })).statusCode).toBe(401);
});

it('without a proxy that is trusted nobody says where a request comes from; plain http on localhost stays as it is', async () => {
  const reply = await signIn(app, { headers: FORWARDED, remoteAddress: '198.51.100.7' });
  expect(cookieOf(reply)).toMatch(/^muster_session=/);
  expect(cookieOf(reply)).not.toContain('Secure');
  const behind = await appWith({ trustProxy: PROXY });
  const fromElsewhere = await signIn(behind, { headers: FORWARDED, remoteAddress: '198.51.100.7' });
  expect(cookieOf(fromElsewhere)).toMatch(/^muster_session=/);
});

it('the audit has the address of the client, not that of the proxy', async () => {
  const behind = await appWith({ trustProxy: '10.0.0.0/8' });
  const headers = { ...FORWARDED, 'user-agent': 'behind a proxy' };
  const { token } = (await signIn(behind, { headers, remoteAddress: PROXY })).json();
  const audit = await behind.inject({ url: '/api/audit', headers: { authorization: `Bearer ${String(token)}` } });
  const entries: { user_agent?: string; ip?: string }[] = audit.json().items ?? audit.json();
  const found = entries.filter((entry) => JSON.stringify(entry).includes('behind a proxy'));
  expect(found.length).toBeGreaterThan(0);
  expect(JSON.stringify(found)).toContain('203.0.113.9');
  expect(JSON.stringify(found)).not.toContain(PROXY);
});

it('browsers are told to come by TLS alone from then on', async () => {
  expect((await app.inject({ url: '/health' })).headers['strict-transport-security']).toMatch(/max-age=\d{8}/);
});

it('no answer of the API is kept by anybody on the way, be it a token or a refusal', async () => {
  const { token } = (await signIn(app)).json();
  const authorization = `Bearer ${String(token)}`;
  expect((await signIn(app)).headers['cache-control']).toBe('no-store');
  for (const url of ['/api/me', '/api/users', '/api/nothing', '/api/openapi.json', '/health', '/api/bulk/kinds'])
    expect([url, (await app.inject({ url, headers: { authorization } })).headers['cache-control']]).toEqual([
      url,
      'no-store',
    ]);
  expect((await app.inject({ url: '/api/me' })).headers['cache-control']).toBe('no-store');
});

it('what is read is compressed; answers to writes, which may hold a secret, are not', async () => {
  const headers = { 'accept-encoding': 'gzip, br' };
  const plain = await app.inject({ url: '/api/openapi.json' });
  const small = await app.inject({ url: '/api/openapi.json', headers });
  expect(small.headers['content-encoding']).toBe('br');
  expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 5);
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body);
  const reply = await signIn(app, { headers: { ...headers, 'user-agent': 'x'.repeat(400) } });
  expect(reply.headers['content-encoding']).toBeUndefined();
  const { token } = reply.json();
  const made = await app.inject({
    method: 'POST',
    url: '/api/users',
    payload: { given_name: 'A', family_name: 'B'.repeat(90), email: 'ab@north.example' },
    headers: { ...headers, authorization: `Bearer ${String(token)}` },
  });
  expect([made.statusCode, made.headers['content-encoding']]).toEqual([201, undefined]);
});

it('a stream of events is not compressed, so that each arrives when it happens', async () => {
  const { token } = (await signIn(app)).json();
  const made = await app.inject({
    method: 'POST',
    url: '/api/bulk/operations',
    payload: {
      operation_type: 'edit_record',
      operation_name: 'x',
      parameters: { entity: 'group', edits: [{ action: 'create', values: { name: 'G' } }] },
    },
    headers: { authorization: `Bearer ${String(token)}` },
  });
  const id = String(made.json().id);
  const headers = { authorization: `Bearer ${String(token)}`, 'accept-encoding': 'gzip, br' };
  await app.inject({
    method: 'POST',
    url: `/api/bulk/operations/${id}/start`,
    payload: { plan_hash: made.json().plan_hash },
    headers,
  });
  const stream = await app.inject({ url: `/api/bulk/operations/${id}/stream`, headers });
  expect([stream.statusCode, stream.headers['content-encoding']]).toEqual([200, undefined]);
  expect(stream.headers['content-type']).toContain('text/event-stream');
});

it('files with a hash in their name are kept for ever and come as small as they were built; the page is asked for anew', async () => {
  const webDir = mkdtempSync(path.join(tmpdir(), 'muster-web-'));
  mkdirSync(path.join(webDir, 'assets'));
  writeFileSync(path.join(webDir, 'index.html'), '<p>the page</p>');
  writeFileSync(path.join(webDir, 'assets', 'app-h4sh.js'), 'x'.repeat(5_000));
  writeFileSync(path.join(webDir, 'assets', 'app-h4sh.js.br'), brotliCompressSync('x'.repeat(5_000)));
  const web = await appWith({ webDir });
  const asset = await web.inject({ url: '/assets/app-h4sh.js', headers: { 'accept-encoding': 'gzip, br' } });
  expect(asset.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'br',
    vary: expect.stringMatching(/accept-encoding/i),
  });
  expect(asset.headers['content-type']).toContain('javascript');
  expect(brotliDecompressSync(asset.rawPayload).toString()).toBe('x'.repeat(5_000));
  expect((await web.inject({ url: '/assets/app-h4sh.js' })).body).toBe('x'.repeat(5_000));
  expect((await web.inject({ url: '/' })).headers['cache-control']).toBe('no-cache');
  // No folder is listed.
  for (const url of ['/assets', '/assets/']) expect((await web.inject({ url })).body).not.toContain('h4sh');
  rmSync(webDir, { recursive: true });
});

it('every answer says how it may be used: its type, no guessing of it, no frame around it, no address passed on, no other origin', async () => {
  for (const url of ['/health', '/api/me', '/api/nothing', '/api/openapi.json', '/problems/not_found', '/api/docs/']) {
    const { headers } = await app.inject({ url, headers: { origin: 'https://evil.example' } });
    expect([url, headers['content-type']]).toEqual([
      url,
      expect.stringMatching(/^(application\/(problem\+)?json|text\/html)/),
    ]);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

it('names that reach into every object are refused in JSON, and a parameter that is given twice', async () => {
  const { token } = (await signIn(app)).json();
  const headers = { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' };
  for (const name of ['__proto__', 'constructor']) {
    const payload = `{"name":"G","${name}":{"prototype":{"isAdmin":true}}}`;
    expect([name, (await app.inject({ method: 'POST', url: '/api/groups', payload, headers })).statusCode]).toEqual([
      name,
      400,
    ]);
  }
  expect((await app.inject({ url: '/api/users?limit=1&limit=2', headers })).statusCode).toBe(400);
});

it('what two servers could read differently is refused, and so are methods that only tell of the server', async () => {
  const at = await appWith({});
  await at.listen({ port: 0, host: '127.0.0.1' });
  const { port } = at.server.address() as AddressInfo; // eslint-disable-line no-restricted-syntax -- it listens on a port
  const ask = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end(text);
    let answer = '';
    for await (const piece of socket) answer += String(piece);
    return answer;
  };
  const post = 'POST /api/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n';
  for (const more of [
    'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'content-length: 2\r\ncontent-length: 3\r\n\r\n{}x',
    'content-length: +2\r\n\r\n{}',
    'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'transfer-encoding : chunked\r\n\r\n0\r\n\r\n',
  ])
    expect([more, (await ask(post + more)).split('\r\n')[0]]).toEqual([
      more,
      expect.stringMatching(/^HTTP\/1\.1 4\d\d /),
    ]);
  expect(await ask('TRACE /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 40[045] /);
});
