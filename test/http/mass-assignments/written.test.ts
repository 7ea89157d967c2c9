/** What is written down of an operation: events, audit, before and after. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assign, draft, massApi, preview, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi();
});
afterAll(() => api.end());

interface Event {
  id: string;
  name: string;
  actor_id: string | null;
  schema_version: number;
  occurred_at: Date;
  payload: Record<string, unknown>;
}

const eventsOf = (id: string): Promise<Event[]> =>
  api.query(
    sql<Event>`select id, name, actor_id, schema_version, occurred_at, payload from events where org_id = ${api.school.orgId} and operation_id = ${id} order by id`,
  );

async function named(id: string, name: string): Promise<Record<string, unknown>[]> {
  const events = await eventsOf(id);
  return events.filter((event) => event.name === `mass_assignment.${name}`).map((event) => event.payload);
}

it('the events of a run say who did what to how many, how long it took and what went wrong [MA-355] [MA-356] [MA-357] [MA-359] [MA-367] [MA-369]', async () => {
  const { SA1 } = api.people;
  const students = api.ids.U2.slice(0, 60);
  await assign(api, SA1, students);
  const id = await draft(api, SA1, students, { conflict_policy: 'merge', parameters: { mastery_threshold: 91 } });
  const { body } = await preview(api, SA1, id);
  await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash, acknowledge_warnings: true });
  await api.asOwner('update assignments set version = version + 1 where student_id = any($1::uuid[])', [
    students.slice(0, 5),
  ]);
  await api.work(id);
  for (const event of await eventsOf(id)) {
    expect(event).toMatchObject({ actor_id: SA1.userId, schema_version: 1 });
    expect(event.occurred_at).toBeInstanceOf(Date);
  }
  expect(await named(id, 'operation.initiated')).toEqual([{ operation_type: 'assign_sequence', targets: 60 }]);
  expect(await named(id, 'validation.completed')).toEqual([{ errors: 0, warnings: 60 }]);
  const failures = await named(id, 'processing.error');
  expect(failures.map(({ code }) => code)).toEqual(Array(5).fill('changed_since_preview'));
  expect(failures.map((failure) => failure['subject_id']).sort()).toEqual(students.slice(0, 5).sort());
  expect(await named(id, 'sequence.assigned')).toHaveLength(55);
  expect(await named(id, 'operation.completed')).toEqual([
    { final_status: 'completed', total: 60, successful: 55, failed: 5, skipped: 0, duration_ms: expect.any(Number) },
  ]);
});

/** How many events of each name there are. */
async function counted(id: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of await eventsOf(id)) {
    const short = name.replace('mass_assignment.', '');
    counts[short] = (counts[short] ?? 0) + 1;
  }
  return counts;
}

it('a chunk is one event, a student one, each validation one or two, and the end one, however it ends [MA-D102]', async () => {
  const { SA1 } = api.people;
  const content = { content_payload: { sequence_id: api.sequences.S4 } };
  const done = await assign(api, SA1, api.ids.U2.slice(200, 350), content);
  expect(await counted(done.body.operation_id)).toEqual({
    'operation.initiated': 1,
    'validation.completed': 1,
    'operation.confirmed': 1,
    'operation.started': 1,
    'processing.progress': 2,
    'sequence.assigned': 150,
    'operation.completed': 1,
  });

  const confirmed = async (students: string[]) => {
    const id = await draft(api, SA1, students, {
      ...content,
      conflict_policy: 'merge',
      parameters: { mastery_threshold: 66 },
    });
    const { body } = await preview(api, SA1, id);
    await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: body.plan_hash, acknowledge_warnings: true });
    return id;
  };
  const failing = api.ids.U2.slice(200, 260);
  const failed = await confirmed(failing);
  await api.asOwner('update assignments set version = version + 1 where student_id = any($1::uuid[])', [failing]);
  await api.work(failed);
  expect(await counted(failed)).toMatchObject({ 'processing.error': 60, 'operation.completed': 1 });
  expect(await counted(failed)).not.toHaveProperty('sequence.assigned');
  expect(await named(failed, 'operation.completed')).toMatchObject([{ final_status: 'failed' }]);

  const cancelled = await confirmed(api.ids.U2.slice(260, 330));
  await api.call(SA1, 'POST', `/${cancelled}/cancel`);
  expect(await counted(cancelled)).toEqual({
    'operation.initiated': 1,
    'validation.completed': 1,
    'operation.confirmed': 1,
    'operation.completed': 1,
  });
  expect(await named(cancelled, 'operation.completed')).toMatchObject([{ final_status: 'cancelled' }]);

  const blocked = await draft(api, SA1, api.ids.inactive.slice(0, 2), content);
  await api.call(SA1, 'POST', `/${blocked}/validate`);
  await api.call(SA1, 'POST', `/${blocked}/validate`);
  expect(await counted(blocked)).toEqual({
    'operation.initiated': 1,
    'validation.completed': 2,
    'validation.failed': 2,
  });
});

it('events are read in the order in which they happened: who has read to the end misses nothing that comes later', async () => {
  const { SA1 } = api.people;
  const early = await draft(api, SA1, api.ids.U2.slice(360, 363), {
    content_payload: { sequence_id: api.sequences.S2 },
  });
  const { body } = await preview(api, SA1, early);
  await assign(api, SA1, api.ids.U2.slice(363, 365));
  const [last] = await api.query(
    sql<{ id: string }>`select max(id::text) as id from events where org_id = ${api.school.orgId}`,
  );
  await api.call(SA1, 'POST', `/${early}/confirm`, { plan_hash: body.plan_hash });
  const cursor = Buffer.from(JSON.stringify([last?.id])).toString('base64url');
  const { authorization } = await api.headersOf(SA1);
  const reply = await api.app.inject({ url: `/api/events?cursor=${cursor}`, headers: { authorization } });
  const names: string[] = reply.json().items.map((event: { name: string }) => event.name);
  expect(names.filter((name) => name.endsWith('sequence.assigned'))).toHaveLength(3);
});

it('a validation that fails says with which codes [MA-366]', async () => {
  const { SA1 } = api.people;
  const [inactive = '', again = ''] = api.ids.inactive;
  const id = await draft(api, SA1, [inactive, again, api.ids.suspended[0] ?? '']);
  await api.call(SA1, 'POST', `/${id}/validate`);
  expect(await named(id, 'validation.completed')).toMatchObject([{ errors: 3 }]);
  expect(await named(id, 'validation.failed')).toEqual([
    { errors: 3, codes: { student_inactive: 2, student_suspended: 1 } },
  ]);
});

it('every item keeps what was before and after, and the audit names who did it and when [MA-035] [MA-126]', async () => {
  const { SA1 } = api.people;
  const [student = ''] = api.ids.U2.slice(70);
  await assign(api, SA1, [student]);
  const done = await assign(api, SA1, [student], { conflict_policy: 'merge', parameters: { mastery_threshold: 55 } });
  const id: string = done.body.operation_id;
  const changes = await api.query(sql`select action, before, after from changes where operation_id = ${id}`);
  expect(changes).toMatchObject([
    { action: 'update', before: { mastery_threshold: 80 }, after: { mastery_threshold: 55 } },
  ]);
  const history = await api.call(SA1, 'GET', '');
  expect(history.body.items[0].operation_id).toBe(id);
  const audit = await api.call(SA1, 'GET', `/${id}/audit`);
  expect(audit.body.items.map((entry: { action: string }) => entry.action)).toEqual([
    'create',
    'plan',
    'preview',
    'confirm',
    'start',
    'end',
  ]);
  for (const entry of audit.body.items.slice(0, 4))
    expect(entry).toMatchObject({ actor: SA1.userId, actor_role: 'subscriber_admin' });
  for (const { at } of audit.body.items) expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
});

it('a mass assignment is an operation like any other, in both histories alike [MA-D59]', async () => {
  const { SA1 } = api.people;
  const { body } = await assign(api, SA1, api.ids.U2.slice(80, 90));
  const { authorization } = await api.headersOf(SA1);
  const url = `/api/bulk/operations/${String(body.operation_id)}/`;
  const general = (await api.app.inject({ url, headers: { authorization } })).json();
  expect(general).toMatchObject({
    id: body.operation_id,
    total_items: body.progress.total,
    processed_items: body.progress.processed,
    successful_items: body.progress.successful,
    failed_items: body.progress.failed,
  });
  const rows = await api.query(sql`select from operations where id = ${body.operation_id}`);
  expect(rows).toHaveLength(1);
});

it('the database itself refuses an unknown status [MA-047]', async () => {
  const { SA1 } = api.people;
  const { body } = await assign(api, SA1, api.ids.U2.slice(91, 92));
  const change = (status: string) =>
    api.asOwner('update operations set status = $1 where id = $2', [status, body.operation_id]);
  for (const status of ['done', 'rolled_back', ''])
    await expect(change(status)).rejects.toThrow('operations_status_check');
  const shown: Record<string, string> = {
    pending: 'pending',
    validating: 'validating',
    queued: 'pending',
    processing: 'processing',
    paused: 'processing',
    completed: 'completed',
    failed: 'failed',
    cancelled: 'cancelled',
  };
  for (const [stored, status] of Object.entries(shown)) {
    await change(stored);
    const seen = await api.call(SA1, 'GET', `/${String(body.operation_id)}`);
    expect(seen.body.operation_status).toBe(status);
  }
  await change('completed');
});

it('each kind of answer has its code [MA-D93] [MA-D98]', async () => {
  const { SA1 } = api.people;
  const one = api.ids.U2.slice(100, 101);
  const sent = { operation_type: 'assign_sequence', target: { student_ids: one } };
  const content = { content_payload: { sequence_id: api.sequences.S1 } };
  const key = { 'idempotency-key': 'codes' };
  const made = await api.call(SA1, 'POST', '', { ...sent, ...content }, key);
  const reused = await api.call(SA1, 'POST', '', { ...sent, ...content, name: 'Other' }, key);
  const done = await assign(api, SA1, one);
  const id: string = done.body.operation_id;
  const seen = await api.call(SA1, 'GET', `/${id}`);
  const again = await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: seen.body.plan_hash });
  const { operation_id: other } = made.body;
  await preview(api, SA1, other);
  const stale = await api.call(SA1, 'POST', `/${String(other)}/confirm`, { plan_hash: 'old' });
  const cancelled = await api.call(SA1, 'POST', `/${String(other)}/cancel`);
  const discarded = await api.call(SA1, 'DELETE', `/${await draft(api, SA1, one)}`);
  api.clock.aheadMs = 31 * 86_400_000;
  const late = await api.call(SA1, 'POST', `/${id}/rollback`, {});
  api.clock.aheadMs = 0;
  expect([seen.status, made.status, cancelled.status, discarded.status]).toEqual([200, 201, 202, 204]);
  expect([again, stale, late, reused].map(({ status, body }) => [status, body.code])).toEqual([
    [409, 'invalid_state'],
    [409, 'plan_stale'],
    [409, 'rollback_window_closed'],
    [409, 'idempotency_key_reused'],
  ]);
});

it('whoever reads more than a hundred students is written down, with what for and how many; a file with its checksum [MA-D37]', async () => {
  const { SA1, T1 } = api.people;
  const { body } = await assign(api, SA1, api.ids.U2.slice(150, 350));
  const id: string = body.operation_id;
  await api.call(SA1, 'GET', `/${id}/items?page=2`);
  const { text } = await api.call(SA1, 'GET', `/${id}/report.csv`);
  const roster = await api.call(SA1, 'GET', '/roster');
  await api.call(SA1, 'POST', '/roster/count', { selection: { grade_level: '8' } });
  await api.call(T1, 'GET', '/roster');
  const entries = await api.query(sql<{ action: string; actor: string; detail: object }>`
    select action, actor_user as actor, detail from audit
    where org_id = ${api.school.orgId} and action in ('access', 'download', 'preview') and (operation_id = ${id} or operation_id is null) order by id`);
  const sha256 = createHash('sha256').update(text).digest('hex');
  expect(entries).toEqual(
    [
      ['preview', { rows: 200 }],
      ['access', { purpose: 'items', rows: 200 }],
      ['download', { file: 'report', rows: 200, sha256 }],
      ['access', { purpose: 'roster', rows: roster.body.total }],
      ['access', { purpose: 'count', rows: 400 }],
    ].map(([action, detail]) => ({ action, actor: SA1.userId, detail })),
  );
});
