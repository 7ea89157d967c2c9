/** What a client sends, and how fast, is that client's own affair: nobody else waits for it, and a refusal is heard. */
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import type { App, HttpSettings } from '../../../packages/server/src/http/every-request/context.ts';
import { anOrganization } from '../../fixtures/http.ts';
import { bulkApi, formOf, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
let other: string;
const apps: App[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  api = await bulkApi();
  const { email } = await anOrganization(api.app, api.database, 'Victim');
  const signIn = { method: 'POST', url: '/api/login', payload: { email, password: 'correct horse' } } as const;
  other = (await api.app.inject(signIn)).json().token;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const app of apps.splice(0)) await app.close();
});
afterAll(() => api.end());

async function listening(settings: HttpSettings = {}): Promise<{ port: number; url: string }> {
  const app = await buildApp({ ...api.context, settings });
  apps.push(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo; // eslint-disable-line no-restricted-syntax -- it listens on a port
  return { port, url: `http://127.0.0.1:${String(port)}` };
}

/** A socket that has begun an upload which never ends. */
async function slowUpload(port: number, path: string, token: string): Promise<Socket> {
  const { payload, type } = formOf(
    { mapping: '{"preset":"auto"}', target_model: 'User' },
    { name: 'people.csv', content: peopleCsv(4_000) },
  );
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\ncontent-length: 900000000\r\n\r\n`,
  );
  socket.write(payload.slice(0, payload.lastIndexOf('\r\n--')));
  return socket;
}

it.each(['/api/bulk/users/import', '/api/bulk/validation'])(
  'fourteen slow uploads to %s leave every other request its connection, and health its answer',
  async (path) => {
    const { port, url } = await listening();
    const token = await api.tokenOf(api.school.admin);
    for (let n = 0; n < 7; n++) await slowUpload(port, path, token);
    for (let n = 0; n < 7; n++) await slowUpload(port, path, other);
    await sleep(1_000);
    for (let n = 0; n < 3; n++) {
      const asked = await fetch(`${url}/api/me`, {
        headers: { authorization: `Bearer ${other}` },
        signal: AbortSignal.timeout(5_000),
      });
      expect(asked.status).toBe(200);
      expect((await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_900) })).status).toBe(200);
    }
    const busy = await api.database.pool.query(
      `select from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
    );
    expect(busy.rowCount).toBe(0);
  },
);

it('health answers while every connection of the requests is taken', async () => {
  const { url } = await listening();
  const taken = await Promise.all(Array.from({ length: 12 }, () => api.database.pool.connect()));
  try {
    const asked = await Promise.all([1, 2, 3].map(() => fetch(`${url}/health`)));
    expect(asked.map((reply) => reply.status)).toEqual([200, 200, 200]);
  } finally {
    for (const client of taken) client.release();
  }
});

it('an organization has a bounded number of uploads under way; others have theirs', async () => {
  const { port, url } = await listening();
  const token = await api.tokenOf(api.school.admin);
  for (let n = 0; n < 6; n++) await slowUpload(port, '/api/bulk/users/import', token);
  await sleep(500);
  const send = async (as: string): Promise<Response> => {
    const { payload, type } = formOf(
      { mapping: '{"preset":"auto"}', target_model: 'User' },
      { name: 'people.csv', content: peopleCsv(5) },
    );
    const headers = { authorization: `Bearer ${as}`, 'content-type': type };
    return fetch(`${url}/api/bulk/validation`, { method: 'POST', headers, body: payload });
  };
  const refused = await send(token);
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 'too_many_uploads' });
  expect((await send(other)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  await sleep(300);
  expect((await send(token)).status).toBe(200);
});

it.each([
  [
    '/api/bulk/users/import',
    'multipart/form-data; boundary=b',
    '--b\r\ncontent-disposition: form-data; name="mapping"\r\n\r\n{"preset":"auto"}\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\r\n',
  ],
  ['/api/groups', 'application/json', '{"name":"'],
])('a body to %s that hardly moves is ended with a reason', async (path, type, start) => {
  const { port } = await listening({
    pace: { windowMs: 300, bytesPerWindowMin: 100, bodyMsMax: 5_000, uploadMsMax: 5_000 },
  });
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const token = await api.tokenOf(api.school.admin);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\ncontent-length: 5000\r\n\r\n${start}`,
  );
  const drip = setInterval(() => socket.write('x'), 50);
  const answer = await readToEnd(socket, 4_000);
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('upload_too_slow');
});

it('a body that goes on for too long is ended, however fast it comes', async () => {
  const { port } = await listening({ pace: { windowMs: 200, bytesPerWindowMin: 1, bodyMsMax: 600, uploadMsMax: 600 } });
  const token = await api.tokenOf(api.school.admin);
  const socket = await slowUpload(port, '/api/bulk/users/import', token);
  const drip = setInterval(() => socket.write('x,y\n'.repeat(100)), 50);
  const answer = await readToEnd(socket, 5_000);
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

/** What came until the other side closed. */
async function readToEnd(socket: Socket, ms: number): Promise<string> {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (piece: Buffer) => (text += piece.toString()));
  await Promise.race([once(socket, 'close'), sleep(ms)]);
  expect(socket.destroyed || socket.readableEnded).toBe(true);
  return text;
}

const REFUSALS = [
  ['another format', '/api/bulk/import', { mapping: '{"preset":"auto"}', target_model: 'User' }, 'PK\u0003\u0004'],
  ['another format', '/api/bulk/validation', { mapping: '{"preset":"auto"}' }, 'PK\u0003\u0004'],
  ['an unknown target', '/api/bulk/import', { mapping: '{"preset":"auto"}', target_model: 'Moon' }, 'a,b\n'],
  ['an unknown target', '/api/bulk/validation', { mapping: '{"preset":"auto"}', target_model: 'Moon' }, 'a,b\n'],
  ['no mapping', '/api/bulk/import', { target_model: 'User' }, 'a,b\n'],
  ['no mapping', '/api/bulk/validation', { target_model: 'User' }, 'a,b\n'],
  ['a bad mapping', '/api/bulk/import', { mapping: '{"preset":"moon"}', target_model: 'User' }, 'a,b\n'],
  ['a field that is no JSON', '/api/bulk/import', { mapping: '{', target_model: 'User' }, 'a,b\n'],
  ['a cell as large as the file', '/api/bulk/import', { mapping: '{"preset":"auto"}', target_model: 'User' }, 'a,b\n"'],
  ['a cell as large as the file', '/api/bulk/validation', { mapping: '{"preset":"auto"}' }, 'a,b\n"'],
  ['a name that occurs twice', '/api/bulk/import', { mapping: '{"preset":"auto"}', target_model: 'User' }, 'a,a\n'],
  ['a name that occurs twice', '/api/bulk/validation', { mapping: '{"preset":"auto"}' }, 'a,a\n'],
] as const;

it.each(REFUSALS)(
  'a file refused for %s by %s leaves its connection usable, or closed, at any size',
  async (_why, path, fields, start) => {
    const { port, url } = await listening();
    const token = await api.tokenOf(api.school.admin);
    for (const size of [200_000, 1_000_000, 30_000_000]) {
      const content = start + 'x,y\n'.repeat(size / 4);
      const { payload, type } = formOf(fields, { name: 'people.csv', content });
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      const refused = await fetch(url + path, {
        method: 'POST',
        headers,
        body: payload,
        signal: AbortSignal.timeout(15_000),
      });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect((await refused.json()).code).toMatch(/^\w+$/);
      for (let n = 0; n < 3; n++)
        expect((await fetch(`${url}/api/me`, { headers, signal: AbortSignal.timeout(5_000) })).status).toBe(200);
      await twoOnOneSocket(port, path, token, { payload, type });
    }
  },
);

/** The refusal arrives; then the socket answers another request, or is closed. */
async function twoOnOneSocket(
  port: number,
  path: string,
  token: string,
  { payload, type }: { payload: string; type: string },
): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString()));
  socket.on('error', () => undefined);
  const body = Buffer.from(payload);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\ncontent-length: ${String(body.length)}\r\n\r\n`,
  );
  socket.write(body);
  await until(() => /^HTTP\/1\.1 4\d\d /.test(text));
  socket.write(`GET /api/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
  await until(() => text.includes('HTTP/1.1 200 ') || socket.destroyed);
  socket.destroy();
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('It took too long.');
    await sleep(10);
  }
}
