/** What the tables of the engine hold by themselves: defaults, what must be given, and what they refuse. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId, partitionOf } from '../../packages/server/src/db/ids.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { bulkApi, peopleCsv, type BulkApi } from '../http/operations/bulk-api.ts';
import { query, stagedImport } from '../fixtures/school.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

/** Inserts a row with the values that are wanted instead of the least that it takes; null leaves a column out. */
async function insert(
  table: string,
  least: Record<string, unknown>,
  instead: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const given = Object.entries({ ...least, ...instead }).filter(([, value]) => value !== null);
  const [row] = await query(
    api.school,
    sql<Record<string, unknown>>`
    insert into ${sql.table(table)} (${sql.join(given.map(([name]) => sql.ref(name)))})
    values (${sql.join(given.map(([, value]) => value))}) returning *`,
  );
  return row ?? {};
}

const anOperation = () => ({
  org_id: api.school.orgId,
  id: newId(),
  kind: 'user_status',
  name: 'Least',
  created_by_account: api.school.admin.accountId,
  chunk_items: 100,
});
const operation = (instead: Record<string, unknown> = {}) => insert('operations', anOperation(), instead);

it('an operation needs its organization, id, kind, name and maker, each within its length [BO-009] [BO-010] [BO-012] [BO-029]', async () => {
  const { id } = await operation();
  await expect(operation({ id })).rejects.toMatchObject({ code: '23505' });
  await expect(operation({ id: 'x'.repeat(51) })).rejects.toMatchObject({ code: '22P02' });
  for (const missing of ['org_id', 'id', 'kind', 'name', 'created_by_account'])
    await expect(operation({ [missing]: null })).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|23502)$/),
    });
  for (const [column, length] of [
    ['kind', 100],
    ['called', 100],
    ['name', 200],
  ] as const) {
    await expect(operation({ [column]: 'x'.repeat(length + 1) })).rejects.toMatchObject({ code: '23514' });
    await expect(operation({ [column]: 'x'.repeat(length) })).resolves.toBeDefined();
  }
});

it('what is left out of an operation reads back as its default, also over the API [BO-013] [BO-014] [BO-017] [BO-020 to BO-024] [BO-030] [BO-032] [BO-033] [BO-034] [BO-041] [BO-042]', async () => {
  const { id } = await operation();
  const { body } = await api.call('GET', `/operations/${String(id)}`);
  expect(body).toMatchObject({
    description: '',
    parameters: {},
    input_data: {},
    mapping_config: {},
    status: 'pending',
    phase: 'draft',
    rollback_status: 'none',
    total_items: 0,
    processed_items: 0,
    successful_items: 0,
    failed_items: 0,
    progress_percentage: 0,
    requires_approval: false,
    approved_at: null,
    approved_by: null,
    results_summary: {},
    error_log: '',
    output_file: null,
    priority: 0,
    scheduled_at: null,
    cancel_reason: '',
  });
});

it('the table has every field of an operation, those that the source left out of its listing included [BO-039]', async () => {
  const columns = await query(
    api.school,
    sql<{ name: string }>`select column_name as name from information_schema.columns where table_name = 'operations'`,
  );
  const kept = 'input mapping estimated_completion approved_by_user approved_at error_log output_file';
  expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(kept.split(' ')));
});

it('statuses that do not exist are refused by the store and by the API, which knows seven [BO-018] [BO-052]', async () => {
  await expect(operation({ status: 'sleeping' })).rejects.toMatchObject({ code: '23514' });
  await expect(operation({ rollback_status: 'half' })).rejects.toMatchObject({ code: '23514' });
  for (const status of 'pending queued processing paused completed failed cancelled'.split(' '))
    expect((await api.call('GET', `/operations?status=${status}`)).status).toBe(200);
  expect((await api.call('GET', '/operations?status=validating')).status).toBe(400);
  const { id } = await operation();
  await expect(item({ operation_id: id, status: 'half' })).rejects.toMatchObject({ code: '23514' });
  for (const [at, status] of 'pending processing success failed skipped'.split(' ').entries())
    await item({ operation_id: id, status, item_no: at + 1 });
  expect((await api.call('GET', `/operations/${String(id)}/items?status=half`)).status).toBe(400);
});

const item = (instead: Record<string, unknown>) =>
  insert('operation_items', { org_id: api.school.orgId, item_no: 1, action: 'update' }, instead);

it('an item needs its operation and a position of its own; what is left out reads back as its default [BO-045] [BO-046] [BO-049] [BO-051] [BO-054]', async () => {
  const { id } = await operation();
  await expect(item({})).rejects.toMatchObject({ code: '23502' });
  await item({ operation_id: id });
  await item({ operation_id: id, item_no: 2 });
  await expect(item({ operation_id: id })).rejects.toMatchObject({ code: '23505' });
  const { items } = (await api.call('GET', `/operations/${String(id)}/items`)).body;
  expect(items).toMatchObject([
    { id: '1', status: 'pending', result_data: {}, error_message: '', processed_at: null },
    { id: '2' },
  ]);
});

it('lists of operations and of items are read by indexes, however many there are [BO-036] [BO-037] [BO-038] [BO-057]', async () => {
  const { orgId, admin } = api.school;
  await query(
    api.school,
    sql`
    insert into operations (org_id, id, kind, name, created_by_account, chunk_items, status, created_at)
    select ${orgId}, gen_random_uuid(), 'kind ' || n % 50, 'Old', ${admin.accountId}, 1, case when n % 1000 = 0 then 'paused' else 'cancelled' end,
      now() - n * interval '1 minute' from generate_series(1, 100000) n`,
  );
  const indexUsed = async (condition: ReturnType<typeof sql>) => {
    const plan = await query(
      api.school,
      sql<{ 'QUERY PLAN': string }>`
      explain select * from operations where org_id = ${orgId} and ${condition} order by created_at desc limit 25`,
    );
    return /Index Scan using (\w+)/.exec(JSON.stringify(plan))?.[1];
  };
  expect(await indexUsed(sql`status = 'paused'`)).toBe('operations_status');
  expect(await indexUsed(sql`kind = 'kind 7'`)).toBe('operations_kind');
  expect(await indexUsed(sql`created_at < now() - interval '30 days'`)).toBe('operations_created');
  const keys = await query(
    api.school,
    sql<{ def: string }>`select indexdef as def from pg_indexes where indexname = 'operation_items_pkey'`,
  );
  expect(keys[0]?.def).toContain('(org_id, operation_id, item_no)');
});

it('a mapping needs a name and its maker; what is left out reads back as its default [BO-059 to BO-061] [BO-067] [BO-068] [BO-069] [BO-070]', async () => {
  const mapping = (instead: Record<string, unknown> = {}) =>
    insert(
      'import_mappings',
      {
        org_id: api.school.orgId,
        id: newId(),
        name: 'Least',
        source_format: 'csv',
        target_model: 'User',
        created_by_account: api.school.admin.accountId,
      },
      instead,
    );
  const stored = await mapping();
  expect(stored).toMatchObject({ validation_rules: {}, transformation_rules: {} });
  const { id } = stored;
  for (const missing of ['name', 'source_format', 'target_model', 'created_by_account'])
    await expect(mapping({ [missing]: null })).rejects.toMatchObject({ code: '23502' });
  await expect(mapping({ name: 'x'.repeat(201) })).rejects.toMatchObject({ code: '23514' });
  const { text, body } = await api.call('GET', `/mappings/${String(id)}`);
  expect(text).toContain(`"id":"${String(id)}"`);
  expect(body).toMatchObject({ description: '', is_template: false, field_mappings: {}, default_values: {} });
  // Where the store has an object, clients see a list.
  expect(body).toMatchObject({ validation_rules: [], transformation_rules: [] });
  expect(Date.now() - Date.parse(body.created_at)).toBeLessThan(60_000);
});

it('a template needs a name, a kind, its parameters and its maker; what is left out reads back as its default [BO-090 to BO-094] [BO-096] [BO-098 to BO-100]', async () => {
  const template = (instead: Record<string, unknown> = {}) =>
    insert(
      'operation_templates',
      {
        org_id: api.school.orgId,
        id: newId(),
        name: 'Least',
        operation_type: 'user_status',
        template_config: '{}',
        created_by_account: api.school.admin.accountId,
      },
      instead,
    );
  expect(await template()).toMatchObject({
    description: '',
    usage_count: 0,
    last_used: null,
    is_public: false,
    created_at: expect.any(Date),
  });
  for (const missing of ['name', 'operation_type', 'template_config', 'created_by_account'])
    await expect(template({ [missing]: null })).rejects.toMatchObject({ code: '23502' });
  await expect(template({ name: 'x'.repeat(201) })).rejects.toMatchObject({ code: '23514' });
  await expect(template({ operation_type: 'x'.repeat(101) })).rejects.toMatchObject({ code: '23514' });
});

it('before a large file is planned, the planner knows how many rows it has', async () => {
  const made = await stagedImport(api.school, peopleCsv(2_000));
  await planOperation(api.school.engine, api.school.orgId, made.id);
  const [known] = await query(
    api.school,
    sql<{ rows: number }>`
    select reltuples::int as rows from pg_class where relname = ${partitionOf('staging', made.id)}`,
  );
  expect(known?.rows).toBeGreaterThanOrEqual(2_000);
});
