import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationTemplate } from '@muster/contract';
import { aPerson, aSchool, students } from '../../fixtures/school.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
let ids: string[];
beforeAll(async () => {
  api = await bulkApi();
  ids = await students(api.database, api.school.orgId, 3);
});
afterAll(() => api.end());

const minimal = {
  name: 'End of term',
  operation_type: 'user_status',
  template_config: { status: 'inactive', reason: 'The term is over' },
};

it('a minimal template is saved with the defaults and listed [BO-296] [BO-297] [BO-301]', async () => {
  const { status, body } = await api.call('POST', '/templates/', minimal);
  expect(status).toBe(201);
  expect(operationTemplate.safeParse(body).error).toBeUndefined();
  expect(body).toMatchObject({ ...minimal, description: '', usage_count: 0, last_used: null, is_public: false });
  expect((await api.call('GET', '/templates/')).body).toContainEqual({ ...body, template_config: {} });
  expect((await api.call('GET', `/templates/${body.id}`)).body).toEqual(body);
  expect((await api.call('DELETE', `/templates/${body.id}`)).status).toBe(204);
  expect((await api.call('GET', `/templates/${body.id}`)).status).toBe(404);
});

it.each([
  ['name', { name: undefined }],
  ['operation_type', { operation_type: undefined }],
  ['operation_type', { operation_type: 'user_imprt' }],
  ['template_config', { template_config: undefined }],
  ['template_config', { template_config: [] }],
  ['is_public', { is_public: 1 }],
])('a template with a wrong %s is refused', async (field, change) => {
  const { status, body } = await api.call('POST', '/templates', { ...minimal, ...change });
  expect([status, body.errors[0].field]).toEqual([400, field]);
});

it('fills what an operation leaves out, counts each use and keeps the time of the last [BO-095] [BO-097] [BO-262]', async () => {
  const { body: template } = await api.call('POST', '/templates', minimal);
  const make = (more: object) =>
    api.call('POST', '/operations', {
      operation_type: 'user_status',
      operation_name: 'From template',
      template_id: template.id,
      ...more,
    });
  const first = await make({ parameters: { target: { student_ids: ids } } });
  expect(first.body.parameters).toMatchObject({ status: 'inactive', reason: 'The term is over' });
  const second = await make({ parameters: { target: { student_ids: ids }, status: 'archived' } });
  expect(second.body.parameters).toMatchObject({ status: 'archived', reason: 'The term is over' });
  const used = (await api.call('GET', `/templates/${template.id}`)).body;
  expect(used.usage_count).toBe(2);
  const since = Date.parse(used.last_used) - Date.parse(second.body.created_at);
  expect(Math.abs(since)).toBeLessThan(1_000);

  const refused = await make({ parameters: {} });
  expect(refused.status).toBe(400);
  const other = await make({ operation_type: 'user_import' });
  expect(other.body.errors[0]).toMatchObject({ field: 'template_id' });
  expect((await api.call('GET', `/templates/${template.id}`)).body.usage_count).toBe(2);
});

it('a public template is offered to other staff, a private one only to its maker [BO-101]', async () => {
  const colleague = await aPerson(api.database, api.school.orgId, { name: 'Col League', roles: ['subscriber_admin'] });
  const other = await aSchool(api.database, { name: 'Other' });
  const { body: own } = await api.call('POST', '/templates', { ...minimal, name: 'Private' });
  const { body: shared } = await api.call('POST', '/templates', { ...minimal, name: 'Public', is_public: true });
  const listed = async (as = colleague) =>
    (await api.call('GET', '/templates', undefined, as)).body.map((template: { id: string }) => template.id);
  expect(await listed()).toEqual([shared.id]);
  expect(await listed(api.school.admin)).toEqual(expect.arrayContaining([own.id, shared.id]));
  expect(await listed(other.admin)).toEqual([]);
  const foreign = await api.call('DELETE', `/templates/${own.id}`, undefined, colleague);
  expect(foreign.status).toBe(404);
  const unitAdmin = await aPerson(api.database, api.school.orgId, { name: 'Unit Admin', roles: ['teacher_admin'] });
  expect((await api.call('DELETE', `/templates/${shared.id}`, undefined, unitAdmin)).status).toBe(403);
});
