import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { aSequence } from '../../fixtures/school.ts';
import { assign, draft, massApi, NOVEMBER, preview, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi(NOVEMBER);
});
afterAll(() => api.end());

const countAssignments = async (): Promise<number> => {
  const [row] = await api.query(sql<{ n: number }>`select count(*) as n from assignments where state <> 'withdrawn'`);
  return row?.n ?? 0;
};

const sum = (...numbers: (number | undefined)[]): number =>
  numbers.reduce<number>((total, number) => total + (number ?? 0), 0);

it('each of the three roles gives a sequence to ten permitted students, with one confirmation [MA-001] [MA-012]', async () => {
  const { T1, TA1, SA1 } = api.people;
  const lists = [
    [T1, api.ids.C1.slice(0, 10)],
    [TA1, api.ids.T2.slice(0, 10)],
    [SA1, api.ids.U2.slice(0, 10)],
  ] as const;
  // Of this test alone, so that nobody has it yet.
  const sequence = await aSequence(api.database, api.school.orgId, 'Given by three roles');
  for (const [who, students] of lists) {
    const done = await assign(api, who, students, { content_payload: { sequence_ids: [sequence] } });
    expect(done.body).toMatchObject({
      operation_status: 'completed',
      phase: 'done',
      outcome: 'full',
      initiated_by: who.userId,
      progress: { total: 10, processed: 10, successful: 10, failed: 0, skipped: 0, percent: 100 },
    });
  }
});

it('a cycle shows each status and phase, and writes nothing before the confirmation [MA-D55] [MA-027] [MA-032] [MA-111] [MA-118] [MA-260] [MA-D110]', async () => {
  const { T1 } = api.people;
  const before = await countAssignments();
  const students = api.ids.C1.concat(api.ids.C2).slice(0, 50);
  const id = await draft(api, T1, students, {
    scheduling: { due_date: '2027-01-20' },
    parameters: { mastery_threshold: 85, retry_policy: { max_retries: 2 }, optional_steps: [3, 4] },
  });
  const state = async () => {
    const { body } = await api.call(T1, 'GET', `/${id}`);
    return [body.operation_status, body.phase];
  };
  expect(await state()).toEqual(['pending', 'draft']);
  const early = await api.call(T1, 'POST', `/${id}/confirm`, { plan_hash: 'x' });
  expect([early.status, early.body.code]).toEqual([409, 'not_validated']);
  const unseen = await api.call(T1, 'GET', `/${id}/preview`);
  expect([unseen.status, unseen.body.code]).toEqual([409, 'not_validated']);
  const plan = await preview(api, T1, id);
  expect(await state()).toEqual(['pending', 'planned']);
  expect(plan.body).toMatchObject({
    impact: { to_create: 50, to_modify: 0, to_skip: 0, blocked: 0 },
    summary: 'This will create 50 new assignments',
    confirm_count: null,
    plan_hash: expect.stringMatching(/./),
    expires_at: expect.stringMatching(/Z$/),
  });
  expect(plan.body.rows).toHaveLength(50);
  expect(plan.body.rows[0].values).toMatchObject({
    mastery_threshold: 85,
    max_retries: 2,
    progression_rule: 'sequential',
    sequence_version: 3,
  });
  expect(await countAssignments()).toBe(before);
  const hashless = await api.call(T1, 'POST', `/${id}/confirm`, {});
  expect([hashless.status, hashless.body.code]).toEqual([400, 'plan_hash_missing']);
  const wrong = await api.call(T1, 'POST', `/${id}/confirm`, { plan_hash: 'old' });
  expect([wrong.status, wrong.body.code, wrong.body.differences.length]).toEqual([409, 'plan_stale', 1]);
  const key = { 'idempotency-key': 'once' };
  const done = await api.call(T1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash }, key);
  expect([done.status, done.body.progress.successful, done.body.phase]).toEqual([200, 50, 'done']);
  const again = await api.call(T1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash }, key);
  expect([again.status, again.body.operation_id]).toEqual([200, id]);
  const twice = await api.call(T1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash });
  expect([twice.status, twice.body.code]).toEqual([409, 'invalid_state']);
  expect(await countAssignments()).toBe(before + 50);
  const steps = await api.query(sql<{ step_no: number }>`
    select distinct step_no from assignment_steps s join assignments a on a.id = s.assignment_id where a.operation_id = ${id} and s.is_optional order by 1`);
  expect(steps).toEqual([{ step_no: 3 }, { step_no: 4 }]);
});

it('whoever is told that the plan is made finds it, however long the database takes to commit it', async () => {
  const { T1 } = api.people;
  const id = await draft(api, T1, api.ids.C1.slice(0, 2));
  await api.asOwner(`
    create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(0.5); return null; end';
    create constraint trigger dawdle after update on operations deferrable initially deferred for each row execute function dawdle()`);
  expect((await api.call(T1, 'POST', `/${id}/validate`)).status).toBe(200);
  expect((await api.call(T1, 'GET', `/${id}/preview`)).status).toBe(200);
  await api.asOwner('drop function dawdle cascade');
});

it('the status carries the fields of an operation [MA-041] [MA-043] [MA-044] [MA-045] [MA-046] [MA-048] [MA-070] [MA-D77] [MA-D113]', async () => {
  const { T1 } = api.people;
  const students = api.ids.C2.slice(0, 3).sort();
  const id = await draft(api, T1, students, {
    initiated_by: 'somebody else',
    parameters: { mastery_threshold: 0, optional_steps: [2] },
  });
  await preview(api, T1, id);
  const { body } = await api.call(T1, 'GET', `/${id}`);
  expect(body).toMatchObject({
    operation_id: id,
    operation_type: 'assign_sequence',
    initiated_by: T1.userId,
    target_students: students,
    content_payload: { sequence_id: api.sequences.S1 },
    conflict_policy: 'skip',
    template_id: null,
    scheduling: { start_date: null, due_date: null, staggered_release: false, stagger_interval: 7 },
    parameters: { mastery_threshold: 0, optional_steps: [2] },
    rollback: { status: 'none', available_until: null },
    progress: { total: 3, processed: 0, successful: 0, failed: 0, skipped: 0 },
  });
});

it('a draft is changed and discarded; a confirmed operation is neither [MA-D107] [MA-D108]', async () => {
  const { T1 } = api.people;
  const id = await draft(api, T1, api.ids.C1.slice(0, 2), { content_payload: { sequence_id: api.sequences.S3 } });
  await preview(api, T1, id);
  const changed = await api.call(T1, 'PATCH', `/${id}`, { parameters: { mastery_threshold: 70 } });
  expect([changed.status, changed.body.phase, changed.body.plan_hash]).toEqual([200, 'draft', null]);
  expect(changed.body).toMatchObject({
    parameters: { mastery_threshold: 70 },
    content_payload: { sequence_id: api.sequences.S3 },
  });
  expect((await api.call(T1, 'PATCH', `/${id}`, { parameters: { mastery_threshold: 101 } })).status).toBe(400);
  expect((await api.call(T1, 'DELETE', `/${id}`)).status).toBe(204);
  expect((await api.call(T1, 'GET', `/${id}`)).status).toBe(404);
  const done = await assign(api, T1, api.ids.C1.slice(0, 2), { content_payload: { sequence_id: api.sequences.S3 } });
  const later = done.body.operation_id;
  expect((await api.call(T1, 'PATCH', `/${later}`, { parameters: {} })).status).toBe(409);
  expect((await api.call(T1, 'DELETE', `/${later}`)).status).toBe(409);
});

it('350 students run in the background, in chunks of 100 from one queue [MA-122] [MA-050]', async () => {
  const { SA1 } = api.people;
  const id = await draft(api, SA1, api.ids.U2.slice(0, 350), { content_payload: { sequence_id: api.sequences.S2 } });
  const plan = await preview(api, SA1, id);
  const given = await countAssignments();
  const confirmed = await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash });
  expect(await countAssignments()).toBe(given);
  expect([confirmed.status, confirmed.body.operation_status, confirmed.body.phase]).toEqual([202, 'pending', 'queued']);
  expect(confirmed.headers['location']).toBe(`/api/v1/mass-assignments/${id}`);
  const seen: number[] = [];
  for (let isDone = false; !isDone;) {
    isDone = await applySlice(api.school.engine, api.school.orgId, id, 0);
    const { progress, phase } = (await api.call(SA1, 'GET', `/${id}`)).body;
    const { successful, failed, skipped }: Record<string, number> = progress;
    expect(progress.processed).toBe(sum(successful, failed, skipped));
    expect(phase).toBe(isDone ? 'done' : 'processing');
    seen.push(progress.processed);
  }
  expect(seen).toEqual([100, 200, 300, 350, 350]);
});

it('above 500 students the plan is made in the background and the number is typed; pause, resume and cancel hold [MA-127] [MA-262] [MA-D109] [MA-D55] [MA-D58] [MA-D60]', async () => {
  const { SA1 } = api.people;
  const id = await draft(api, SA1, [], {
    target: { selection: { status: 'active' } },
    content_payload: { sequence_id: api.sequences.S3 },
  });
  const validating = await api.call(SA1, 'POST', `/${id}/validate`);
  expect([validating.status, validating.body.operation_status, validating.body.phase]).toEqual([
    202,
    'validating',
    'validating',
  ]);
  expect((await api.call(SA1, 'PATCH', `/${id}`, {})).status).toBe(409);
  await api.plan(id);
  const plan = await api.call(SA1, 'GET', `/${id}/preview`);
  expect(plan.body.pages).toBe(Math.ceil(plan.body.total / 50));
  const untyped = await api.call(SA1, 'POST', `/${id}/confirm`, {
    plan_hash: plan.body.plan_hash,
    acknowledge_warnings: true,
  });
  expect([untyped.status, untyped.body.code, untyped.body.count]).toEqual([
    400,
    'confirm_count_mismatch',
    plan.body.confirm_count,
  ]);
  const typed = await api.call(SA1, 'POST', `/${id}/confirm`, {
    plan_hash: plan.body.plan_hash,
    acknowledge_warnings: true,
    confirm_count: plan.body.confirm_count,
  });
  expect(typed.status).toBe(202);
  await applySlice(api.school.engine, api.school.orgId, id, 0);
  const paused = await api.call(SA1, 'POST', `/${id}/pause`);
  expect([paused.status, paused.body.operation_status, paused.body.paused]).toEqual([202, 'processing', true]);
  const { processed } = paused.body.progress;
  await api.work(id);
  expect((await api.call(SA1, 'GET', `/${id}`)).body.progress.processed).toBe(processed);
  const resumed = await api.call(SA1, 'POST', `/${id}/resume`);
  expect([resumed.status, resumed.body.paused]).toEqual([202, false]);
  await applySlice(api.school.engine, api.school.orgId, id, 0);
  expect((await api.call(SA1, 'POST', `/${id}/resume`)).status).toBe(409);
  const cancelled = await api.call(SA1, 'POST', `/${id}/cancel`, { reason: 'wrong term' });
  expect([
    cancelled.status,
    cancelled.body.operation_status,
    cancelled.body.cancel_reason,
    cancelled.body.outcome,
  ]).toEqual([202, 'cancelled', 'wrong term', 'partial']);
  const { total, successful, skipped, failed } = cancelled.body.progress;
  expect(sum(successful, skipped, failed)).toBe(total);
  expect(successful).toBeGreaterThan(processed);
  expect(cancelled.body.rollback.available_until).not.toBeNull();
});

it('pausing a draft and cancelling what is done are refused [MA-D117] [MA-D118] [MA-D119] [MA-D56]', async () => {
  const { T1 } = api.people;
  const id = await draft(api, T1, api.ids.C1.slice(0, 1));
  expect((await api.call(T1, 'POST', `/${id}/pause`)).body.code).toBe('invalid_state');
  expect((await api.call(T1, 'POST', `/${id}/resume`)).status).toBe(409);
  expect((await api.call(T1, 'POST', `/${id}/cancel`)).status).toBe(202);
  expect((await api.call(T1, 'POST', `/${id}/cancel`)).status).toBe(409);
});

it('a create that is sent twice with one key makes one operation [MA-D65]', async () => {
  const body = {
    operation_type: 'assign_sequence',
    target: { student_ids: [api.ids.C1[0]] },
    content_payload: { sequence_id: api.sequences.S2 },
  };
  const first = await api.call(api.people.T1, 'POST', '', body, { 'idempotency-key': 'k1' });
  const second = await api.call(api.people.T1, 'POST', '', body, { 'idempotency-key': 'k1' });
  expect(second.body.operation_id).toBe(first.body.operation_id);
  expect(
    (await api.call(api.people.T1, 'POST', '', { ...body, name: 'Other' }, { 'idempotency-key': 'k1' })).status,
  ).toBe(409);
});

it('several sequences for one student are an item each, and the size class follows the students [MA-114] [MA-D111]', async () => {
  const { T2 } = api.people;
  const id = await draft(api, T2, api.ids.T2, {
    content_payload: { sequence_ids: [api.sequences.S1, api.sequences.S2, api.sequences.S4] },
  });
  const plan = await preview(api, T2, id);
  expect(plan.body.total).toBe(90);
  expect(
    plan.body.contents.map((content: { content: string; students: number }) => [content.content, content.students]),
  ).toEqual([
    ['Fractions', 30],
    ['Solfege', 30],
    ['Method', 30],
  ]);
  const skipped = await api.call(T2, 'GET', `/${id}/preview?outcome=skip`);
  expect(skipped.body.rows.every((row: { outcome: string }) => row.outcome === 'skip')).toBe(true);
  expect(skipped.body.total).toBe(plan.body.impact.to_skip);
  const csv = await api.call(T2, 'GET', `/${id}/preview.csv`);
  expect(csv.text.trim().split('\r\n')).toHaveLength(91);
  const done = await api.call(T2, 'POST', `/${id}/confirm`, {
    plan_hash: plan.body.plan_hash,
    acknowledge_warnings: true,
  });
  expect(done.status).toBe(200);
  expect(done.body.progress).toMatchObject({ total: 90, failed: 0 });
});

it('the stream ends with the final state', async () => {
  const done = await assign(api, api.people.T1, api.ids.C2.slice(5, 7), {
    content_payload: { sequence_id: api.sequences.S4 },
  });
  const stream = await api.call(api.people.T1, 'GET', `/${done.body.operation_id}/stream`);
  expect(stream.headers['content-type']).toContain('text/event-stream');
  const [, last = ''] = stream.text.split('event: end\ndata: ');
  expect(JSON.parse(last)).toMatchObject({ operation_status: 'completed', progress: { successful: 2, percent: 100 } });
});

it('what takes longer than five seconds in the request goes on in the background [MA-D07]', async () => {
  const { T1 } = api.people;
  const id = await draft(api, T1, api.ids.C2.slice(0, 50), { content_payload: { sequence_id: api.sequences.S3 } });
  const plan = await preview(api, T1, id);
  const slowly = api.asOwner('begin; lock table assignment_steps in exclusive mode; select pg_sleep(6); commit');
  await expect.poll(() => locked(), { timeout: 5_000 }).toBe(true);
  const begun = await api.call(T1, 'POST', `/${id}/confirm`, {
    plan_hash: plan.body.plan_hash,
    acknowledge_warnings: true,
  });
  await slowly;
  expect([begun.status, begun.body.phase]).toEqual([202, 'processing']);
  await api.work(id);
  expect((await api.call(T1, 'GET', `/${id}`)).body).toMatchObject({
    operation_status: 'completed',
    progress: { total: 30, processed: 30 },
  });
});

async function locked(): Promise<boolean> {
  const found = await api.query(
    sql`select from pg_locks where relation = 'assignment_steps'::regclass and mode = 'ExclusiveLock'`,
  );
  return found.length > 0;
}
