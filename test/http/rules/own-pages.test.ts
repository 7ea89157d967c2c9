/** Writes with the cookie of a browser, which sends it along whoever made the request. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, caller, testApp } from '../../fixtures/http.ts';

let database: TestDatabase;
let app: App;
let cookie: string;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  const { email } = await anOrganization(app, database, 'North');
  const signedIn = await caller(app)('POST', '/api/login', { login: email, password: 'correct horse' });
  [cookie = ''] = String(signedIn.headers['set-cookie']).split(';');
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const write = (headers: Record<string, string>) =>
  caller(app)('POST', '/api/groups', { name: 'Made' }, { cookie, ...headers });

it.each(['cross-site', 'same-site', 'none', 'same-origin, none', ''])(
  'a write of which the browser says that it came from %j is refused, whatever origin stands beside it',
  async (site) => {
    expect((await write({ 'sec-fetch-site': site })).status).toBe(403);
    const ownOrigin = { origin: 'http://localhost:80', host: 'localhost:80' };
    expect((await write({ 'sec-fetch-site': site, ...ownOrigin })).status).toBe(403);
  },
);

it('a write from our own page is done, and a read needs no such word', async () => {
  expect((await write({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  expect((await caller(app)('GET', '/api/groups', undefined, { cookie })).status).toBe(200);
});

it.each(['http://localhost:81', 'http://sub.localhost', 'null', 'https://elsewhere.example', 'no origin'])(
  'a write of a browser that says no more than the origin %s is refused',
  async (origin) => {
    expect((await write({ origin, host: 'localhost' })).status).toBe(403);
  },
);
