/** A file whose columns nobody knows, and columns that are read differently after the file was taken in. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationKind } from '@muster/contract';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

const auto = { mapping: '{"preset":"auto","default_values":{"roles":"student"}}' };
const READ = { Kürzel: 'external_id', Vorname: 'given_name', Nachname: 'family_name' };

/** One class of a school that names its columns in its own way. */
function classList(...rows: readonly string[]) {
  return { name: 'class.csv', content: `Kürzel;Vorname;Nachname;Mail\n${rows.join('\n')}\n` };
}

async function planOf(id: string): Promise<unknown[]> {
  const { body } = await api.call('GET', `/operations/${id}/preview`);
  return body.items.map((item: { action: string; code: string | null }) => [item.action, item.code]);
}

it('a file whose columns nobody knows is kept with its rows, to be mapped by hand', async () => {
  const file = { name: 'class.csv', content: 'Kürzel;Kind\nk1;Ana Ruiz\n' };
  const { status, body } = await api.upload('/users/import', auto, file);
  expect([status, body.phase, body.mapping_config.field_mappings]).toEqual([201, 'planned', {}]);
  expect(await planOf(body.id)).toEqual([['error', 'identifier_missing']]);
  const changed = await api.call('PATCH', `/operations/${body.id}`, {
    mapping_config: { Kürzel: 'external_id', Kind: 'full_name' },
  });
  expect(changed.status).toBe(200);
  expect(await planOf(body.id)).toEqual([['create', null]]);
});

it('a mapping by hand that says nowhere whom a row means is refused, and nothing of the plan is lost', async () => {
  const file = classList('k1;Ana;Ruiz;ana@example.org');
  const { body } = await api.upload('/users/import', { mapping: JSON.stringify(READ) }, file);
  const refused = await api.call('PATCH', `/operations/${body.id}`, {
    mapping_config: { Vorname: 'given_name', Nachname: 'given_name' },
  });
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toEqual([
    expect.objectContaining({ code: 'field_twice', field: 'mapping.given_name' }),
    expect.objectContaining({
      code: 'identifier_unmapped',
      field: 'mapping.external_id',
      correction: 'Map a column to one of these fields: external_id, email, username.',
    }),
  ]);
  const after = (await api.call('GET', `/operations/${body.id}`)).body;
  expect([after.plan_hash, after.mapping_config.field_mappings]).toEqual([body.plan_hash, READ]);
});

it('a row that is broken in the file stays so when its columns are read differently', async () => {
  const rows = ['k2;Mei;Chen;mei@example.org;too much', 'k3;Zoe;Olsen'];
  const { body } = await api.upload('/users/import', auto, classList(...rows));
  await api.call('PATCH', `/operations/${body.id}`, { mapping_config: READ });
  expect(await planOf(body.id)).toEqual([
    ['error', 'row_long'],
    ['create', null],
  ]);
  const { items } = (await api.call('GET', `/operations/${body.id}/items`)).body;
  expect(items[1].warnings).toEqual([expect.objectContaining({ code: 'row_short' })]);
});

it('a row that is broken in the file is not taken for good by trying it again uncorrected', async () => {
  const rows = ['k4;Lea;Berg;lea@example.org', 'k5;Tom;Vogel;tom@example.org;too much'];
  const mapping = JSON.stringify(READ);
  const { body } = await api.upload('/users/import', { mapping }, classList(...rows));
  const path = `/operations/${body.id}`;
  await api.call('POST', `${path}/start`, { plan_hash: body.plan_hash, accept_reading: true });
  const again = async (corrections: object) =>
    (await api.call('POST', `${path}/retry`, { corrections, plan_only: true })).body.id;
  expect(await planOf(await again({}))).toEqual([['error', 'row_long']]);
  expect(await planOf(await again({ 2: { Nachname: 'Vogel' } }))).toEqual([['create', null]]);
});

it('a kind says which of its fields tell whom a row means', async () => {
  const kinds: OperationKind[] = (await api.call('GET', '/kinds')).body;
  const fields = kinds.find(({ name }) => name === 'user_import')?.fields ?? [];
  expect(fields.filter((field) => field.identifies).map((field) => field.name)).toEqual([
    'external_id',
    'email',
    'username',
  ]);
});
