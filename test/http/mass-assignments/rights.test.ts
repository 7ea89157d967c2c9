import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { assign, draft, massApi, preview, type MassApi, type Method } from './mass-api.ts';

const MASS_PATH = '/api/v1/mass-assignments';
const METHODS = z.enum(['GET', 'POST', 'PATCH', 'DELETE']);

let api: MassApi;
beforeAll(async () => {
  api = await massApi();
});
afterAll(() => api.end());

const SOME_ID = '01900000-0000-7000-8000-000000000009';
/** Every endpoint of the module, as the server itself describes them. */
async function endpoints(id: string): Promise<(readonly [Method, string])[]> {
  const { paths } = (await api.app.inject('/api/openapi.json')).json();
  const found = Object.entries<object>(paths).filter(([path]) => path.startsWith(MASS_PATH));
  return found.flatMap(([path, methods]) =>
    Object.keys(methods).map((name) => {
      const filled = path.slice(MASS_PATH.length).replace('{operation_id}', id);
      return [METHODS.parse(name.toUpperCase()), filled.replace(/\{\w+\}/, '1')] as const;
    }),
  );
}

it('nobody without a sign-in and no student gets in, whatever they ask [MA-249] [MA-250] [MA-D95]', async () => {
  const all = await endpoints(SOME_ID);
  expect(all.length).toBeGreaterThan(23);
  for (const [method, path] of all) {
    expect([path, (await api.call(null, method, path)).status]).toEqual([path, 401]);
    expect([path, (await api.call(api.people.ST1, method, path)).status]).toEqual([path, 403]);
  }
});

it('an operation of another organization is as unknown as one that never was [MA-251] [MA-D97]', async () => {
  const { SA1, SA2 } = api.people;
  const id = await draft(api, SA1, api.ids.C1.slice(0, 1));
  const bodies: Record<string, object> = {
    PATCH: {},
    [`/${id}/items/1`]: { parameters: {} },
    [`/${id}/releases/1`]: { action: 'hold' },
  };
  for (const [method, path] of (await endpoints(id)).filter(([, path]) => path.startsWith(`/${id}`))) {
    const body = bodies[path] ?? bodies[method];
    const foreign = await api.call(SA2, method, path, body);
    const unknown = await api.call(SA2, method, path.replace(id, SOME_ID), body);
    expect([path, foreign.status, foreign.body]).toEqual([path, 404, unknown.body]);
  }
});

it('history and operations are seen by right: own, own scope, all [MA-226] [MA-234] [MA-242] [MA-D88] [MA-D127] [MA-138]', async () => {
  const { T1, T2, TA1, SA1, SYS, SA2 } = api.people;
  const byT1 = (await assign(api, T1, api.ids.C1.slice(0, 2))).body.operation_id;
  const byT2 = (await assign(api, T2, api.ids.T2.slice(0, 2))).body.operation_id;
  const elsewhere = (await assign(api, SA1, api.ids.U2.slice(0, 2))).body.operation_id;
  const seen = async (as: MassApi['people']['T1'], query = '') =>
    (await api.call(as, 'GET', query)).body.items.map((item: { operation_id: string }) => item.operation_id);
  expect(await seen(T1)).toEqual([byT1]);
  expect((await seen(TA1)).sort()).toEqual([byT1, byT2].sort());
  expect(await seen(SA1)).toEqual(expect.arrayContaining([byT1, byT2, elsewhere]));
  expect(await seen(SYS)).toEqual(await seen(SA1));
  expect(await seen(SA2)).toEqual([]);
  expect(await seen(SA1, `?initiated_by=${String(T2.userId)}&status=completed&type=assign_sequence`)).toEqual([byT2]);
  expect(await seen(SA1, '?to=2020-01-01')).toEqual([]);
  expect((await api.call(T1, 'GET', `/${byT2}`)).status).toBe(404);
  expect((await api.call(T1, 'POST', `/${byT2}/rollback`, {})).status).toBe(404);
  expect((await api.call(T1, 'GET', `/${byT1}/audit`)).status).toBe(403);
  expect((await api.call(TA1, 'GET', `/${byT1}/audit`)).body.items[0]).toMatchObject({
    action: 'create',
    actor: T1.userId,
    actor_role: 'teacher',
  });
  expect((await api.call(TA1, 'GET', `/${elsewhere}/audit`)).status).toBe(404);
});

it('a teacher_admin undoes own operations only, a subscriber_admin any [MA-140] [MA-141] [MA-233] [MA-241] [MA-D96]', async () => {
  const { T1, TA1, SA1 } = api.people;
  const give = async (as: MassApi['people']['T1'], student = '') =>
    (await assign(api, as, [student], { content_payload: { sequence_id: api.sequences.S2 } })).body.operation_id;
  const [bySA1, byTA1, byT1] = [
    await give(SA1, api.ids.T2[5]),
    await give(TA1, api.ids.T2[6]),
    await give(T1, api.ids.C2[6]),
  ];
  expect((await api.call(TA1, 'POST', `/${bySA1}/rollback`, {})).status).toBe(403);
  expect((await api.call(TA1, 'POST', `/${byTA1}/rollback`, {})).status).toBe(200);
  expect((await api.call(SA1, 'POST', `/${byT1}/rollback`, {})).status).toBe(200);
});

it('without the ensemble plan a teacher_admin acts for own students only [MA-227]', async () => {
  const { TA1, T2 } = api.people;
  await api.asOwner("update orgs set plan = 'solo' where id = $1", [api.school.orgId]);
  const target = { student_ids: api.ids.T2.slice(0, 3) };
  const body = { operation_type: 'assign_sequence', target, content_payload: { sequence_id: api.sequences.S1 } };
  const refused = await api.call(TA1, 'POST', '', body);
  expect([refused.status, refused.body.code, refused.body.limit]).toEqual([403, 'plan_required', 50]);
  expect((await api.call(T2, 'POST', '', body)).status).toBe(201);
  await api.asOwner('update users set primary_teacher_id = $1 where id = any($2::uuid[])', [
    TA1.userId,
    target.student_ids,
  ]);
  expect((await api.call(TA1, 'POST', '', body)).status).toBe(201);
  await api.asOwner('update users set primary_teacher_id = $1 where id = any($2::uuid[])', [
    T2.userId,
    target.student_ids,
  ]);
  await api.asOwner("update orgs set plan = 'ensemble' where id = $1", [api.school.orgId]);
});

it('rights that end during the run end it for the rest [MA-D38]', async () => {
  const { TA1 } = api.people;
  const id = await draft(api, TA1, api.ids.U1.slice(0, 60), { content_payload: { sequence_id: api.sequences.S3 } });
  const plan = await preview(api, TA1, id);
  expect((await api.call(TA1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash })).status).toBe(202);
  await api.asOwner('update users set unit_id = $1 where id = any($2::uuid[])', [
    api.units.U2,
    api.ids.U1.slice(0, 10),
  ]);
  await api.work(id);
  const failed = await api.call(api.people.SA1, 'GET', `/${id}/items?status=failed`);
  expect([failed.body.total, failed.body.items[0].code]).toEqual([10, 'permission_revoked']);
  await api.asOwner('update users set unit_id = $1 where id = any($2::uuid[])', [
    api.units.U1,
    api.ids.U1.slice(0, 10),
  ]);
});

it('the roster lists whom the caller may select, by every filter, and counts as many [MA-079] [MA-080] [MA-081] [MA-082] [MA-083] [MA-084] [MA-085] [MA-086] [MA-087] [MA-D141] [MA-D142]', async () => {
  const { T1, SA1 } = api.people;
  const total = async (query: string, as = SA1) => (await api.call(as, 'GET', `/roster${query}`)).body.total;
  expect(await total('', T1)).toBe(60);
  expect(await total(`?teacher=${String(T1.userId)}`)).toBe(60);
  expect(await total(`?class=${api.classes.C1}`)).toBe(30);
  expect(await total('?grade_level=5')).toBe(30);
  const inactive = await api.call(SA1, 'GET', '/roster?status=inactive');
  expect([inactive.body.total, inactive.body.items[0].status]).toEqual([40, 'inactive']);
  const [student = ''] = api.ids.C1;
  await api.asOwner("update users set display_name = 'Zoé Ångström' where id = $1", [student]);
  expect(await total('?q=zoe%20ang')).toBe(1);
  expect(await total(`?q=s-${student}`)).toBe(1);
  expect(await total(`?q=${student}`)).toBe(1);
  expect(await total(`?q=zoe&class=${api.classes.C2}`)).toBe(0);
  const pages = await api.call(SA1, 'GET', `/roster?class=${api.classes.C1}&page=1`);
  expect(pages.body.items[0].classes).toEqual([{ class_id: api.classes.C1, name: 'C1' }]);
  const count = async (body: object, as = T1) => (await api.call(as, 'POST', '/roster/count', body)).body;
  expect(await count({ selection: {} })).toEqual({ count: 60, limit: 50, restricted: 0 });
  await api.asOwner('update users set is_restricted = true where id = any($1::uuid[])', [api.ids.C2.slice(0, 2)]);
  expect(await count({ selection: {} })).toEqual({ count: 58, limit: 50, restricted: 2 });
  expect(await count({ selection: { class_id: api.classes.C1 }, exclude: api.ids.C1.slice(0, 5) })).toMatchObject({
    count: 25,
  });
});
