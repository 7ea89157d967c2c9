/** A new year from the file to the mail. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from 'kysely';
import { query } from '../../fixtures/school.ts';
import { bulkApi, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

async function post(url: string, payload: object) {
  const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
  return (await api.app.inject({ method: 'POST', url, headers, payload })).json();
}

const run = async ({ id, plan_hash }: { id: string; plan_hash: string }) => {
  const { guards } = (await api.call('GET', `/operations/${id}/preview`)).body;
  const given = { plan_hash, confirm_count: guards[0]?.count };
  return (await api.call('POST', `/operations/${id}/start`, given)).body;
};

it('twenty people of a file become twenty people, twenty enrollments and twenty notices [BO-459]', async () => {
  const file = { name: 'intake.csv', content: peopleCsv(20) };
  const form = { mapping: '{"preset":"auto","default_values":{"roles":"student"}}', target_model: 'User' };
  const imported = await run((await api.upload('/import', form, file)).body);
  expect(imported).toMatchObject({ status: 'completed', successful_items: 20 });
  const { items } = (await api.call('GET', `/operations/${imported.id}/items?limit=100`)).body;
  const made: string[] = items.map(
    (item: { result_data: { changes: { entity_id: string }[] } }) => item.result_data.changes[0]?.entity_id,
  );
  const course = await post('/api/courses', { title: 'Physics' });
  const batch = await post('/api/batches', { name: 'A', course_id: course.id });
  const enrolled = await api.call('POST', '/operations', {
    operation_type: 'enrollment_bulk',
    operation_name: 'Enroll the intake',
    parameters: { user_ids: made, assignments: [{ package_session_id: batch.id }], options: { notify_learners: true } },
  });
  const done = await run(enrolled.body);
  expect(done).toMatchObject({ operation_type: 'enrollment_bulk', status: 'completed', failed_items: 0 });
  const counts = await query(
    api.school,
    sql`
    select (select count(*) from users where external_id like 'ext-%') as people,
      (select count(*) from enrollments where student_id = any(${made}::uuid[]) and status = 'active') as enrollments,
      (select count(distinct recipient_id) from outbox where topic = 'enrollment.created') as told,
      (select count(*) from outbox where topic = 'enrollment.created') as notices`,
  );
  expect(counts).toEqual([{ people: 20, enrollments: 20, told: 20, notices: 20 }]);
});
