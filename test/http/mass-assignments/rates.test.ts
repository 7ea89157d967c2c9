/** How much one organization and one person may ask for. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { aPerson, aSequence } from '../../fixtures/school.ts';
import { until } from '../../fixtures/until.ts';
import { assign, draft, massApi, preview, type Answer, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi();
});
// What one test sets or uses up, another does not see.
beforeEach(() => setLimits({ creates_per_hour: 100_000, confirms_per_hour: 100_000 }));
afterAll(() => api.end());

type Who = MassApi['people']['T1'];
let used = 0;

const setLimits = (rate_limits: Record<string, number>) =>
  api.asOwner('update orgs set settings = $1 where id = $2', [{ rate_limits }, api.school.orgId]);

async function confirm(as: Who, count = 1): Promise<Answer> {
  const students = api.ids.U2.slice(used, (used += count));
  const id = await draft(api, as, students);
  const { body } = await preview(api, as, id);
  return api.call(as, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash });
}

function expectRefused({ status, body, headers }: Answer, code: string): void {
  expect([status, body.code]).toEqual([429, code]);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(3_600);
}

it('one person confirms ten times a minute, and another of the organization is not held up [MA-D80]', async () => {
  const somebody = () => aPerson(api.database, api.school.orgId, { name: 'Some Admin', roles: ['subscriber_admin'] });
  const [one, other] = [await somebody(), await somebody()];
  for (let n = 0; n < 10; n++) expect((await confirm(one)).status).toBe(200);
  expectRefused(await confirm(one), 'too_many_requests');
  expect((await confirm(other)).status).toBe(200);
});

it('an organization makes 300 an hour and confirms 300, and no other is held up; its own numbers go before [MA-264]', async () => {
  const { SA1, SA2, TA1 } = api.people;
  await api.asOwner("update orgs set settings = '{}'");
  const body = (sequence_id: string) => ({
    operation_type: 'assign_sequence',
    target: { student_ids: api.ids.U1.slice(0, 1) },
    content_payload: { sequence_id },
  });
  const make = (as: Who) => api.call(as, 'POST', '', body(api.sequences.S1));
  const waiting = await draft(api, TA1, api.ids.U1.slice(0, 1));
  const plan = await preview(api, TA1, waiting);
  const fill = (action: string) =>
    api.asOwner(
      `insert into audit (org_id, id, action, actor_role, detail)
       select org_id, overlay(gen_random_uuid()::text placing left(id::text, 13) from 1 for 13)::uuid, $2, 'teacher', '{"kind": "assign_sequence"}'
       from audit, generate_series(1, 300) where id = (select id from audit where org_id = $1 order by id desc limit 1)`,
      [api.school.orgId, action],
    );
  await fill('create');
  expectRefused(await make(SA1), 'too_many_requests');
  expect((await make(SA2)).status).toBe(201);
  await fill('confirm');
  const start = () => api.call(TA1, 'POST', `/${waiting}/confirm`, { plan_hash: plan.body.plan_hash });
  expectRefused(await start(), 'too_many_requests');
  await setLimits({ creates_per_hour: 1_000, confirms_per_hour: 1_000, confirms_per_minute: 100 });
  expect((await make(SA1)).status).toBe(201);
  expect((await start()).status).toBe(200);
});

it('three operations are at work, twenty wait, and the next is told to come again [MA-D99] [MA-D02]', async () => {
  const { SA1, T1 } = api.people;
  await setLimits({ creates_per_hour: 100_000, confirms_per_hour: 100_000, confirms_per_minute: 100 });
  const students = api.ids.U2.slice(0, 51);
  const large = async () => {
    const id = await draft(api, SA1, students, { conflict_policy: 'create_new' });
    const { body } = await preview(api, SA1, id);
    const given = { plan_hash: body.plan_hash, acknowledge_warnings: true };
    return api.call(SA1, 'POST', `/${id}/confirm`, given);
  };
  const ids: string[] = [];
  for (let n = 0; n < 23; n++) {
    const { status, body } = await large();
    expect(status).toBe(202);
    ids.push(body.operation_id);
  }
  expectRefused(await large(), 'queue_full');
  const phases = [];
  for (const id of ids.slice(0, 4)) {
    await applySlice(api.school.engine, api.school.orgId, id, 0);
    phases.push((await api.call(SA1, 'GET', `/${id}`)).body.phase);
  }
  expect(phases).toEqual(['processing', 'processing', 'processing', 'queued']);
  expect((await assign(api, T1, api.ids.C2.slice(0, 1))).body.operation_status).toBe('completed');
});

it('five small ones of an organization are worked at the same time, the sixth is left to the worker [MA-D02]', async () => {
  const { T1, SA2 } = api.people;
  const confirmable = async (as: Who, students: string[], sequence_id: string) => {
    const id = await draft(api, as, students, { content_payload: { sequence_id }, conflict_policy: 'create_new' });
    const { body } = await preview(api, as, id);
    const given = { plan_hash: body.plan_hash, acknowledge_warnings: true };
    return { id, confirm: () => api.call(as, 'POST', `/${id}/confirm`, given) };
  };
  const six = [];
  for (let n = 0; n < 6; n++) six.push(await confirmable(T1, api.ids.C1.slice(3 * n, 3 * n + 3), api.sequences.S3));
  const foreign = await aSequence(api.database, api.other.orgId);
  const elsewhere = await confirmable(SA2, api.ids.foreign.slice(0, 1), foreign);
  // Whoever applies waits here.
  await api.asOwner('begin');
  await api.asOwner('lock table assignments in share mode');
  const answers = [];
  for (const [at, { id, confirm }] of [...six, elsewhere].entries()) {
    answers.push(confirm());
    const isSixth = at === 5;
    const [found] = isSixth ? [] : await untilAdmitted(id);
    if (!isSixth) expect(found).toBeDefined();
    else expect(await answers[5]).toMatchObject({ status: 202, body: { phase: 'queued' } });
  }
  await api.asOwner('commit');
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 202, 200]);
  await api.work(six[5]?.id ?? '');
  const last = await api.call(T1, 'GET', `/${six[5]?.id ?? ''}`);
  expect(last.body.operation_status).toBe('completed');
});

/** Its confirmation is written, so that the next one sees it. */
async function untilAdmitted(id: string): Promise<unknown[]> {
  return until('the confirmation is written', async () => {
    const { rows } = await api.database.pool.query('select from find_unfinished_operations() where operation_id = $1', [
      id,
    ]);
    return rows.length > 0 ? rows : null;
  });
}
