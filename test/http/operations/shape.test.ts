/** The shapes that clients of the source see, from draft to end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BULK_STATUSES, bulkOperation, operationProgress, type BulkOperation } from '@muster/contract';
import { sql } from 'kysely';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { viewProgress } from '../../../packages/server/src/http/operations/progress-view.ts';
import { estimatedCompletion } from '../../../packages/server/src/http/operations/progress-view.ts';
import { aPerson, query, students, work } from '../../fixtures/school.ts';
import { read } from '../../fixtures/stepwise.ts';
import { bulkApi, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

const AUTO = { mapping: '{"preset":"auto","default_values":{"roles":"student"}}', target_model: 'User' };

async function imported(count: number, lines: readonly string[] = []): Promise<BulkOperation> {
  const file = { name: 'people.csv', content: peopleCsv(count, lines) };
  const { body } = await api.upload('/import', AUTO, file);
  return bulkOperation.parse(body);
}

async function suspension(count: number, more: object = {}): Promise<BulkOperation> {
  const ids = await students(api.database, api.school.orgId, count);
  const { body } = await api.call('POST', '/operations', {
    operation_type: 'user_status',
    operation_name: 'Suspend',
    parameters: { target: { student_ids: ids }, status: 'suspended' },
    ...more,
  });
  return bulkOperation.parse(body);
}

/** Confirms what its guards ask for. */
async function start({ id, plan_hash }: BulkOperation) {
  const { guards } = (await api.call('GET', `/operations/${id}/preview`)).body;
  return api.call('POST', `/operations/${id}/start`, { plan_hash, confirm_count: guards[0]?.count });
}

const operationOf = async (id: string) => (await api.call('GET', `/operations/${id}/`)).body;
const progressOf = async (id: string) =>
  operationProgress.parse((await api.call('GET', `/operations/${id}/progress/`)).body);

/** How many of the first hundred items are pending and how many done; of the first the time is null, of the others it is a time. */
async function processedTimes(id: string): Promise<Record<string, number>> {
  const { items } = (await api.call('GET', `/operations/${id}/items?limit=100`)).body;
  const counts: Record<string, number> = {};
  for (const { status, processed_at: at } of items) {
    expect(['pending', 'success']).toContain(status);
    counts[status] = (counts[status] ?? 0) + 1;
    expect(at, status).toEqual(status === 'pending' ? null : expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/));
  }
  return { pending: 0, ...counts };
}

describe('an operation', () => {
  it('is pending with zero counts, says back what was sent, and is found by id and operation_id alike [BO-008] [BO-263] [BO-313] [BO-314] [BO-316] [BO-455] [BO-491]', async () => {
    const made = await suspension(2, { plan: false });
    expect(made).toMatchObject({
      operation_name: 'Suspend',
      status: 'pending',
      total_items: 0,
      processed_items: 0,
      successful_items: 0,
      failed_items: 0,
      progress_percentage: 0,
    });
    const { text, body, status } = await api.call('GET', `/operations/${made.operation_id}/`);
    expect([status, body]).toEqual([200, made]);
    expect(text).toContain(`"id":"${made.id}"`);
    expect(made.operation_id.length).toBeLessThanOrEqual(50);
    const next = await suspension(1, { plan: false });
    expect(next.id > made.id).toBe(true);
    const unknown = await api.call('GET', '/operations/01890000-0000-7000-8000-00000000abcd/');
    expect(unknown.status).toBe(404);
    const count = async () => (await api.call('GET', '/operations')).headers['x-total-count'];
    const before = await count();
    const wrong = await api.call('POST', '/operations', {
      operation_type: 'user_status',
      operation_name: 'Wrong',
      parameters: {},
    });
    expect([wrong.status, await count()]).toEqual([400, before]);
  });

  it('keeps the name of the kind that was sent, also an alias, and is found by either [BO-315]', async () => {
    const ids = await students(api.database, api.school.orgId, 1);
    const { body: batch } = await aBatch();
    const sent = {
      operation_type: 'enrollment_bulk',
      operation_name: 'Enroll',
      parameters: { assignments: [{ package_session_id: batch.id }], user_ids: ids },
      plan: false,
    };
    const { status, body } = await api.call('POST', '/operations', sent);
    expect([status, body.operation_type]).toEqual([201, 'enrollment_bulk']);
    expect((await operationOf(body.id)).operation_type).toBe('enrollment_bulk');
    for (const name of ['enroll', 'enrollment_bulk']) {
      const listed = (await api.call('GET', `/operations?operation_type=${name}`)).body;
      expect(listed.map((one: { id: string }) => one.id)).toContain(body.id);
    }
  });

  it('without parameters has none, and a list is refused [BO-256]', async () => {
    const sent = { operation_type: 'repair_orphans', operation_name: 'Repair' };
    expect((await api.call('POST', '/operations', sent)).body.parameters).toEqual({});
    const list = await api.call('POST', '/operations', { ...sent, parameters: [] });
    expect([list.status, list.body.errors[0].field]).toEqual([400, 'parameters']);
  });

  it('has as many items as the file has rows, each with the row it came from [BO-048] [BO-116] [BO-318]', async () => {
    const made = await imported(499, ['t-1,t1@example.org,Tea,Cher']);
    expect(made.total_items).toBe(500);
    const { items } = (await api.call('GET', `/operations/${made.id}/items?limit=100`)).body;
    const seventh = items.find((item: { item_index: number }) => item.item_index === 7);
    expect(seventh.item_data).toMatchObject({ external_id: 'ext-7' });
    await api.call('POST', `/operations/${made.id}/cancel`, { reason: 'End of the test' });
  });

  it('cancelled before its start gives up the rows that were uploaded [BO-043] [BO-110]', async () => {
    const made = await imported(10);
    const staged = () => query(api.school, sql`select row_no from staged_rows where operation_id = ${made.id}`);
    expect(await staged()).toHaveLength(10);
    await api.call('POST', `/operations/${made.id}/cancel`, { reason: 'Wrong file was chosen' });
    expect(await staged()).toEqual([]);
    expect(await operationOf(made.id)).toMatchObject({
      status: 'cancelled',
      cancel_reason: 'Wrong file was chosen',
      completed_at: expect.any(String),
    });
  });
});

it('each of the seven statuses is seen in its time, and no other in any answer of these tests [BO-317]', async () => {
  const { id, plan_hash, ...made } = await suspension(60, { chunk_items: 20 });
  const seen: string[] = [made.status];
  const look = async () => seen.push((await operationOf(id)).status);
  await start({ id, plan_hash, ...made });
  await look();
  await applySlice(api.school.engine, api.school.orgId, id, 0);
  await look();
  await api.call('POST', `/operations/${id}/pause`);
  await look();
  await api.call('POST', `/operations/${id}/resume`);
  await work(api.school, id);
  await look();
  const { body: failing } = await api.call('POST', '/operations', {
    operation_type: 'user_status',
    operation_name: 'Nobody',
    parameters: { target: { student_ids: [id] }, status: 'suspended' },
  });
  seen.push((await start(bulkOperation.parse(failing))).body.status);
  const dropped = await suspension(1);
  seen.push((await api.call('POST', `/operations/${dropped.id}/cancel`, { reason: 'No' })).body.status);
  expect(seen).toEqual(['pending', 'queued', 'processing', 'paused', 'completed', 'failed', 'cancelled']);
  expect([...seen].sort()).toEqual([...BULK_STATUSES].sort());
});

async function aBatch() {
  const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
  const course = await api.app.inject({ method: 'POST', url: '/api/courses', headers, payload: { title: 'Physics' } });
  const batch = await api.app.inject({
    method: 'POST',
    url: '/api/batches',
    headers,
    payload: { name: 'A', course_id: course.json().id },
  });
  return { body: batch.json() };
}

it('a time that is given reads back, and nothing begins before it [BO-261]', async () => {
  const at = new Date(Date.now() + 60_000).toISOString();
  const made = await suspension(1, { scheduled_at: at });
  expect(made.scheduled_at).toBe(at);
  expect((await start(made)).body).toMatchObject({
    status: 'pending',
    phase: 'queued',
    scheduled_at: at,
    processed_items: 0,
  });
  await applySlice(api.school.engine, api.school.orgId, made.id, 0);
  expect(await operationOf(made.id)).toMatchObject({ status: 'pending', processed_items: 0 });
  await api.call('POST', `/operations/${made.id}/cancel`, { reason: 'End of the test' });
});

it('a refusal has the same body as everywhere in the product [BO-164]', async () => {
  const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
  const post = (url: string) => api.app.inject({ method: 'POST', url, headers, payload: {} });
  const [here, there] = [await post('/api/bulk/operations'), await post('/api/units')];
  expect([here.statusCode, there.statusCode]).toEqual([400, 400]);
  expect(here.headers['content-type']).toBe(there.headers['content-type']);
  expect(Object.keys(here.json()).sort()).toEqual(Object.keys(there.json()).sort());
  expect(Object.keys(here.json().errors[0]).sort()).toEqual(Object.keys(there.json().errors[0]).sort());
});

it('one event is seen for a run that completed, and one for a run that failed [BO-399]', async () => {
  const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
  const ends = async (id: string) => {
    const url = `/api/events?operation_id=${id}&limit=100`;
    const { items } = (await api.app.inject({ url, headers })).json();
    return items
      .filter((event: { name: string }) => event.name === 'operation.operation.completed')
      .map((event: { payload: { final_status: string } }) => event.payload.final_status);
  };
  const good = await suspension(1);
  await start(good);
  expect(await ends(good.id)).toEqual(['completed']);
  const bad = await imported(0, ['bad-1,b(at)x,Ba,D']);
  await start(bad);
  expect(await ends(bad.id)).toEqual(['failed']);
});

describe('while it runs', () => {
  it('times, counts and shares grow with the chunks, and both shapes agree [BO-025] [BO-026] [BO-028] [BO-056] [BO-105] [BO-112] [BO-121] [BO-151] [BO-270] [BO-319] [BO-322 to BO-326] [BO-342] [BO-343] [BO-345] [BO-346] [BO-347] [BO-349]', async () => {
    const made = await suspension(200, { chunk_items: 25 });
    for (const absent of ['started_at', 'completed_at', 'estimated_completion'])
      expect(made).not.toHaveProperty(absent);
    const waitingBefore = (await api.call('GET', '/queue')).body.waiting;
    expect(await start(made)).toMatchObject({ status: 202, body: { status: 'queued', processed_items: 0 } });
    expect((await api.call('GET', '/queue')).body.waiting - waitingBefore).toBe(1);
    expect(await progressOf(made.id)).toMatchObject({ processing_rate: 0, estimated_remaining: '', current_item: 0 });
    let last = 0;
    for (let chunk = 1; chunk <= 8; chunk++) {
      await applySlice(api.school.engine, api.school.orgId, made.id, 0);
      const [progress, operation] = [await progressOf(made.id), await operationOf(made.id)];
      expect(progress).toMatchObject({
        operation_id: made.id,
        status: 'processing',
        current_item: chunk * 25,
        total_items: 200,
        current_phase: 'writing',
        progress_percentage: chunk * 12.5,
      });
      expect(progress.processing_rate).toBeGreaterThan(0);
      const { successful_items: done, skipped_items: skipped, errors_count: failed } = progress;
      expect(done + skipped + failed).toBe(progress.current_item);
      expect(operation).toMatchObject({
        processed_items: chunk * 25,
        progress_percentage: chunk * 12.5,
        created_at: made.created_at,
        started_at: expect.any(String),
      });
      expect(operation).not.toHaveProperty('completed_at');
      expect(await processedTimes(made.id)).toEqual({
        pending: 100 - Math.min(100, chunk * 25),
        success: Math.min(100, chunk * 25),
      });
      expect(Date.parse(operation.estimated_completion)).toBeGreaterThanOrEqual(Date.parse(operation.started_at));
      expect(operation.processed_items).toBeGreaterThan(last);
      last = operation.processed_items;
    }
    await work(api.school, made.id);
    const done = await operationOf(made.id);
    expect(done).toMatchObject({ status: 'completed', progress_percentage: 100, completed_at: expect.any(String) });
    expect(done).not.toHaveProperty('estimated_completion');
    for (const time of [done.created_at, done.started_at, done.completed_at])
      expect(new Date(time).toISOString()).toBe(time);
  });

  it('has the time of its end once it completed, failed or was cancelled, and none before [BO-027]', async () => {
    const [ended, cancelled] = [await suspension(1), await suspension(1)];
    const failing = await suspension(1, { parameters: { target: { student_ids: [newId()] }, status: 'suspended' } });
    for (const { id } of [ended, cancelled, failing]) expect(await operationOf(id)).not.toHaveProperty('completed_at');
    await start(ended);
    await start(failing);
    await api.call('POST', `/operations/${cancelled.id}/cancel`, { reason: 'not now' });
    const ends = [await operationOf(ended.id), await operationOf(failing.id), await operationOf(cancelled.id)];
    expect(ends.map((one) => one.status)).toEqual(['completed', 'failed', 'cancelled']);
    for (const { completed_at: at } of ends) expect(new Date(at).toISOString()).toBe(at);
  });

  it('the rate is items a minute, and the end is where that rate leads [BO-123] [BO-348] [BO-352]', async () => {
    const { id } = await suspension(1, { plan: false });
    const now = new Date('2026-11-02T08:00:05Z');
    const running = {
      ...(await read(api.school, id)),
      status: 'processing' as const,
      phase: 'applying' as const,
      started_at: new Date(now.getTime() - 5_000),
      processed_items: 50,
      total_items: 350,
    };
    expect(viewProgress(running, now)).toMatchObject({ processing_rate: 600, estimated_remaining: '00:00:30' });
    expect(estimatedCompletion(running, now)?.toISOString()).toBe('2026-11-02T08:00:35.000Z');
    expect(viewProgress({ ...running, status: 'paused' }, now).estimated_remaining).toBe('');
    const long = { ...running, total_items: 50 + 600 * 61 };
    expect(viewProgress(long, now).estimated_remaining).toBe('01:01:00');
    expect(viewProgress({ ...running, processed_items: 0 }, now).estimated_remaining).toBe('');
  });
});

describe('at its end', () => {
  it('seven done, two failed and one skipped are counted alike everywhere [BO-055] [BO-120] [BO-124] [BO-320] [BO-321] [BO-327] [BO-350] [BO-351] [BO-457]', async () => {
    await start(await imported(1));
    const file = peopleCsv(7, ['x-1,x1(at)example,X,One', 'x-2,x2@example.org,X,Two', 'x-2,,X,Two']);
    const { body } = await api.upload('/import', AUTO, { name: 'people.csv', content: file });
    const made = bulkOperation.parse(body);
    expect([made.total_items, made.results_summary]).toEqual([10, {}]);
    const done = (await start(made)).body;
    const counts = { total_items: 10, successful_items: 7, failed_items: 2, skipped_items: 1 };
    expect(done).toMatchObject({ ...counts, status: 'completed', processed_items: 10, progress_percentage: 100 });
    expect(done.results_summary).toMatchObject({ ...counts, errors_by_code: { bad_email: 1, duplicate_row: 1 } });
    expect(await progressOf(made.id)).toMatchObject({ errors_count: 2, warnings_count: done.warnings_count });
    const { items } = (await api.call('GET', `/operations/${made.id}/items?limit=100`)).body;
    const withStatus = (status: string) => items.filter((item: { status: string }) => item.status === status);
    expect([withStatus('success').length, withStatus('failed').length, withStatus('skipped').length]).toEqual([
      7, 2, 1,
    ]);
    for (const item of items) expect(item.error_message === '').toBe(item.status === 'success');
  });

  it('an operation that finds nobody completes at 100 percent with a warning [BO-122]', async () => {
    const { body } = await api.call('POST', '/operations', {
      operation_type: 'repair_orphans',
      operation_name: 'Nothing',
      parameters: {},
    });
    const done = (await start(bulkOperation.parse(body))).body;
    expect(done).toMatchObject({ status: 'completed', progress_percentage: 100, total_items: 0 });
    expect(done.results_summary.warnings).toEqual(['The operation had no items.']);
  });

  it('what is not possible any more is refused with the status it has [BO-390]', async () => {
    const made = await suspension(1);
    await start(made);
    const { status, body } = await api.call('POST', `/operations/${made.id}/pause`);
    expect([status, body.code]).toEqual([409, 'invalid_state']);
    expect(body.detail).toContain('completed');
  });

  it('a created person’s id and an updated one’s old values stand with the item; undo takes both back [BO-044] [BO-054] [BO-134] [BO-135] [BO-458]', async () => {
    await start(await imported(0, ['u-1,u1@example.org,Una,Old']));
    const people = () =>
      query(
        api.school,
        sql<{ name: string }>`
        select external_id, display_name as name, status from users where external_id like 'u-%' and status = 'active' order by 1`,
      );
    const before = await people();
    const made = await imported(0, [
      'u-1,u1@example.org,Una,New',
      'u-2,u2@example.org,U,Two',
      'u-3,u3(at)example,U,Three',
      'u-4,u4@example.org,U,Four',
      'u-5,u5@example.org,U,Five',
    ]);
    expect((await start(made)).body).toMatchObject({ successful_items: 4, failed_items: 1 });
    const { items } = (await api.call('GET', `/operations/${made.id}/items`)).body;
    expect(items[0].result_data.changes[0].fields).toContainEqual({
      field: 'family_name',
      before: 'Old',
      after: 'New',
    });
    const [created] = items[1].result_data.changes;
    const [stored] = await query(api.school, sql<{ id: string }>`select id from users where external_id = 'u-2'`);
    expect([created.action, created.entity_id]).toEqual(['insert', stored?.id]);
    expect(items[1].result_data.record).toEqual({ entity: 'user', id: stored?.id });
    expect(items[2]).toMatchObject({ status: 'failed', code: 'bad_email' });
    const undone = await api.call('POST', `/operations/${made.id}/rollback`, {});
    expect(undone.body).toMatchObject({ status: 'completed', successful_items: 4 });
    expect(await people()).toEqual(before);
    expect(await operationOf(made.id)).toMatchObject({ status: 'completed', rollback_status: 'rolled_back' });
  });
});

describe('history', () => {
  it('operations are kept with outcome and actor, and outlive who made or approved them [BO-031] [BO-149] [BO-150] [BO-499]', async () => {
    const person = (name: string) => aPerson(api.database, api.school.orgId, { name, roles: ['subscriber_admin'] });
    const [maker, approver] = [await person('Ma Ker'), await person('App Rover')];
    const ids = await students(api.database, api.school.orgId, 1);
    const { body: made } = await api.call(
      'POST',
      '/operations',
      {
        operation_type: 'user_status',
        operation_name: 'Kept',
        requires_approval: true,
        parameters: { target: { student_ids: ids }, status: 'inactive' },
      },
      maker,
    );
    const mapping = { name: 'Mine', source_format: 'csv', target_model: 'User', field_mappings: {}, is_template: true };
    const { body: saved } = await api.call('POST', '/mappings', mapping, maker);
    const template = { name: 'Mine', operation_type: 'user_status', template_config: {}, is_public: true };
    const { body: offered } = await api.call('POST', '/templates', template, maker);
    await api.call('POST', `/operations/${made.id}/approve`, undefined, approver);
    await api.call('POST', `/operations/${made.id}/start`, { plan_hash: made.plan_hash }, maker);
    const history = async () => {
      const since = encodeURIComponent(new Date(Date.now() - 30 * 86_400_000).toISOString());
      const { body } = await api.call('GET', `/operations?created_after=${since}&search=kept`);
      return body[0];
    };
    expect(await history()).toMatchObject({
      id: made.id,
      status: 'completed',
      created_by_name: 'Ma Ker',
      approved_by: approver.userId,
    });
    const approved = await api.call('GET', `/operations?approved_by=${approver.userId ?? ''}`);
    expect(approved.body.map((one: { id: string }) => one.id)).toEqual([made.id]);

    const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
    const audit = async () => {
      const url = `/api/audit?operation_id=${made.id}&limit=100`;
      return (await api.app.inject({ url, headers })).json().items.length;
    };
    const entries = await audit();
    const gone = [maker, approver].map(({ userId }) => ({ action: 'delete', id: userId }));
    const removal = await api.call('POST', '/operations', {
      operation_type: 'edit_record',
      operation_name: 'Remove',
      parameters: { entity: 'user', edits: gone },
    });
    expect((await start(removal.body)).body).toMatchObject({ successful_items: 2 });
    expect(await history()).toMatchObject({
      status: 'completed',
      created_by_name: 'Removed user',
      approved_by: null,
      approved_at: expect.any(String),
    });
    expect(await audit()).toBe(entries);
    expect((await api.call('GET', `/mappings/${saved.id}`)).status).toBe(200);
    expect((await api.call('GET', `/templates/${offered.id}`)).status).toBe(200);
  });
});
