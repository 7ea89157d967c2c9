/** Numbers of mass assignments that are an organization's own, set as an administrator sets them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { draft, massApi, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi();
  await api.asOwner("update orgs set settings = '{}'");
});
afterAll(() => api.end());

async function set(as: Actor, settings: object): Promise<number> {
  const headers = { ...(await api.headersOf(as)), 'x-organization-id': api.school.orgId };
  const url = '/api/organization';
  return (await api.app.inject({ method: 'PATCH', url, headers, payload: { settings } })).statusCode;
}

async function give(student: string, count: number, dueAt: Date | null = null): Promise<void> {
  await api.asOwner(
    "insert into assignments (org_id, id, student_id, content_type, title, state, due_at) select $1, gen_random_uuid(), $2, 'games', 'Games', 'open', $4 from generate_series(1, $3::int)",
    [api.school.orgId, student, count, dueAt],
  );
}

async function codesFor(student: string, more: object = {}): Promise<[string[], string[]]> {
  const { SA1 } = api.people;
  const { body } = await api.call(SA1, 'POST', `/${await draft(api, SA1, [student], more)}/validate`);
  const of = (entries: { code: string }[]): string[] => entries.map(({ code }) => code).sort();
  return [of(body.errors), of(body.warnings)];
}

it('the load that an organization sets is warned of and refused instead of the usual one [MA-D72] [MA-D73] [MA-D74]', async () => {
  const { SA1 } = api.people;
  const [student = '', other = ''] = api.ids.U2;
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
  await give(student, 2);
  await give(other, 1, inDays(30));
  const dated = { scheduling: { due_date: inDays(32).toISOString().slice(0, 10) } };
  expect([await codesFor(student), await codesFor(other, dated)]).toEqual([
    [[], []],
    [[], []],
  ]);
  expect(await set(SA1, { load: { recommended: 2, hard: 3, due_in_week: 1 } })).toBe(200);
  expect(await codesFor(student)).toEqual([[], ['load_above_recommended']]);
  expect(await codesFor(other, dated)).toEqual([[], ['pacing_density']]);
  await give(student, 1);
  expect((await codesFor(student))[0]).toEqual(['student_capacity_exceeded']);
});

it('an organization whose plan raises its rates makes as many as it says', async () => {
  const { SA1, SYS } = api.people;
  const make = async () =>
    (
      await api.call(SA1, 'POST', '', {
        operation_type: 'assign_sequence',
        target: { student_ids: api.ids.U1.slice(0, 1) },
        content_payload: { sequence_id: api.sequences.S1 },
      })
    ).status;
  expect(await make()).toBe(201);
  await api.asOwner(
    `insert into audit (org_id, id, action, actor_role, detail)
     select org_id, overlay(gen_random_uuid()::text placing left(id::text, 13) from 1 for 13)::uuid, 'create', 'teacher', '{"kind": "assign_sequence"}'
     from audit, generate_series(1, 300) where id = (select id from audit where org_id = $1 order by id desc limit 1)`,
    [api.school.orgId],
  );
  expect(await make()).toBe(429);
  expect(await set(SA1, { rate_limits: { creates_per_hour: 400 } })).toBe(403);
  expect(await make()).toBe(429);
  expect(await set(SYS, { rate_limits: { creates_per_hour: 400 } })).toBe(200);
  expect(await make()).toBe(201);
});
