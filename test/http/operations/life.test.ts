import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationPreview, operationProgress, operationResults, rollbackPreview } from '@muster/contract';
import { sql } from 'kysely';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { aPerson, query, students, work } from '../../fixtures/school.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

async function made(count: number, more: object = {}, status = 'suspended') {
  const ids = await students(api.database, api.school.orgId, count);
  const { body } = await api.call('POST', '/operations', {
    operation_type: 'user_status',
    operation_name: 'Change',
    parameters: { target: { student_ids: ids }, status },
    ...more,
  });
  return { ids, path: `/operations/${body.id}`, operation: body };
}

describe('the audit', () => {
  it('has one entry of each of create, approve, start, pause, resume, cancel, undo and download, by whom, and of a reject [BO-148]', async () => {
    const second = await aPerson(api.database, api.school.orgId, { name: 'Audit Second', roles: ['subscriber_admin'] });
    const { path, operation } = await made(60, { requires_approval: true, chunk_items: 30 });
    await api.call('POST', `${path}/approve`, undefined, second);
    const { guards } = (await api.call('GET', `${path}/preview`)).body;
    const sent = { plan_hash: operation.plan_hash, confirm_count: guards[0]?.count };
    const started = await api.call('POST', `${path}/start`, sent);
    expect([started.status, started.body.status]).toEqual([202, 'queued']);
    await applySlice(api.school.engine, api.school.orgId, operation.id, 0);
    await api.call('POST', `${path}/pause`);
    await api.call('POST', `${path}/resume`);
    await api.call('POST', `${path}/cancel`, { reason: 'enough' });
    await api.call('POST', `${path}/rollback`, {});
    await api.call('GET', `${path}/report.csv`);
    const entries = await query(
      api.school,
      sql<{ action: string; actor_account: string | null }>`
        select action, actor_account from audit where operation_id = ${operation.id} order by id`,
    );
    const by = { maker: api.school.admin.accountId, second: second.accountId };
    expect(
      entries.filter(({ action }) => action !== 'plan').map((entry) => [entry.action, entry.actor_account]),
    ).toEqual([
      ['create', by.maker],
      ['approve', by.second],
      ['confirm', by.maker],
      ['start', null],
      ['pause', by.maker],
      ['resume', by.maker],
      ['cancel', by.maker],
      ['rollback', by.maker],
      ['download', by.maker],
    ]);
    const other = await made(1, { requires_approval: true });
    await api.call('POST', `${other.path}/reject`, { reason: 'No' }, second);
    const [rejected] = await query(
      api.school,
      sql`select action, actor_account from audit where operation_id = ${other.operation.id} order by id desc limit 1`,
    );
    expect(rejected).toEqual({ action: 'reject', actor_account: by.second });
  });
});

describe('preview', () => {
  it('shows in one sentence, in counts and field by field what would happen', async () => {
    const { path, ids } = await made(3);
    const { status, body } = await api.call('GET', `${path}/preview/?limit=2`);
    expect(status).toBe(200);
    expect(operationPreview.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      summary: 'This will update 3.',
      reversible: true,
      counts: { items: 3, people: 3, actions: { update: 3 } },
      guards: [],
    });
    expect(body.items[0].changes).toEqual([
      {
        entity: 'user',
        entity_id: body.items[0].subject_id,
        action: 'update',
        fields: [{ field: 'status', before: 'active', after: 'suspended' }],
      },
    ]);
    const rest = await api.call('GET', `${path}/preview?limit=2&cursor=${body.next_cursor}`);
    expect(rest.body).toMatchObject({ next_cursor: null });
    expect([...body.items, ...rest.body.items].map((item) => item.subject_id).sort()).toEqual([...ids].sort());
    expect((await api.call('GET', `${path}/preview?action=skip`)).body.items).toEqual([]);
    expect((await api.call('GET', `${path}/preview?cursor=x`)).status).toBe(400);
  });

  it('a guard names its number, which has to be typed to start', async () => {
    const { path } = await made(30, {}, 'archived');
    const { body } = await api.call('GET', `${path}/preview`);
    expect(body.guards[0]).toMatchObject({ code: 'removes_many', count: 30, needs: 'typed' });
    expect(body.guards[0].message).toMatch(/^This takes away 30 of \d+\. Type 30 to confirm\.$/);
    const refused = await api.call('POST', `${path}/start`, { plan_hash: body.plan_hash });
    expect(refused).toMatchObject({ status: 400, body: { code: 'confirm_count_mismatch' } });
    const started = await api.call('POST', `${path}/start`, { plan_hash: body.plan_hash, confirm_count: 30 });
    expect(started).toMatchObject({ status: 200, body: { status: 'completed', successful_items: 30 } });
  });
});

describe('running', () => {
  it('a small operation is done in the request; progress and results are whole [BO-302] [BO-366]', async () => {
    const { path, operation } = await made(4);
    const started = await api.call('POST', `${path}/start/`, { plan_hash: operation.plan_hash });
    expect(started).toMatchObject({
      status: 200,
      body: { status: 'completed', processed_items: 4, progress_percentage: 100 },
    });
    const progress = (await api.call('GET', `${path}/progress/`)).body;
    expect(operationProgress.safeParse(progress).error).toBeUndefined();
    expect(Object.keys(progress)).toHaveLength(12);
    expect(progress).toMatchObject({
      status: 'completed',
      current_item: 4,
      total_items: 4,
      estimated_remaining: '00:00:00',
      errors_count: 0,
    });
    expect(progress.processing_rate).toBeGreaterThan(0);
    const { hidden, ...results } = (await api.call('GET', `${path}/results/`)).body;
    expect(hidden).toBe(0);
    expect(operationResults.safeParse(results).error).toBeUndefined();
    expect(results).toMatchObject({
      total_items: 4,
      successful_items: 4,
      failed_items: 0,
      skipped_items: 0,
      errors_by_code: {},
      warnings: [],
      output_url: null,
      reversible: true,
      rollback_status: 'none',
      summary: '4 of 4 are done.',
    });
    expect((await api.call('GET', path)).body.results_summary).toEqual({
      ...results,
      duration_seconds: expect.any(Number),
    });
    const again = await api.call('POST', `${path}/start`);
    expect(again).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
  });

  it('a larger one is queued, paused, resumed where it stood, and its items read by status [BO-266] [BO-267] [BO-303] [BO-109]', async () => {
    const { path, operation } = await made(120, { chunk_items: 40 });
    const { body: preview } = await api.call('GET', `${path}/preview`);
    const started = await api.call('POST', `${path}/start`, {
      plan_hash: preview.plan_hash,
      confirm_count: preview.guards[0]?.count,
    });
    expect(started).toMatchObject({ status: 202, body: { status: 'queued' } });
    await applySlice(api.school.engine, api.school.orgId, operation.id, 0);
    const running = (await api.call('GET', path)).body;
    expect(running).toMatchObject({ status: 'processing', processed_items: 40, progress_percentage: 33.33 });
    expect(Date.parse(running.estimated_completion)).toBeGreaterThan(Date.parse(running.started_at));
    expect((await api.call('GET', `${path}/progress`)).body.estimated_remaining).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(await api.call('POST', `${path}/pause/`)).toMatchObject({ status: 202, body: { status: 'paused' } });
    const pending = (await api.call('GET', `${path}/items/?status=pending&limit=5`)).body;
    expect(pending).toMatchObject({ total: 80 });
    expect(pending.items).toHaveLength(5);
    expect((await api.call('GET', `${path}/items?page=3&page_size=50`)).body.items).toHaveLength(20);
    expect(await api.call('POST', `${path}/start`)).toMatchObject({ status: 202, body: { status: 'queued' } });
    await work(api.school, operation.id);
    const done = (await api.call('GET', `${path}/items?status=success&limit=1`)).body;
    expect(done).toMatchObject({ total: 120 });
    expect(done.items[0].result_data.changes[0].fields[0]).toEqual({
      field: 'status',
      before: 'active',
      after: 'suspended',
    });
    expect(await api.call('POST', `${path}/pause`)).toMatchObject({
      status: 409,
      body: { code: 'invalid_state', status: 409 },
    });
  });

  it('cancel needs a reason and keeps it; what was not worked can be downloaded [BO-268] [BO-269] [BO-111]', async () => {
    const { path, operation } = await made(100, { chunk_items: 40 });
    const { body: preview } = await api.call('GET', `${path}/preview`);
    await api.call('POST', `${path}/start`, { plan_hash: preview.plan_hash, confirm_count: preview.guards[0]?.count });
    await applySlice(api.school.engine, api.school.orgId, operation.id, 0);
    expect((await api.call('POST', `${path}/cancel`, { reason: ' ' })).body.errors[0].field).toBe('reason');
    const cancelled = await api.call('POST', `${path}/cancel`, { reason: 'Wrong list' });
    expect(cancelled).toMatchObject({
      status: 202,
      body: { status: 'cancelled', cancel_reason: 'Wrong list', successful_items: 40, skipped_items: 60 },
    });
    expect(cancelled.body.can_undo_until).not.toBeNull();
    const report = await api.call('GET', `${path}/report.csv?status=not_processed`);
    expect(report.headers['content-disposition']).toContain('.csv');
    expect(report.text.trim().split('\r\n')).toHaveLength(61);
  });

  it('approval is for a second admin; a rejected operation keeps the reason [BO-306] [BO-307] [BO-142] [BO-144]', async () => {
    const second = await aPerson(api.database, api.school.orgId, { name: 'Second Admin', roles: ['subscriber_admin'] });
    const { path, operation } = await made(2, { requires_approval: true });
    expect(operation).toMatchObject({ phase: 'awaiting_approval', requires_approval: true });
    expect((await api.call('POST', `${path}/start`, { plan_hash: operation.plan_hash })).body.code).toBe(
      'approval_required',
    );
    expect((await api.call('POST', `${path}/approve`)).status).toBe(403);
    const approved = await api.call('POST', `${path}/approve/`, undefined, second);
    expect(approved).toMatchObject({ status: 200, body: { approved_by: second.userId } });
    expect(approved.body.approved_at).not.toBeNull();
    expect((await api.call('POST', `${path}/start`, { plan_hash: operation.plan_hash })).status).toBe(200);
    const other = await made(1, { requires_approval: true });
    expect((await api.call('POST', `${other.path}/reject`, {}, second)).status).toBe(400);
    const rejected = await api.call('POST', `${other.path}/reject`, { reason: 'No' }, second);
    expect(rejected).toMatchObject({ status: 200, body: { status: 'cancelled', cancel_reason: 'No' } });
  });

  it('a waiting operation is moved to the head of the queue, a running one is not [BO-153] [BO-308] [BO-309]', async () => {
    const waiting = [];
    for (let n = 0; n < 5; n++) {
      const { path, operation } = await made(60);
      const { body } = await api.call('GET', `${path}/preview`);
      await api.call('POST', `${path}/start`, { plan_hash: body.plan_hash, confirm_count: body.guards[0]?.count });
      waiting.push({ path, id: operation.id });
    }
    const last = waiting.at(-1);
    const moved = await api.call('POST', `${last?.path ?? ''}/prioritize`, { priority: 9 });
    expect(moved).toMatchObject({ status: 200, body: { priority: 9 } });
    const queue = (await api.call('GET', '/queue/')).body;
    expect(queue).toMatchObject({ waiting: 5, running: 0, by_status: { queued: 5 } });
    expect(queue.oldest_waiting_seconds).toBeGreaterThanOrEqual(0);
    expect(queue.next[0]).toBe(last?.id);
    await applySlice(api.school.engine, api.school.orgId, waiting[0]?.id, 60_000);
    expect((await api.call('POST', `${waiting[0]?.path ?? ''}/prioritize`, { priority: 1 })).status).toBe(409);
    for (const { path } of waiting.slice(1)) await api.call('POST', `${path}/cancel`, { reason: 'End of the test' });
  });
});

describe('undo', () => {
  it('the preview says what is reversed and what is kept, by whom and when, and leaves nothing [BO-139] [BO-305]', async () => {
    const { path, ids, operation } = await made(3);
    await api.call('POST', `${path}/start`, { plan_hash: operation.plan_hash });
    const touched = await api.call('POST', '/operations', {
      operation_type: 'user_status',
      operation_name: 'Later',
      parameters: { target: { student_ids: [ids[1]] }, status: 'inactive' },
    });
    await api.call('POST', `/operations/${touched.body.id}/start`, {});
    const count = () => query(api.school, sql<{ n: number }>`select count(*) as n from operations`);
    const before = await count();
    const preview = await api.call('GET', `${path}/rollback/preview/`);
    expect(rollbackPreview.safeParse(preview.body).error).toBeUndefined();
    expect(preview.body).toMatchObject({
      counts: { will_reverse: 2, kept: 1, cannot: 0 },
      summary: 'This will take back 2 and keep 1 that changed since.',
      kept: [{ who: 'Ada Admin', item: { subject_id: ids[1] } }],
    });
    expect(preview.body.will_reverse[0].changes[0].fields).toEqual([
      { field: 'status', before: 'suspended', after: 'active' },
    ]);
    expect(await count()).toEqual(before);

    const stale = await api.call('POST', `${path}/rollback`, { plan_hash: 'other' });
    expect(stale).toMatchObject({ status: 409, body: { code: 'plan_stale' } });
    const undone = await api.call('POST', `${path}/rollback/`, {
      plan_hash: preview.body.plan_hash,
      reason: 'Mistake',
    });
    expect(undone).toMatchObject({
      status: 202,
      body: { undo_of: operation.id, status: 'completed', successful_items: 2 },
    });
    expect((await api.call('GET', path)).body).toMatchObject({
      status: 'completed',
      rollback_status: 'partly_rolled_back',
    });
  });

  it('single items can be undone', async () => {
    const { path, operation } = await made(3);
    await api.call('POST', `${path}/start`, { plan_hash: operation.plan_hash });
    const undone = await api.call('POST', `${path}/rollback`, { item_ids: ['2'] });
    expect(undone).toMatchObject({ status: 202, body: { total_items: 1, successful_items: 1 } });
  });
});

describe('kinds', () => {
  it('each kind says its parameters as JSON Schema and whether it can be undone [BO-140]', async () => {
    const { body } = await api.call('GET', '/kinds/');
    const byName = new Map(body.map((kind: { name: string }) => [kind.name, kind]));
    expect(byName.get('user_status')).toMatchObject({
      reversible: true,
      may_start: true,
      target_model: null,
      parameters: { type: 'object' },
    });
    expect(byName.get('user_import')).toMatchObject({ target_model: 'User' });
  });
});
