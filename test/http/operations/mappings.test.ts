import { afterAll, beforeAll, expect, it } from 'vitest';
import { importMapping } from '@muster/contract';
import { sql } from 'kysely';
import { aPerson, aSchool, query } from '../../fixtures/school.ts';
import { bulkApi, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

const minimal = {
  name: 'Registry export',
  source_format: 'csv',
  target_model: 'User',
  field_mappings: { email: 'email', given_name: 'given_name' },
};

it('a minimal mapping is saved with the defaults and used by its id [BO-279] [BO-300] [BO-328] [BO-329 to BO-331] [BO-334] [BO-335] [BO-493]', async () => {
  const { status, body } = await api.call('POST', '/mappings/', minimal);
  expect(status).toBe(201);
  expect(importMapping.safeParse(body).error).toBeUndefined();
  expect(body).toMatchObject({
    ...minimal,
    description: '',
    default_values: {},
    validation_rules: [],
    transformation_rules: [],
    is_template: false,
  });
  const file = { name: 'p.csv', content: peopleCsv(2) };
  const imported = await api.upload('/users/import', { mapping_id: body.id }, file);
  expect(imported).toMatchObject({ status: 201, body: { total_items: 2 } });
  expect((await api.upload('/users/import', { mapping_id: '01890000-0000-7000-8000-00000000abcd' }, file)).status).toBe(
    404,
  );
});

it('rules and defaults read back as they were sent [BO-333] [BO-362] [BO-363]', async () => {
  const rules = {
    default_values: { roles: 'student', version: 3, flag: true },
    validation_rules: [{ field: 'email', rule: 'required', severity: 'warning', message: 'Please.' }],
    transformation_rules: [
      { field: 'email', rule: 'trim' },
      { field: 'email', rule: 'replace', params: { pattern: 'x', replacement: '' } },
    ],
  };
  const { body } = await api.call('POST', '/mappings', { ...minimal, ...rules });
  expect((await api.call('GET', `/mappings/${body.id}/`)).body).toMatchObject(rules);
});

it.each([
  ['name', { name: undefined }],
  ['source_format', { source_format: 'pdf' }],
  ['source_format', { source_format: undefined }],
  ['target_model', { target_model: 'Cat' }],
  ['target_model', { target_model: undefined }],
  ['field_mappings', { field_mappings: undefined }],
  ['field_mappings.email', { field_mappings: { email: 1 } }],
  ['validation_rules.0.rule', { validation_rules: [{ field: 'email', rule: 'nice' }] }],
])('a mapping with a wrong %s is refused [BO-062] [BO-063] [BO-332]', async (field, change) => {
  const { status, body } = await api.call('POST', '/mappings', { ...minimal, ...change });
  expect([status, body.errors[0].field]).toEqual([400, field]);
});

it.each(['Course', 'Enrollment'])('mappings for %s can be saved [BO-063]', async (target_model) => {
  expect((await api.call('POST', '/mappings', { ...minimal, target_model })).status).toBe(201);
});

it('templates are offered to others, own mappings are not; only their makers change them [BO-278] [BO-299] [BO-071]', async () => {
  const colleague = await aPerson(api.database, api.school.orgId, { name: 'Col League', roles: ['teacher_admin'] });
  const other = await aSchool(api.database, { name: 'Other' });
  const { body: own } = await api.call('POST', '/mappings', { ...minimal, name: 'Own' });
  const { body: shared } = await api.call('POST', '/mappings', { ...minimal, name: 'Shared', is_template: true });
  const names = async (query: string, as = colleague) =>
    (await api.call('GET', `/mappings/${query}`, undefined, as)).body.map((mapping: { name: string }) => mapping.name);
  expect(await names('')).toEqual(['Shared']);
  expect(await names('?is_template=true', api.school.admin)).toEqual(['Shared']);
  expect(await names('', other.admin)).toEqual([]);
  expect((await api.call('GET', `/mappings/${own.id}`, undefined, colleague)).status).toBe(404);
  expect((await api.call('PATCH', `/mappings/${shared.id}`, { name: 'Mine' }, colleague)).status).toBe(403);
  const unknown = await api.call('DELETE', '/mappings/01890000-0000-7000-8000-00000000abcd', undefined, other.admin);
  expect((await api.call('DELETE', `/mappings/${shared.id}`, undefined, other.admin)).body).toEqual(unknown.body);
  expect((await api.call('PATCH', `/mappings/${shared.id}`, { name: 'Renamed' })).body).toMatchObject({
    ...minimal,
    name: 'Renamed',
    is_template: true,
  });
  expect((await api.call('DELETE', `/mappings/${shared.id}`)).status).toBe(204);
  expect((await api.call('GET', `/mappings/${shared.id}`)).status).toBe(404);
});

it('a saved mapping is picked from the list and reads the next file of the same headings as it stands [BO-176] [BO-177]', async () => {
  const headings = { Kennung: 'external_id', Vorname: 'given_name', Zuname: 'family_name', Klasse: 'grade_level' };
  const saved = { ...minimal, name: 'Children of the registry', field_mappings: headings };
  expect((await api.call('POST', '/mappings', saved)).status).toBe(201);
  const file = (id: string, name: string) => ({
    name: 'registry.csv',
    content: `Kennung,Vorname,Zuname,Klasse\n${id},${name},Okafor,5\n`,
  });
  for (const [id, name] of [
    ['r-1', 'Ngozi'],
    ['r-2', 'Mei'],
  ] as const) {
    const listed = (await api.call('GET', '/mappings')).body;
    const picked = listed.find((one: { name: string }) => one.name === saved.name);
    const { status, body } = await api.upload('/users/import', { mapping_id: picked.id }, file(id, name));
    expect([status, body.total_items]).toEqual([201, 1]);
    await api.call('POST', `/operations/${body.id}/start`, { plan_hash: body.plan_hash, accept_reading: true });
    const people = await query(
      api.school,
      sql`select given_name, family_name, grade_level from users where external_id = ${id}`,
    );
    expect(people).toEqual([{ given_name: name, family_name: 'Okafor', grade_level: '5' }]);
  }
});
