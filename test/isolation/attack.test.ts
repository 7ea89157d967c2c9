/** What `npm run attack` tries of a server, tried of ours; and that it would have found something. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import { attack } from '../../scripts/smoke/attack.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { anOrganization, testApp } from '../fixtures/http.ts';

const password = 'correct horse';
let database: TestDatabase;
let app: App;
let url: string;
let emails: string[];
beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  emails = [];
  for (const name of ['Aldermoor', 'Brackenfield']) emails.push((await anOrganization(app, database, name)).email);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const wanted = () => {
  const [attacker = '', victim = ''] = emails;
  return { attacker: { email: attacker, password }, victim: { email: victim, password }, most: 20_000 };
};

it('no role, and nobody, gets at another organization or beyond their rights, by any route that is described', async () => {
  const lines: string[] = [];
  const { findings, requests, isWhole } = await attack(url, wanted(), (line) => lines.push(line));
  expect(findings).toEqual([]);
  expect(isWhole).toBe(true);
  expect(requests).toBeGreaterThan(1_000);
  expect(lines.length).toBe(6);
});

it('a server that lets one request through, or gives one name away, is found out', async () => {
  const victim = (
    await app.inject({ method: 'POST', url: '/api/login', payload: { email: emails[1], password } })
  ).json();
  // Everybody who reads a course is taken for the other organization's admin.
  const open = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { authorization, 'content-type': type } = request.headers;
      const isHole = request.method === 'GET' && /^\/api\/courses\/[^/]+\/?$/.test(request.url ?? '');
      const headers = {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(authorization === undefined
          ? {}
          : { authorization: isHole ? `Bearer ${String(victim.token)}` : authorization }),
      };
      const body = Buffer.concat(pieces);
      const sent = { method: request.method ?? 'GET', headers, ...(body.length === 0 ? {} : { body }) };
      void fetch(url + (request.url ?? ''), sent).then(async (reply) => {
        response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? 'text/plain' });
        response.end(Buffer.from(await reply.arrayBuffer()));
      });
    });
  });
  await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
  const { port } = open.address() as AddressInfo; // eslint-disable-line no-restricted-syntax -- it listens on a port
  const { findings } = await attack(`http://127.0.0.1:${String(port)}`, { ...wanted(), most: 400 }, () => undefined);
  open.close();
  expect(findings.join('\n')).toMatch(/GET \/api\/courses\/\{id\}.*answered 200/);
  expect(findings.join('\n')).toMatch(/GET \/api\/courses\/\{id\}.*tells of the other/);
});
