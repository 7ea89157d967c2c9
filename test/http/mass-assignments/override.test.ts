/** What a written reason sets aside, and what nothing does. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { create } from '../../fixtures/create.ts';
import { run } from '../../fixtures/school.ts';
import { applyOneChunk } from '../../fixtures/stepwise.ts';
import { assign, draft, massApi, preview, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi();
});
afterAll(() => api.end());

const REASON = 'Restoring what was lost in the outage';
const setState = (ids: readonly string[], values: string) =>
  api.asOwner(`update users set ${values} where id = any($1::uuid[])`, [ids]);

it('a system_admin gives work to inactive students with a reason of ten characters, for all to see; never what cannot be given [MA-D92]', async () => {
  const { SYS, SA1 } = api.people;
  const students = [...api.ids.inactive.slice(0, 2), ...api.ids.suspended.slice(0, 1)];
  const short = await api.call(SYS, 'POST', '', {
    operation_type: 'assign_sequence',
    target: { student_ids: students },
    content_payload: { sequence_id: api.sequences.S1 },
    override_reason: 'because',
  });
  expect([short.status, short.body.errors[0].field]).toEqual([400, 'override_reason']);
  const id = await draft(api, SYS, students);
  const refused = await api.call(SYS, 'POST', `/${id}/validate`);
  expect(refused.body.errors.map((entry: { code: string }) => entry.code).sort()).toEqual([
    'student_inactive',
    'student_inactive',
    'student_suspended',
  ]);
  const reasoned = await api.call(SYS, 'PATCH', `/${id}`, { override_reason: REASON });
  expect(reasoned.body.override_reason).toBe(REASON);
  const { body } = await preview(api, SYS, id);
  expect([body.errors, body.warnings.length, body.impact.to_create]).toEqual([[], 3, 3]);
  expect(body.warnings[0]).toMatchObject({ code: 'rule_set_aside', student_id: expect.any(String) });
  const done = await api.call(SYS, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash, acknowledge_warnings: true });
  expect(done.body.progress).toMatchObject({ successful: 3, failed: 0 });
  const [seen] = (await api.call(SA1, 'GET', '')).body.items;
  expect([seen.operation_id, seen.override_reason]).toEqual([id, REASON]);
  const audit = (await api.call(SA1, 'GET', `/${id}/audit`)).body.items;
  const confirmed = audit.find((entry: { action: string }) => entry.action === 'confirm');
  expect(confirmed).toMatchObject({ actor_role: 'system_admin', detail: { override_reason: REASON } });
  const deprecated = await draft(api, SYS, api.ids.U2.slice(0, 1), {
    content_payload: { sequence_id: api.sequences.S9 },
    override_reason: REASON,
  });
  const still = await api.call(SYS, 'POST', `/${deprecated}/validate`);
  expect(still.body.errors).toMatchObject([{ code: 'content_deprecated' }]);
});

it('restricted students are left out of all, and included by name with a reason of a subscriber_admin; no report tells more of anybody [MA-D39]', async () => {
  const { SA1, T1 } = api.people;
  const restricted = api.ids.C1.slice(0, 2);
  await setState(restricted, 'is_restricted = true');
  const count = await api.call(T1, 'POST', '/roster/count', { selection: {} });
  expect(count.body).toMatchObject({ count: 58, restricted: 2 });
  const byName = (as: MassApi['people']['T1'], more: object = {}) =>
    draft(api, as, restricted, { content_payload: { sequence_id: api.sequences.S2 }, ...more });
  const codes = async (as: MassApi['people']['T1'], id: string) =>
    (await api.call(as, 'POST', `/${id}/validate`)).body.errors.map((entry: { code: string }) => entry.code);
  const closed = ['student_not_accessible', 'student_not_accessible'];
  expect(await codes(SA1, await byName(SA1))).toEqual(closed);
  expect(await codes(T1, await byName(T1, { override_reason: REASON }))).toEqual(closed);
  const id = await byName(SA1, { override_reason: REASON });
  expect(await codes(SA1, id)).toEqual([]);
  const { body } = await preview(api, SA1, id);
  const done = await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash, acknowledge_warnings: true });
  expect(done.body.progress).toMatchObject({ successful: 2 });
  const report = await api.call(SA1, 'GET', `/${id}/report.csv`);
  expect(report.text.replace(/^\uFEFF/, '').split('\r\n')[0]).toBe(
    'student_id,name,class,grade,content,outcome,assignment_id,code,message,correction,time',
  );
  await setState(restricted, 'is_restricted = false');
});

it('who is suspended while it runs fails with that reason, whole, and the others go on [MA-D04]', async () => {
  const { SA1 } = api.people;
  const students = api.ids.U2.slice(100, 220);
  const id = await draft(api, SA1, students);
  const { body } = await preview(api, SA1, id);
  const begun = await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash });
  expect(begun.status).toBe(202);
  const [inactive = '', ...suspended] = students.slice(0, 8);
  await setState(suspended, "status = 'suspended'");
  await setState([inactive], "status = 'inactive'");
  await api.work(id);
  const { progress } = (await api.call(SA1, 'GET', `/${id}`)).body;
  expect(progress).toMatchObject({ total: 120, successful: 112, failed: 8 });
  const failed = await api.call(SA1, 'GET', `/${id}/items?status=failed`);
  const codes = failed.body.items.map((item: { code: string }) => item.code);
  expect(codes.sort()).toEqual(['student_inactive', ...Array<string>(7).fill('student_suspended')]);
  const given = await api.query(
    sql`select from assignments where operation_id = ${id} and student_id = any(${[inactive, ...suspended]}::uuid[])`,
  );
  expect(given).toEqual([]);
  await setState([inactive, ...suspended], "status = 'active'");
  const again = await api.call(SA1, 'POST', `/${id}/retry`);
  expect([again.status, again.body.progress.successful]).toEqual([202, 8]);
  expect((await assign(api, SA1, students)).body.progress).toMatchObject({ skipped: 120 });
});

it('a suspension that runs while work is given out changes nobody who has it, and stops it whole for who has it not yet [MA-399]', async () => {
  const { SA1 } = api.people;
  const students = api.ids.U2.slice(220, 340);
  const id = await draft(api, SA1, students);
  const { body } = await preview(api, SA1, id);
  expect((await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash })).status).toBe(202);
  expect(await applyOneChunk(api.school, id, 40)).toBe(true);
  const served = (
    await api.query(sql<{ student_id: string }>`select student_id from assignments where operation_id = ${id}`)
  ).map((row) => row.student_id);
  expect(served).toHaveLength(40);
  const unserved = students.filter((student) => !served.includes(student)).slice(0, 7);
  const chosen = [...served.slice(0, 3), ...unserved];
  const suspension = await create(api.school.engine, SA1, {
    kind: 'user_status',
    name: 'Suspend',
    params: { target: { student_ids: chosen }, status: 'suspended' },
  });
  expect(await run(api.school, suspension.id)).toMatchObject({ status: 'completed', successful_items: 10 });
  await api.work(id);
  const { progress } = (await api.call(SA1, 'GET', `/${id}`)).body;
  expect(progress).toMatchObject({ total: 120, successful: 113, failed: 7 });
  const failed = (await api.call(SA1, 'GET', `/${id}/items?status=failed`)).body.items;
  expect(failed.map((item: { code: string; student_id: string }) => [item.code, item.student_id]).sort()).toEqual(
    unserved.map((student) => ['student_suspended', student]).sort(),
  );
  const steps = await api.query(
    sql<{ student_id: string; steps: number }>`
      select a.student_id, (select count(*)::int from assignment_steps s where s.org_id = a.org_id and s.assignment_id = a.id) as steps
      from assignments a where a.operation_id = ${id} and a.student_id = any(${chosen}::uuid[])`,
  );
  expect(steps.map((row) => row.student_id).sort()).toEqual(served.slice(0, 3).sort());
  expect(new Set(steps.map((row) => row.steps))).toEqual(new Set([12]));
  await setState(chosen, "status = 'active'");
});
