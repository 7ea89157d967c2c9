/** What an import promises beyond its form: rules, conflicts, repeated use of a mapping, and how it is written. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sql } from 'kysely';
import pg from 'pg';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import { userImport } from '../../../packages/server/src/kinds/people/user-import/user-import.ts';
import { query } from '../../fixtures/school.ts';
import { bulkApi, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

const AUTO = { mapping: '{"preset":"auto","default_values":{"roles":"student"}}', target_model: 'User' };

/** Imports a file and gives the items, in the order of its rows. */
async function imported(content: string, fields: Record<string, string> = AUTO) {
  const made = await api.upload('/import', fields, { name: 'people.csv', content });
  expect(made.status).toBe(201);
  const { id, plan_hash } = made.body;
  const { guards } = (await api.call('GET', `/operations/${id}/preview`)).body;
  await api.call('POST', `/operations/${id}/start`, { plan_hash, confirm_count: guards[0]?.count });
  const { items } = (await api.call('GET', `/operations/${id}/items?limit=100`)).body;
  return items.sort((one: { item_index: number }, other: { item_index: number }) => one.item_index - other.item_index);
}

const person = async (externalId: string) =>
  (await query(api.school, sql<Record<string, unknown>>`select * from users where external_id = ${externalId}`))[0];

describe('a record that was changed after the file was made', () => {
  const clash = async (externalId: string, rule?: string) => {
    await imported(`external_id,given_name,family_name,phone,grade_level\n${externalId},Ana,Ruiz,111,5\n`);
    await query(
      api.school,
      sql`update users set phone = '222', version = version + 1 where external_id = ${externalId}`,
    );
    const stale = `external_id,given_name,family_name,phone,grade_level,version\n${externalId},Ana,Ruiz,,6,1\n`;
    const [item] = await imported(stale, rule === undefined ? AUTO : { ...AUTO, conflict_rule: rule });
    const { phone, grade_level } = (await person(externalId)) ?? {};
    return [item.status, item.code, phone, grade_level];
  };

  it('follows the rule that was chosen, fails without one, and says so [BO-131] [BO-132]', async () => {
    expect(await clash('c-1')).toEqual(['failed', 'newer_data', '222', '5']);
    expect(await clash('c-2', 'fail_item')).toEqual(['failed', 'newer_data', '222', '5']);
    expect(await clash('c-3', 'keep_existing')).toEqual(['skipped', 'kept_newer', '222', '5']);
    expect(await clash('c-4', 'overwrite')).toEqual(['success', null, '222', '6']);
    expect(await clash('c-5', 'merge_non_empty')).toEqual(['success', null, '222', '6']);
  });
});

it('a failed item says which field is wrong, with its value, and what form is expected [BO-127]', async () => {
  const [item] = await imported(peopleCsv(0, ['f-1,ana(at)school,Ana,Ruiz']));
  expect(item.error_message).toMatch(/email.*ana\(at\)school/i);
  expect(item.correction).toMatch(/name@/);
});

it('of rows that name the same person only the first is used; the second names it [BO-182]', async () => {
  const rows = ['d-1,same@example.org,Da,One', 'd-2,SAME@example.org,Da,Two'];
  const items = await imported(peopleCsv(0, rows));
  expect(items.map((item: { status: string }) => item.status)).toEqual(['success', 'failed']);
  expect(items[1]).toMatchObject({ code: 'duplicate_row', error_message: 'Row 1 names the same person by email.' });
});

it('a mapping is saved once and used by every file of that system, whose columns keep their names [BO-065] [BO-066] [BO-176] [BO-177]', async () => {
  const { body: saved } = await api.call('POST', '/mappings', {
    name: 'Registry export',
    source_format: 'csv',
    target_model: 'User',
    field_mappings: { 'Student No': 'external_id', Mail: 'email', Name: 'full_name', Position: 'roles' },
    default_values: { roles: 'student' },
  });
  expect((await api.call('GET', '/mappings')).body).toContainEqual(saved);
  const fields = { mapping_id: saved.id, target_model: 'User' };
  for (const n of ['1', '2']) {
    const file = `Student No,Mail,Name,Position\nsis-${n},sis${n}@example.org,Li Wen,\nsis-t${n},sist${n}@example.org,Tea Cher,teacher\n`;
    expect(await imported(file, fields)).toMatchObject([{ status: 'success' }, { status: 'success' }]);
    expect(await person(`sis-${n}`)).toMatchObject({
      email: `sis${n}@example.org`,
      display_name: 'Li Wen',
      roles: ['student'],
    });
    expect(await person(`sis-t${n}`)).toMatchObject({ roles: ['teacher'] });
  }
});

it('errors and warnings are told apart, and the preview shows rows as they would be [BO-178] [BO-179]', async () => {
  const content = 'external_id,full_name,email,Shoe size\nw-1,Wa Rning,w1@example.org,40\nw-2,Wa Two,w2(at)x,41\n';
  const { body } = await api.upload('/validation', AUTO, { name: 'people.csv', content });
  expect(body.errors).toMatchObject([{ row: 2, field: 'email', code: 'bad_email' }]);
  expect(JSON.stringify(body.warnings)).toContain('Shoe size');
  expect(body.preview_data[0]).toMatchObject({ external_id: 'w-1', given_name: 'Wa', family_name: 'Rning' });
});

it('a further target of imports can be chosen for mappings as soon as a kind reads it [BO-064]', async () => {
  const { rows } = userImport;
  if (rows === undefined) throw new Error('user_import reads no rows.');
  const petImport = { ...userImport, name: 'pet_import', aliases: [], rows: { ...rows, target: 'Pet' } };
  const engine = { ...api.context.engine, kinds: [...api.context.engine.kinds, petImport] };
  const app = await buildApp({ ...api.context, engine });
  const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
  const payload = { name: 'Pets', source_format: 'csv', target_model: 'Pet', field_mappings: {} };
  const at = { method: 'POST', url: '/api/bulk/mappings', headers, payload } as const;
  expect((await api.app.inject(at)).statusCode).toBe(400);
  expect((await app.inject(at)).statusCode).toBe(201);
  await app.close();
});

it('a thousand people are written with a few dozen statements, not with one each [BO-133]', async () => {
  const lines = Array.from({ length: 1_000 }, (_, n) => `many-${String(n)},many${String(n)}@example.org,Ma,Ny`);
  const made = await api.upload('/import', AUTO, { name: 'a.csv', content: peopleCsv(0, lines) });
  const statements: string[] = [];
  const original = Reflect.get(pg.Client.prototype, 'query');
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...given: unknown[]
  ) {
    const [first] = given;
    const text = typeof first === 'string' ? first : Reflect.get(Object(first), 'text');
    if (/\b(insert into|update|delete from)\b/i.test(String(text))) statements.push(String(text));
    return Reflect.apply(original, this, given);
  });
  const { plan_hash, id } = made.body;
  await api.call('POST', `/operations/${id}/start`, { plan_hash });
  const { applySlice } = await import('../../../packages/server/src/engine/run/chunk.ts');
  while (!(await applySlice(api.school.engine, api.school.orgId, id, 60_000)));
  spy.mockRestore();
  expect((await api.call('GET', `/operations/${id}`)).body).toMatchObject({ successful_items: 1_000 });
  expect(statements.filter((text) => /insert into "?users/i.test(text)).length).toBeLessThan(5);
  expect(statements.length).toBeLessThan(50);
});
