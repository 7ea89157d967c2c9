import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { openCsv } from '../../../packages/server/src/formats/csv/read-csv.ts';
import { Readable } from 'node:stream';
import { assign, draft, massApi, preview, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi();
});
afterAll(() => api.end());

const HOUR_MS = 3_600_000;

/** Merges S1 into what 100 students have, while five of these assignments are changed by somebody else. */
async function partial(from: number): Promise<{ id: string; failing: string[] }> {
  const { SA1 } = api.people;
  const hundred = api.ids.U2.slice(from, from + 100);
  const failing = hundred.slice(0, 5);
  await assign(api, SA1, hundred);
  const id = await draft(api, SA1, hundred, { conflict_policy: 'merge', parameters: { mastery_threshold: 95 } });
  const plan = await preview(api, SA1, id);
  expect(
    (await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash, acknowledge_warnings: true }))
      .status,
  ).toBe(202);
  await api.asOwner('update assignments set version = version + 1 where student_id = any($1::uuid[])', [failing]);
  await api.work(id);
  return { id, failing };
}

it('what fails stops nothing else, is listed with its reason, and can be accepted [MA-124] [MA-125] [MA-199] [MA-128] [MA-129] [MA-130] [MA-131] [MA-205] [MA-D40] [MA-D115] [MA-D122]', async () => {
  const { SA1 } = api.people;
  const { id, failing } = await partial(0);
  const { body } = await api.call(SA1, 'GET', `/${id}`);
  expect(body).toMatchObject({
    operation_status: 'completed',
    outcome: 'partial',
    progress: { total: 100, processed: 100, successful: 95, failed: 5 },
  });
  const failed = await api.call(SA1, 'GET', `/${id}/items?status=failed`);
  expect(failed.body.total).toBe(5);
  expect(failed.body.items.map((item: { student_id: string }) => item.student_id).sort()).toEqual([...failing].sort());
  expect(failed.body.items[0]).toMatchObject({
    status: 'failed',
    code: 'changed_since_preview',
    correction: 'Preview again and decide anew for this one.',
  });
  const done = await api.call(SA1, 'GET', `/${id}/items?status=successful&page=2`);
  expect([done.body.total, done.body.pages, done.body.items.length]).toEqual([95, 2, 45]);
  expect(done.body.items[0].assignment_id).toMatch(/^[0-9a-f-]{36}$/);
  const accepted = await api.call(SA1, 'POST', `/${id}/accept`);
  expect([accepted.status, accepted.body.accepted_at === null]).toEqual([200, false]);
  expect((await api.call(SA1, 'POST', `/${id}/accept`)).status).toBe(409);
  const full = await assign(api, api.people.T1, api.ids.C1.slice(0, 1));
  expect((await api.call(api.people.T1, 'POST', `/${full.body.operation_id}/accept`)).body.code).toBe(
    'nothing_to_accept',
  );
});

it('while it runs the counters say how far it is, and what failed is listed already [MA-029]', async () => {
  const { SA1 } = api.people;
  const students = api.ids.U2.slice(0, 150);
  await assign(api, SA1, students, { content_payload: { sequence_id: api.sequences.S3 } });
  const id = await draft(api, SA1, students, {
    content_payload: { sequence_id: api.sequences.S3 },
    conflict_policy: 'merge',
    parameters: { mastery_threshold: 33 },
  });
  const { body } = await preview(api, SA1, id);
  const first: string[] = body.rows.slice(0, 2).map((row: { student_id: string }) => row.student_id);
  await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash, acknowledge_warnings: true });
  await api.asOwner('update assignments set version = version + 1 where student_id = any($1::uuid[])', [first]);
  await applySlice(api.school.engine, api.school.orgId, id, 0);
  const during = (await api.call(SA1, 'GET', `/${id}`)).body;
  expect([during.operation_status, during.progress]).toMatchObject([
    'processing',
    { total: 150, processed: 100, successful: 98, failed: 2 },
  ]);
  const failed = (await api.call(SA1, 'GET', `/${id}/items?status=failed`)).body.items;
  expect(failed.map((item: { student_id: string }) => item.student_id).sort()).toEqual(first.sort());
  await api.work(id);
});

it('a retry runs the failed items alone, corrected by hand where wanted [MA-203] [MA-206] [MA-D120] [MA-D121]', async () => {
  const { SA1 } = api.people;
  const { id, failing } = await partial(100);
  const before = await api.query(
    sql`select id, version, updated_at from assignments where student_id = any(${api.ids.U2.slice(105, 200)}::uuid[]) order by id`,
  );
  const [first] = (await api.call(SA1, 'GET', `/${id}/items?status=failed`)).body.items;
  const [good] = (await api.call(SA1, 'GET', `/${id}/items?status=successful`)).body.items;
  const corrected = await api.call(SA1, 'PATCH', `/${id}/items/${first.item_id}`, {
    parameters: { mastery_threshold: 40 },
  });
  expect([corrected.status, corrected.body.corrected]).toEqual([200, { mastery_threshold: 40 }]);
  expect((await api.call(SA1, 'PATCH', `/${id}/items/${good.item_id}`, { parameters: {} })).status).toBe(409);
  const alone = await api.call(SA1, 'POST', `/${id}/retry`, { item_ids: [first.item_id] });
  expect([alone.status, alone.body.retry_of, alone.body.progress]).toMatchObject([
    202,
    id,
    { total: 1, successful: 1 },
  ]);
  const rest = await api.call(SA1, 'POST', `/${id}/retry`);
  expect([rest.status, rest.body.progress.failed]).toEqual([202, 0]);
  const values = await api.query(
    sql`select mastery_threshold as mastery, count(*) as n from assignments where student_id = any(${failing}::uuid[]) group by 1 order by 1`,
  );
  expect(values).toContainEqual({ mastery: 95, n: 4 });
  expect(
    await api.query(
      sql`select id, version, updated_at from assignments where student_id = any(${api.ids.U2.slice(105, 200)}::uuid[]) order by id`,
    ),
  ).toEqual(before);
  const clean = await assign(api, SA1, api.ids.U2.slice(300, 302));
  const nothing = await api.call(SA1, 'POST', `/${clean.body.operation_id}/retry`);
  expect([nothing.status, nothing.body.code]).toEqual([409, 'nothing_to_retry']);
});

it('the report has a line an item, with formulas made harmless [MA-132] [MA-D116]', async () => {
  const { T2 } = api.people;
  await api.asOwner("update users set display_name = '=cmd()', given_name = 'É' where id = $1", [api.ids.T2[0]]);
  const done = await assign(api, T2, api.ids.T2.slice(0, 4));
  const id = done.body.operation_id;
  const report = await api.call(T2, 'GET', `/${id}/report.csv`);
  expect(report.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(report.text).toContain("'=cmd()");
  const file = await openCsv(Readable.from([report.text]));
  expect(file.header).toEqual([
    'student_id',
    'name',
    'class',
    'grade',
    'content',
    'outcome',
    'assignment_id',
    'code',
    'message',
    'correction',
    'time',
  ]);
  const lines = [];
  for await (const block of file.blocks) lines.push(...block);
  expect(lines).toHaveLength(4);
  const audit = await api.call(api.people.SA1, 'GET', `/${id}/audit`);
  expect(audit.body.items.find((entry: { action: string }) => entry.action === 'download').detail).toMatchObject({
    rows: 4,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

it('an undo withdraws what was given; the second one is refused [MA-030] [MA-136] [MA-133] [MA-144] [MA-D123] [MA-D124] [MA-204]', async () => {
  const { T1, SA1 } = api.people;
  const done = await assign(api, T1, api.ids.C2, { content_payload: { sequence_id: api.sequences.S2 } });
  const id = done.body.operation_id;
  expect(done.body.rollback).toMatchObject({
    status: 'none',
    available_until: new Date(Date.parse(done.body.completed_at) + 24 * HOUR_MS).toISOString(),
  });
  const look = await api.call(T1, 'GET', `/${id}/rollback/preview`);
  expect(look.body.modes.all).toEqual({
    withdrawn: 30,
    archived: 0,
    restored: 0,
    kept: 0,
    students: 30,
    confirm_count: null,
  });
  const undone = await api.call(T1, 'POST', `/${id}/rollback`, { reason: 'wrong class' });
  expect([undone.status, undone.body.rollback_status, undone.body.rollback.available_until]).toEqual([
    200,
    'rolled_back',
    null,
  ]);
  expect(await api.query(sql`select from assignments where operation_id = ${id} and state <> 'withdrawn'`)).toEqual([]);
  const again = await api.call(T1, 'POST', `/${id}/rollback`, {});
  expect([again.status, again.body.code]).toEqual([409, 'nothing_to_undo']);
  const events = await api.query(sql<{ name: string }>`select name from events where operation_id = ${id}`);
  expect(events.map((event) => event.name)).toContain('mass_assignment.operation.rollback');
  const audit = await api.call(SA1, 'GET', `/${id}/audit`);
  expect(audit.body.items.map((entry: { action: string }) => entry.action)).toEqual(
    expect.arrayContaining(['create', 'plan', 'confirm', 'rollback']),
  );
});

it('after work has begun everything is withdrawn with its progress kept, or only what was not touched; the event says how many [MA-145] [MA-D42] [MA-368]', async () => {
  const { SA1 } = api.people;
  const give = async (from: number) => {
    const students = api.ids.U2.slice(from, from + 30);
    const { body } = await assign(api, SA1, students, { content_payload: { sequence_id: api.sequences.S4 } });
    await api.asOwner(
      "update assignment_steps s set state = 'completed', version = s.version + 1 from assignments a where a.id = s.assignment_id and a.operation_id = $1 and a.student_id = any($2::uuid[]) and s.step_no <= 2",
      [body.operation_id, students.slice(0, 5)],
    );
    return body.operation_id;
  };
  const first = await give(200);
  const { modes, started } = (await api.call(SA1, 'GET', `/${first}/rollback/preview`)).body;
  expect(modes).toMatchObject({
    all: { withdrawn: 30, archived: 5, kept: 0, students: 30, confirm_count: 30 },
    untouched_only: { withdrawn: 25, archived: 0, kept: 5, confirm_count: null },
  });
  expect([started.length, started[0].code]).toEqual([5, 'started_since']);
  const untyped = await api.call(SA1, 'POST', `/${first}/rollback`, { mode: 'all' });
  expect([untyped.status, untyped.body.code]).toEqual([400, 'confirm_count_mismatch']);
  expect(
    (await api.call(SA1, 'POST', `/${first}/rollback`, { mode: 'all', confirm_count: 30 })).body.rollback_status,
  ).toBe('rolled_back');
  expect(
    await api.query(sql`select state, count(*) as n, (select count(*) from assignment_steps s join assignments b on b.id = s.assignment_id where b.operation_id = ${first} and s.state = 'completed') as done
    from assignments where operation_id = ${first} group by 1`),
  ).toEqual([{ state: 'withdrawn', n: 5, done: 10 }]);
  const second = await give(230);
  const kept = await api.call(SA1, 'POST', `/${second}/rollback`, { mode: 'untouched_only' });
  expect([kept.status, kept.body.rollback_status]).toEqual([200, 'partly_rolled_back']);
  expect(
    await api.query(sql`select state, count(*) as n from assignments where operation_id = ${second} group by 1`),
  ).toEqual([{ state: 'open', n: 5 }]);
  const numbers = (id: string) =>
    api.query(sql`
      select payload - 'undone_by' as numbers from events where operation_id = ${id} and name = 'mass_assignment.operation.rollback'`);
  expect(await numbers(first)).toEqual([{ numbers: { withdrawn: 30, kept: 0, failed: 0 } }]);
  expect(await numbers(second)).toEqual([{ numbers: { withdrawn: 25, kept: 5, failed: 0 } }]);
});

it('the time to undo ends after 24 hours for a teacher and 30 days for admins [MA-137] [MA-139] [MA-225] [MA-D20]', async () => {
  const { T1, SA1 } = api.people;
  const one = async (as: MassApi['people']['T1'], student = '') =>
    (await assign(api, as, [student], { content_payload: { sequence_id: api.sequences.S3 } })).body.operation_id;
  const undoAt = async (as: MassApi['people']['T1'], id: string, hours: number) => {
    api.clock.aheadMs = hours * HOUR_MS;
    const { status, body } = await api.call(as, 'POST', `/${id}/rollback`, {});
    api.clock.aheadMs = 0;
    return [status, body.code];
  };
  const [a, b] = [await one(T1, api.ids.C1[1]), await one(SA1, api.ids.C1[2])];
  expect(await undoAt(T1, a, 24 + 1 / 60)).toEqual([409, 'rollback_window_closed']);
  expect(await undoAt(T1, a, 24 - 1 / 60)).toEqual([200, undefined]);
  expect(await undoAt(SA1, b, 31 * 24)).toEqual([409, 'rollback_window_closed']);
  expect(await undoAt(SA1, b, 29 * 24)).toEqual([200, undefined]);
});

it('events tell the run without a name [MA-360] [MA-370]', async () => {
  const done = await assign(api, api.people.T1, api.ids.C2, { content_payload: { sequence_id: api.sequences.S4 } });
  const events = await api.query(
    sql<{
      name: string;
      n: number;
    }>`select name, count(*) as n from events where operation_id = ${done.body.operation_id} group by 1 order by 1`,
  );
  expect(Object.fromEntries(events.map((event) => [event.name, event.n]))).toMatchObject({
    'mass_assignment.operation.initiated': 1,
    'mass_assignment.validation.completed': 1,
    'mass_assignment.operation.completed': 1,
    'mass_assignment.sequence.assigned': 30,
    'mass_assignment.processing.progress': 1,
  });
  const payloads = await api.query(
    sql<{ text: string }>`select payload::text as text from events where operation_id = ${done.body.operation_id}`,
  );
  expect(payloads.filter((event) => /Student|@example/.test(event.text))).toEqual([]);
});
