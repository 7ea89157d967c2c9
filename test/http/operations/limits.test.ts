/** What a server takes: so much in a file, so much in a minute. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import type { Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { aPerson, testEngine } from '../../fixtures/school.ts';
import { bulkApi, formOf, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

it('a file above the limit that is set is refused with the limit, and leaves nothing [BO-391]', async () => {
  const app = await buildApp({ ...api.context, settings: { uploadBytesMax: 1_000 } });
  const send = async (url: string, rows: number) => {
    const { payload, type } = formOf(
      { mapping: '{"preset":"auto"}', target_model: 'User' },
      { name: 'people.csv', content: peopleCsv(rows) },
    );
    const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}`, 'content-type': type };
    return app.inject({ method: 'POST', url, headers, payload });
  };
  for (const url of ['/api/bulk/import', '/api/bulk/validation']) {
    const refused = await send(url, 100);
    expect(refused.json()).toMatchObject({ status: 413, code: 'too_large', limit_bytes: 1_000 });
    expect(refused.json().detail).toContain('1000');
  }
  expect((await api.call('GET', '/operations')).headers['x-total-count']).toBe('0');
  expect((await send('/api/bulk/import', 5)).statusCode).toBe(201);
  await app.close();
});

it('an account that asks too often has to wait until the minute is over; others do not [BO-393]', async () => {
  let now = new Date('2026-11-02T08:00:20Z');
  const engine = testEngine(api.database, () => now);
  const app = await buildApp({ ...api.context, engine, settings: { requestsPerMinute: 3 } });
  const second = await aPerson(api.database, api.school.orgId, { name: 'Second', roles: ['teacher'] });
  const ask = async (as: Actor) =>
    app.inject({ url: '/api/bulk/operations', headers: { authorization: `Bearer ${await api.tokenOf(as)}` } });
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await ask(api.school.admin)).statusCode);
  expect(statuses).toEqual([200, 200, 200, 429]);
  const refused = await ask(api.school.admin);
  expect(refused.headers['retry-after']).toBe('40');
  expect(refused.json()).toMatchObject({ code: 'too_many_requests' });
  expect((await ask(second)).statusCode).toBe(200);
  now = new Date('2026-11-02T08:01:00Z');
  expect((await ask(api.school.admin)).statusCode).toBe(200);
  await app.close();
});
