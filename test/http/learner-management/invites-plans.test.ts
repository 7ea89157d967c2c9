/** What somebody holds after enrolling, and the organization's own fields of an enrollment. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { anOrganization, callerOf, type Reply } from '../../fixtures/http.ts';
import { aPerson } from '../../fixtures/school.ts';
import { aLearnerSchool, type LearnerSchool } from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

async function aField(body: object): Promise<Reply> {
  return school.admin('POST', '/api/custom-fields', body);
}

async function plansOf(userId: string): Promise<Reply['body'][]> {
  const { status, body } = await school.admin('GET', `/api/users/${userId}/plans`);
  expect(status).toBe(200);
  return body.items;
}

it('the id of a result opens the plan, with its invite, option, plan, payment and enrollment [LA-040, LA-041, LA-079]', async () => {
  const [batch, [learner = '']] = [await school.batch({ name: 'Algebra' }), await school.learners(1)];
  const invite = await school.invite({ name: 'Year', batches: [batch], price: 120, validityDays: 365 });
  const { body } = await school.assign({
    user_ids: [learner],
    assignments: [{ package_session_id: batch, enroll_invite_id: invite.id }],
    options: { transaction_id: 'bank-5512' },
  });
  const [{ mapping_id: mapping, user_plan_id: plan }] = body.results;
  expect(await plansOf(learner)).toMatchObject([
    {
      id: plan,
      user_id: learner,
      status: 'ACTIVE',
      enroll_invite: { id: invite.id, name: 'Year' },
      payment_option: { id: invite.optionId, type: 'PAID' },
      payment_plan: { id: invite.planId, actual_price: 120, validity_in_days: 365 },
      starts_at: expect.any(String),
      ends_at: expect.any(String),
      payments: [{ transaction_id: 'bank-5512' }],
      enrollments: [
        { mapping_id: mapping, package_session_id: batch, package_session_name: 'Algebra', status: 'ACTIVE' },
      ],
    },
  ]);
});

it('a reference of an assignment wins over the common one [LA-080]', async () => {
  const [[one, two], [learner = '']] = [[await school.batch(), await school.batch()], await school.learners(1)];
  await school.assign({
    user_ids: [learner],
    options: { transaction_id: 'common' },
    assignments: [{ package_session_id: one, transaction_id: 'own' }, { package_session_id: two }],
  });
  const kept = (await plansOf(learner)).map(({ enrollments, payments }) => [
    enrollments[0].package_session_id,
    payments[0].transaction_id,
  ]);
  expect(Object.fromEntries(kept)).toEqual({ [one]: 'own', [two]: 'common' });
});

it('a plan under a bundled invite is stored once with both enrollments [LA-039, LA-042]', async () => {
  const [batches, [learner = '']] = [[await school.batch(), await school.batch()], await school.learners(1)];
  await school.invite({ batches, isDefault: true, isBundled: true });
  const { body } = await school.assign({
    user_ids: [learner],
    assignments: batches.map((id) => ({ package_session_id: id })),
  });
  expect(new Set(body.results.map((result: Reply['body']) => result.user_plan_id)).size).toBe(1);
  const [plan, ...others] = await plansOf(learner);
  expect(others).toEqual([]);
  expect(plan.enrollments.map((one: Reply['body']) => one.package_session_id).sort()).toEqual(batches.toSorted());
});

it('states are spelled as learner management spells them [LA-043]', async () => {
  const batches = [await school.batch(), await school.batch(), await school.batch()];
  const [learner = ''] = await school.learners(1);
  await school.assign({ user_ids: [learner], assignments: batches.map((id) => ({ package_session_id: id })) });
  const remove = (batch: string | undefined, mode: string) =>
    school.deassign({ user_ids: [learner], package_session_ids: [batch], options: { mode } });
  await remove(batches[1], 'SOFT');
  await remove(batches[2], 'HARD');
  const states = (await plansOf(learner)).map(({ status, enrollments }) => [
    enrollments[0].package_session_id,
    [status, enrollments[0].status],
  ]);
  expect(Object.fromEntries(states)).toEqual({
    [String(batches[0])]: ['ACTIVE', 'ACTIVE'],
    [String(batches[1])]: ['CANCELED', 'CANCELED'],
    [String(batches[2])]: ['TERMINATED', 'TERMINATED'],
  });
});

it('values of own fields are read back on the enrollment they were sent for, and on no other [LA-046, LA-047]', async () => {
  const field = (await aField({ name: `House ${newId()}` })).body;
  const [one, two] = [await school.batch(), await school.batch()];
  const [learner = ''] = await school.learners(1);
  await school.assign({
    user_ids: [learner],
    assignments: [
      { package_session_id: one, custom_field_values: [{ custom_field_id: field.id, value: 'blue house' }] },
      { package_session_id: two },
    ],
  });
  const values = (await plansOf(learner)).map(({ enrollments }) => [
    enrollments[0].package_session_id,
    enrollments[0].custom_field_values,
  ]);
  expect(Object.fromEntries(values)).toEqual({
    [one]: [{ custom_field_id: field.id, name: field.name, value: 'blue house' }],
    [two]: [],
  });
  const removed = await school.admin('DELETE', `/api/custom-fields/${field.id}`);
  expect([removed.status, removed.body.code]).toEqual([409, 'still_in_use']);
});

it('plans are seen by the person and by whoever may see the person', async () => {
  const { userId } = await aPerson(school.database, school.orgId, { name: 'Own Plans', roles: ['student'] });
  const self = await callerOf(school.app, school.database, school.orgId, userId ?? '');
  const [stranger = ''] = await school.learners(1);
  expect((await self('GET', `/api/users/${userId ?? ''}/plans`)).body).toEqual({ items: [] });
  expect((await self('GET', `/api/users/${stranger}/plans`)).status).toBe(404);
  const other = await anOrganization(school.app, school.database, `Other ${newId()}`);
  expect((await other.admin('GET', `/api/users/${stranger}/plans`)).status).toBe(404);
});

it('a custom field is made, listed, changed and removed; its name is its own', async () => {
  const name = `Bus ${newId()}`;
  const { status, body: field } = await aField({ name, type: 'choice', options: ['1', '2'] });
  expect(status).toBe(201);
  expect(field).toMatchObject({ name, type: 'choice', options: ['1', '2'], is_required: false, position: 0 });
  expect((await aField({ name: name.toUpperCase() })).status).toBe(409);
  const path = `/api/custom-fields/${field.id}`;
  expect((await school.admin('PATCH', path, { is_required: true })).body).toMatchObject({ name, is_required: true });
  expect((await school.admin('PATCH', path, { options: [] })).status).toBe(400);
  expect((await aField({ name: 'No options', type: 'choice' })).status).toBe(400);
  expect((await aField({ name: 'Odd', type: 'colour' })).status).toBe(400);
  expect((await school.admin('GET', `/api/custom-fields?q=${encodeURIComponent(name)}`)).body.items).toHaveLength(1);
  expect((await school.admin('DELETE', path)).status).toBe(204);
  expect((await school.admin('GET', path)).status).toBe(404);
  const [gone] = await school.query(sql<{ n: number }>`select count(*) as n from custom_fields where name = ${name}`);
  expect(gone?.n).toBe(0);
});

it('custom fields are for admins of the organization, and of no other', async () => {
  const field = (await aField({ name: `Ours ${newId()}` })).body;
  const { userId } = await aPerson(school.database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
  const teacher = await callerOf(school.app, school.database, school.orgId, userId ?? '');
  expect((await teacher('GET', `/api/custom-fields/${field.id}`)).status).toBe(200);
  expect((await teacher('POST', '/api/custom-fields', { name: 'Mine' })).status).toBe(403);
  const other = await anOrganization(school.app, school.database, `Other ${newId()}`);
  for (const method of ['GET', 'PATCH', 'DELETE'] as const)
    expect(
      (await other.admin(method, `/api/custom-fields/${field.id}`, method === 'PATCH' ? { name: 'X' } : undefined))
        .status,
    ).toBe(404);
});
