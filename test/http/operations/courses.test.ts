import { afterAll, beforeAll, expect, it } from 'vitest';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

async function request(method: 'GET' | 'POST', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
  const given = payload === undefined ? {} : { payload };
  return (await api.app.inject({ method, url, headers, ...given })).json();
}

it('each of the three kinds that the source names can be made [BO-011]', async () => {
  for (const operation_type of ['user_import', 'course_creation', 'enrollment_bulk']) {
    const parameters = {
      user_import: {},
      course_creation: { courses: [{ title: 'Physics' }] },
      enrollment_bulk: { user_ids: [], assignments: [{ package_session_id: '01890000-0000-7000-8000-00000000abcd' }] },
    }[operation_type];
    const sent = { operation_type, operation_name: 'Made', parameters, plan: false };
    const { status, body } = await api.call('POST', '/operations', sent);
    expect([status, body.operation_type]).toEqual([201, operation_type]);
  }
});

it('courses are made from a template; none given is refused [BO-235] [BO-294]', async () => {
  const template = await request('POST', '/api/courses', {
    title: 'Model',
    syllabus: 'By experiment',
    objectives: ['Measure'],
  });
  const courses = ['One', 'Two', 'Three'].map((title) => ({ title }));
  const made = await api.call('POST', '/courses/create/', { template_id: template.id, courses });
  expect(made).toMatchObject({ status: 201, body: { operation_type: 'course_creation', total_items: 3 } });
  await api.call('POST', `/operations/${made.body.id}/start`, { plan_hash: made.body.plan_hash });
  const { items } = (await api.call('GET', `/operations/${made.body.id}/items`)).body;
  for (const [at, item] of items.entries()) {
    const course = await request('GET', `/api/courses/${item.result_data.changes[0].entity_id}`);
    expect(course).toMatchObject({ ...courses[at], syllabus: 'By experiment', objectives: ['Measure'], code: null });
  }
  expect((await api.call('POST', '/courses/create', {})).body.errors[0].field).toBe('courses');
  expect((await api.call('POST', '/courses/create', { courses: [] })).status).toBe(400);
  const unknown = { template_id: '01890000-0000-7000-8000-00000000abcd', courses };
  expect((await api.call('POST', '/courses/create', unknown)).body.errors[0].field).toBe('parameters.template_id');
});

it('a code that is refused for one course is refused here in the same words [BO-396]', async () => {
  await request('POST', '/api/courses', { title: 'First', code: 'PH-1' });
  const single = await request('POST', '/api/courses', { title: 'Second', code: 'ph-1' });
  const courses = [
    { title: 'Second', code: 'ph-1' },
    { title: 'Third', code: 'PH-2' },
  ];
  const { body } = await api.call('POST', '/courses/create', { courses });
  await api.call('POST', `/operations/${body.id}/start`, { plan_hash: body.plan_hash });
  const { items } = (await api.call('GET', `/operations/${body.id}/items`)).body;
  expect(items).toMatchObject([{ status: 'failed', code: 'already_exists' }, { status: 'success' }]);
  expect(single.errors[0]).toMatchObject({ code: 'already_exists', message: items[0].error_message });
});
