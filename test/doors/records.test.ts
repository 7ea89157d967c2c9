/** An item that is done names the record that it is about, so that a result leads to it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { findActor } from '../../packages/server/src/tenancy/actor.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { aPerson, query, work } from '../fixtures/school.ts';
import { queued } from '../fixtures/stepwise.ts';
import { OPERATIONS, post } from './doors.ts';
import { aCase, schoolApi, type SchoolApi } from './school-api.ts';
import { sql } from 'kysely';
import { create } from '../fixtures/create.ts';

let api: SchoolApi;
beforeAll(async () => {
  api = await schoolApi();
});
afterAll(() => api.end());

interface Result {
  readonly key: string | null;
  readonly status: string;
  readonly label: string;
  readonly result_data: { record?: { entity: string; id: string } };
}

/** The entities of the records that the done items of a kind's usual operation name; apart those of items that others share. */
async function recordsOf(name: string): Promise<{ own: unknown[]; shared: unknown[] }> {
  const { school, operation } = await aCase(api, name);
  await queued(school, operation.id);
  await work(school, operation.id);
  const { body } = await api.call(school.admin, { method: 'GET', url: `${OPERATIONS}/${operation.id}/items` });
  const items: Result[] = body.items.filter((item: Result) => item.status === 'success');
  const of = (some: Result[]) => [...new Set(some.map((item) => item.result_data.record?.entity))].sort();
  return { own: of(items.filter(({ key }) => key !== null)), shared: of(items.filter(({ key }) => key === null)) };
}

it.each([
  ['enroll', { own: ['enrollment'], shared: ['enroll_invite', 'user'] }],
  ['unenroll', { own: ['enrollment'], shared: [] }],
  ['enrollment_create', { own: ['enrollment'], shared: [] }],
  ['invite_save', { own: ['enroll_invite'], shared: [] }],
  ['user_import', { own: ['user'], shared: [] }],
  ['assign_course', { own: ['batch', 'term'], shared: [] }],
  ['batch_create', { own: ['batch'], shared: [] }],
])('of %s it is what people would look for', async (name, records) => {
  expect(await recordsOf(name)).toEqual(records);
});

it('a preview that is out of date names nobody whom its maker sees no more', async () => {
  const { school } = await aCase(api, 'user_status');
  const [north, south] = school.unitIds;
  const maker = await aPerson(api.database, school.orgId, {
    name: 'Te Ad',
    roles: ['teacher_admin'],
    unitId: north ?? '',
  });
  const params = { target: { student_ids: school.studentIds.slice(0, 2) }, status: 'inactive' };
  const { id } = await create(school.engine, maker, { kind: 'user_status', name: 'Leave', params });
  const { plan_hash } = await planOperation(school.engine, school.orgId, id);
  const move = (who: string | null, unit: string | undefined) =>
    query(school, sql`update users set unit_id = ${unit}::uuid where org_id = ${school.orgId} and id = ${who}`);
  await move(school.studentIds[0] ?? '', south);
  await move(maker.userId, south);
  const moved = await inOrg(api.database, school.orgId, (tx) => findActor(tx, maker.accountId));
  if (moved === null) throw new Error('The maker cannot sign in.');
  const answer = await api.call(moved, post(`${OPERATIONS}/${id}/start`, { plan_hash }));
  expect(answer.body).toMatchObject({ code: 'plan_stale', count: 1, hidden: 1, differences: [] });
  expect(answer.text).not.toContain('Student 2');
  const byAdmin = await api.call(school.admin, post(`${OPERATIONS}/${id}/start`, { plan_hash }));
  expect(byAdmin.body).toMatchObject({ code: 'plan_stale', count: 1, hidden: 0 });
});
