/** Mass assignments of every size, up to the 5,000 students that an admin may reach at once. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { aSequence, students } from '../../fixtures/school.ts';
import { assign, draft, massApi, preview, type Answer, type MassApi } from './mass-api.ts';

let api: MassApi;
/** 5,000 students of grade 9. */
let many: string[];
beforeAll(async () => {
  api = await massApi();
  const unitId = api.units.U2;
  many = await students(api.database, api.school.orgId, 5_000, { unitId, gradeLevel: '9' });
});
afterAll(() => api.end());

const sequence = (title = 'Counting', steps = 1) => aSequence(api.database, api.school.orgId, title, steps);

async function confirmed(students: readonly string[], more: object = {}): Promise<Answer> {
  const { SA1 } = api.people;
  const content_payload = { sequence_id: await sequence() };
  const id = await draft(api, SA1, students, { content_payload, ...more });
  const { body } = await preview(api, SA1, id);
  return api.call(SA1, 'POST', `/${id}/confirm`, {
    plan_hash: body.plan_hash,
    acknowledge_warnings: true,
    ...(body.confirm_count === null ? {} : { confirm_count: body.confirm_count }),
  });
}

const status = async (id: string) => (await api.call(api.people.SA1, 'GET', `/${id}`)).body;

/** One chunk a time. @returns the progress after each. */
async function chunks(id: string): Promise<{ processed: number; percent: number }[]> {
  const seen = [];
  for (let isDone = false; !isDone;) {
    isDone = await applySlice(api.school.engine, api.school.orgId, id, 0);
    if (!isDone) seen.push((await status(id)).progress);
  }
  return seen;
}

it('1 and 50 students are done in the request, 51 and 500 in the background with their progress [MA-260] [MA-261] [MA-D112]', async () => {
  for (const count of [1, 50]) {
    const done = await confirmed(many.slice(0, count));
    expect([done.status, done.body.phase, done.body.progress.successful]).toEqual([200, 'done', count]);
  }
  for (const count of [51, 500]) {
    const begun = await confirmed(many.slice(0, count));
    expect([begun.status, begun.body.progress.processed]).toEqual([202, 0]);
    const seen = await chunks(begun.body.operation_id);
    expect(seen.at(-1)).toMatchObject({ processed: count, percent: 100 });
    expect(seen).toHaveLength(Math.ceil(count / 100));
  }
});

it('501 and 5,000 wait in the queue and are worked in chunks, no step of which is near 30 seconds [MA-262] [MA-202]', async () => {
  for (const count of [501, 5_000]) {
    const begun = await confirmed(many.slice(0, count));
    expect([begun.status, begun.body.phase]).toEqual([202, 'queued']);
    expect(await jobs(begun.body.operation_id)).toBe(1);
    await api.work(begun.body.operation_id);
    const took = await api.query(sql<{ ms: number }>`
      select (payload ->> 'took_ms')::int as ms from events where name = 'mass_assignment.processing.progress' and operation_id = ${begun.body.operation_id}`);
    expect(took).toHaveLength(Math.ceil(count / 100));
    expect(Math.max(...took.map(({ ms }) => ms))).toBeLessThan(30_000);
  }
}, 120_000);

async function jobs(id: string): Promise<number> {
  const found = await api.query(sql`select from graphile_worker._private_jobs where key = ${`operation:${id}`}`);
  return found.length;
}

it('of 1,000 students each chunk of 100 is seen at once, and said once [MA-028] [MA-049] [MA-358]', async () => {
  const { body } = await confirmed(many.slice(0, 1_000));
  const hundreds = Array.from({ length: 10 }, (_, at) => 100 * (at + 1));
  expect((await chunks(body.operation_id)).map(({ processed }) => processed)).toEqual(hundreds);
  const events = await api.query(sql<{ processed: number }>`
    select (payload ->> 'processed')::int as processed from events where name = 'mass_assignment.processing.progress' and operation_id = ${body.operation_id} order by id`);
  expect(events.map(({ processed }) => processed)).toEqual(hundreds);
});

it('1,050 assignments are ten chunks of 100 and one of 50 [MA-263]', async () => {
  const sequence_ids = [await sequence('One'), await sequence('Two'), await sequence('Three')];
  const { body } = await confirmed(many.slice(0, 350), { content_payload: { sequence_ids } });
  expect(body.progress.total).toBe(1_050);
  const seen = (await chunks(body.operation_id)).map(({ processed }) => processed);
  expect(seen).toHaveLength(11);
  expect(seen.slice(-2)).toEqual([1_000, 1_050]);
});

it('the stream of 1,000 speaks at least once a second and ends with the end [MA-D114]', async () => {
  const { body } = await confirmed(many.slice(1_000, 2_000));
  const began = Date.now();
  const stream = api.call(api.people.SA1, 'GET', `/${String(body.operation_id)}/stream`);
  await api.work(body.operation_id);
  const { text } = await stream;
  const messages = text.split('\n\n').filter((message) => message.startsWith('event: progress'));
  expect(messages.length).toBeGreaterThanOrEqual(Math.floor((Date.now() - began) / 1_000));
  expect(JSON.parse(text.split('event: end\ndata: ').at(-1) ?? '')).toMatchObject({
    operation_status: 'completed',
    progress: { processed: 1_000 },
  });
});

it('cancelled at 40 % of 1,000 nothing further begins, and what is done can be undone [MA-D58]', async () => {
  const { SA1 } = api.people;
  const { body } = await confirmed(many.slice(2_000, 3_000));
  const id: string = body.operation_id;
  for (let chunk = 0; chunk < 4; chunk++) await applySlice(api.school.engine, api.school.orgId, id, 0);
  expect((await api.call(SA1, 'POST', `/${id}/cancel`)).status).toBe(202);
  await api.work(id);
  const ended = await status(id);
  expect(ended.progress).toMatchObject({ total: 1_000, successful: 400, skipped: 600, failed: 0 });
  expect(ended.rollback.available_until).not.toBeNull();
  const undone = await api.call(SA1, 'POST', `/${id}/rollback`, {});
  expect([200, 202]).toContain(undone.status);
});

it('a small one overtakes three of 5,000 [MA-265]', async () => {
  const large = [];
  for (let n = 0; n < 3; n++) large.push((await confirmed(many)).body.operation_id);
  const small = await assign(api, api.people.T1, api.ids.C1.slice(0, 20));
  expect(small.body.operation_status).toBe('completed');
  for (const id of large) {
    expect((await status(id)).phase).toBe('queued');
    await api.call(api.people.SA1, 'POST', `/${String(id)}/cancel`);
  }
}, 120_000);

it('the limit counts distinct students as they are when it is validated, and when it is confirmed [MA-D64]', async () => {
  const { SA1 } = api.people;
  const more = await students(api.database, api.school.orgId, 3, { gradeLevel: '9' });
  const content_payload = { sequence_id: await sequence('Limit') };
  const target = { selection: { grade_level: '9' }, exclude: more };
  const id = await draft(api, SA1, [], { target, content_payload });
  const { body } = await preview(api, SA1, id);
  expect(body.impact.students).toBe(5_000);
  await students(api.database, api.school.orgId, 1, { gradeLevel: '9' });
  const grown = await api.call(SA1, 'POST', `/${id}/confirm`, {
    plan_hash: body.plan_hash,
    acknowledge_warnings: true,
    confirm_count: 5_000,
  });
  expect([grown.status, grown.body.code]).toEqual([409, 'plan_stale']);
  const again = await api.call(SA1, 'POST', `/${id}/validate`);
  expect([again.status, again.body.code, again.body.count]).toEqual([400, 'limit_exceeded', 5_001]);
  const twice = await draft(api, SA1, [...many, ...many], { content_payload });
  expect((await preview(api, SA1, twice)).body.impact.students).toBe(5_000);
}, 60_000);
