/** Figures for who watches over the server. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { aSchool, students, work, type School } from '../../fixtures/school.ts';
import { queued } from '../../fixtures/stepwise.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';
import { create } from '../../fixtures/create.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

async function confirmed(school: School, ids: readonly string[], name = 'Leave'): Promise<string> {
  const params = { target: { student_ids: ids }, status: 'suspended' };
  const { id } = await create(school.engine, school.admin, { kind: 'user_status', name, params });
  await queued(school, id);
  return id;
}

it('the metrics say durations, length of the queue and failures by kind, of all organizations and nothing of any [MA-383]', async () => {
  const other = await aSchool(api.database, { name: 'Secret school' });
  const three = await students(api.database, api.school.orgId, 3);
  await work(api.school, await confirmed(api.school, [...three, newId()], 'Zoé leaves'));
  await work(api.school, await confirmed(api.school, [newId()]));
  await work(other, await confirmed(other, await students(api.database, other.orgId, 2)));
  const running = await confirmed(api.school, await students(api.database, api.school.orgId, 2));
  await applySlice(api.school.engine, api.school.orgId, running, 0);
  for (let n = 0; n < 4; n++) await confirmed(other, await students(api.database, other.orgId, 1));

  const app = await buildApp({ ...api.context, settings: { metricsToken: 'of-the-operator' } });
  const ask = (token?: string) =>
    app.inject({ url: '/metrics', headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  for (const token of [undefined, 'guessed', await api.tokenOf(api.school.admin)])
    expect((await ask(token)).statusCode).toBe(401);
  const { body, statusCode, headers } = await ask('of-the-operator');
  expect([statusCode, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
  const of = (status: string) => `{kind="user_status",lane="large",status="${status}"}`;
  expect(figures(body)).toMatchObject({
    [`muster_operations${of('queued')}`]: 4,
    [`muster_operations${of('processing')}`]: 1,
    [`muster_operations_oldest_seconds${of('queued')}`]: expect.any(Number),
    [`muster_operations_ended${of('completed')}`]: 2,
    [`muster_operations_ended${of('failed')}`]: 1,
    [`muster_items_failed${of('completed')}`]: 1,
    [`muster_items_failed${of('failed')}`]: 1,
    [`muster_operation_seconds${of('completed').replace('}', ',quantile="0.95"}')}`]: expect.any(Number),
  });
  const names = [...body.matchAll(/^muster_[a-z_]+\{(.*)\}/gm)].flatMap(
    ([, labels = '']) => labels.match(/\w+(?==)/g) ?? [],
  );
  expect(new Set(names)).toEqual(new Set(['kind', 'lane', 'status', 'quantile']));
  for (const secret of ['Secret', 'Zoé', 'Test school', api.school.orgId, other.orgId, running])
    expect(body).not.toContain(secret);
  await app.close();
  expect((await api.app.inject({ url: '/metrics' })).statusCode).toBe(404);
});

/** Each line of our own, by its name and labels. */
function figures(text: string): Record<string, number> {
  const lines = [...text.matchAll(/^(muster_\S+) (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
}
