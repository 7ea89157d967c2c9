/** What an operation says of the undos and retries that followed it, and its items of what still holds. */
import { bulkOperation, type BulkOperation } from '@muster/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aPerson, query, students } from '../../fixtures/school.ts';
import { bulkApi, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

async function started({ id, plan_hash }: BulkOperation): Promise<BulkOperation> {
  const { guards } = (await api.call('GET', `/operations/${id}/preview`)).body;
  const { body } = await api.call('POST', `/operations/${id}/start`, { plan_hash, confirm_count: guards[0]?.count });
  return bulkOperation.parse(body);
}

async function suspension(ids: readonly string[]): Promise<BulkOperation> {
  const { body } = await api.call('POST', '/operations', {
    operation_type: 'user_status',
    operation_name: 'Suspend',
    parameters: { target: { student_ids: ids }, status: 'suspended' },
  });
  return started(bulkOperation.parse(body));
}

async function rollback(id: string, body: object = {}): Promise<BulkOperation> {
  return bulkOperation.parse((await api.call('POST', `/operations/${id}/rollback`, body)).body);
}

const operationOf = async (id: string): Promise<BulkOperation> =>
  bulkOperation.parse((await api.call('GET', `/operations/${id}`)).body);
const itemsOf = async (id: string) => (await api.call('GET', `/operations/${id}/items`)).body.items;
const statesOf = async (id: string) => (await itemsOf(id)).map((item: { state: string }) => item.state);
const countOf = async (id: string) => (await api.call('GET', `/operations/${id}/results`)).body.taken_back_items ?? 0;

it('an operation names its undos, newest last; its items say what they took back, until that is undone in turn', async () => {
  const { id } = await suspension(await students(api.database, api.school.orgId, 3));
  expect(await operationOf(id)).toMatchObject({ undone_by: [], retried_by: [] });
  expect([await statesOf(id), await countOf(id)]).toEqual([['success', 'success', 'success'], 0]);
  const [first] = await itemsOf(id);

  const part = await rollback(id, { item_ids: [first.id] });
  expect(await statesOf(id)).toEqual(['taken_back', 'success', 'success']);
  expect((await itemsOf(id))[0]).toMatchObject({ status: 'success', taken_back_by: part.id });
  const rest = await rollback(id);
  expect(await operationOf(id)).toMatchObject({ undone_by: [part.id, rest.id] });
  const takenBack = (await itemsOf(id)).map((item: { taken_back_by: string }) => item.taken_back_by);
  expect(takenBack).toEqual([part.id, rest.id, rest.id]);
  expect(await countOf(id)).toBe(3);
  const { text } = await api.call('GET', `/operations/${id}/report.csv`);
  expect(text.split(rest.id)).toHaveLength(3);

  await rollback(rest.id);
  expect([await statesOf(id), await countOf(id)]).toEqual([['taken_back', 'success', 'success'], 1]);
  expect((await statesOf(rest.id)).filter((state: string) => state !== 'skipped')).toEqual([
    'taken_back',
    'taken_back',
  ]);
  const { body: list } = await api.call('GET', '/operations');
  // A list leaves out what may be large.
  const { parameters, ...whole } = await operationOf(id);
  expect(parameters).toMatchObject({ status: 'suspended' });
  expect(list.find((one: BulkOperation) => one.id === id)).toEqual({ ...whole, parameters: {} });
});

it('a look at what an undo would do, and an undo that did nothing, are no undos', async () => {
  const [student = ''] = await students(api.database, api.school.orgId, 1);
  const { id } = await suspension([student]);
  await api.call('GET', `/operations/${id}/rollback/preview`);
  expect(await operationOf(id)).toMatchObject({ undone_by: [] });
  await query(
    api.school,
    sql`update users set status = 'active', version = version + 1 where id = ${student} returning id`,
  );
  await rollback(id);
  expect([await statesOf(id), await countOf(id)]).toEqual([['success'], 0]);
});

it('an item names the record that it made or changed, and none where it removed one', async () => {
  const file = { name: 'people.csv', content: peopleCsv(1) };
  const { body } = await api.upload(
    '/import',
    { mapping: '{"preset":"auto","default_values":{"roles":"student"}}', target_model: 'User' },
    file,
  );
  const { id } = await started(bulkOperation.parse(body));
  const [item] = await itemsOf(id);
  expect(item.result_data.record).toEqual({ entity: 'user', id: item.result_data.changes[0].entity_id });
  const undone = await rollback(id);
  const [removed] = await itemsOf(undone.id);
  expect(removed.result_data.changes[0].action).toBe('delete');
  expect(removed.result_data.record).toBeUndefined();
});

it('an operation names the retries of its failed items', async () => {
  const gone = await aPerson(api.database, api.school.orgId, { name: 'Gone Later', roles: ['student'] });
  const [student = ''] = await students(api.database, api.school.orgId, 1);
  const missing = '01890000-0000-7000-8000-00000000abcd';
  const { id, failed_items: failed } = await suspension([student, gone.userId ?? '', missing]);
  expect(failed).toBe(1);
  const { body: retry } = await api.call('POST', `/operations/${id}/retry`, {});
  expect(await operationOf(id)).toMatchObject({ retried_by: retry.status === 'pending' ? [] : [retry.id] });
  if (retry.status === 'pending') await started(bulkOperation.parse(retry));
  expect(await operationOf(id)).toMatchObject({ retried_by: [retry.id], undone_by: [] });
});
