import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import type { Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { openSession } from '../../../packages/server/src/tenancy/sessions.ts';
import { aPerson, aUnit, query, students } from '../../fixtures/school.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
let ids: string[];
beforeAll(async () => {
  api = await bulkApi();
});
beforeEach(async () => {
  ids = await students(api.database, api.school.orgId, 3);
});
afterAll(() => api.end());

const update = (changes: object, more: object = {}, as: Actor = api.school.admin) =>
  api.call('POST', '/users/update/', { user_ids: ids, changes, ...more }, as);

/** Starts what was made and gives its items. */
async function run(made: { body: { id: string; plan_hash: string } }, as = api.school.admin) {
  const path = `/operations/${made.body.id}`;
  const { guards } = (await api.call('GET', `${path}/preview`, undefined, as)).body;
  const given = { plan_hash: made.body.plan_hash, confirm_count: guards[0]?.count };
  const started = await api.call('POST', `${path}/start`, given, as);
  expect(started.body).toMatchObject({ status: expect.stringMatching(/completed|failed/) });
  return (await api.call('GET', `${path}/items?limit=100`, undefined, as)).body.items;
}

const people = (columns: string) =>
  query(
    api.school,
    sql<Record<string, unknown>>`
    select ${sql.raw(columns)} from users where id = any(${ids}::uuid[]) order by array_position(${ids}::uuid[], id)`,
  );

it('fifty people get a role more; the audit has an entry of each with old and new roles [BO-147] [BO-212] [BO-282]', async () => {
  ids = await students(api.database, api.school.orgId, 50);
  const made = await update({ add_roles: ['teacher'] });
  expect(made).toMatchObject({ status: 201, body: { operation_type: 'user_update', total_items: 50 } });
  await run(made);
  expect(await people('roles')).toEqual(ids.map(() => ({ roles: ['student', 'teacher'] })));
  const audit = await api.app.inject({
    url: `/api/audit?entity=user&operation_id=${made.body.id}&limit=100`,
    headers: { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` },
  });
  expect(audit.json().items).toHaveLength(50);
  expect(audit.json().items[0]).toMatchObject({
    before: { roles: ['student'] },
    after: { roles: ['student', 'teacher'] },
    actor: { name: 'Ada Admin' },
    at: expect.any(String),
    operation_id: made.body.id,
    entity: 'user',
    entity_id: expect.toSatisfy((id: string) => ids.includes(id)),
  });
  const taken = await run(await update({ remove_roles: ['student'] }));
  expect(taken[0]).toMatchObject({ status: 'success' });
  expect(await people('roles')).toEqual(ids.map(() => ({ roles: ['teacher'] })));
});

it('profile fields and roles are set together, null empties a field, and undo brings all back [BO-214]', async () => {
  const unit_id = await aUnit(api.database, api.school.orgId, 'annex');
  const columns = 'roles, unit_id, grade_level, phone';
  const before = await people(columns);
  const made = await update({ profile: { unit_id, grade_level: 7, phone: '0123' }, roles: ['teacher'] });
  await run(made);
  expect(await people(columns)).toEqual(
    ids.map(() => ({ roles: ['teacher'], unit_id, grade_level: '7', phone: '0123' })),
  );
  await run(await update({ profile: { phone: null } }));
  expect(await people('phone')).toEqual(ids.map(() => ({ phone: null })));
  const undone = await api.call('POST', `/operations/${made.body.id}/rollback`, {});
  // The phone was changed since.
  expect(undone.body).toMatchObject({ status: 'completed', successful_items: 0 });
  await run(await update({ roles: ['student'], profile: { unit_id: null, grade_level: null } }));
  expect(await people(columns)).toEqual(before);
});

it.each([
  ['changes', {}],
  ['changes.permissions', { permissions: ['all'] }],
  ['changes.shoes', { shoes: 1 }],
  ['changes.roles', { roles: [] }],
  ['changes.roles.0', { roles: ['wizard'] }],
  ['changes.profile.email', { profile: { email: 'x@y.z' } }],
])('a wrong %s is named and nothing is stored', async (field, changes) => {
  const { status, body } = await update(changes);
  expect([status, body.errors.map((error: { field: string }) => error.field)]).toEqual([400, [field]]);
});

describe('a record that was changed since it was looked at', () => {
  const rules = async (conflict_rule?: string) => {
    await query(api.school, sql`update users set phone = 'newer', version = 2 where id = ${ids[0]}`);
    const versions = Object.fromEntries(ids.map((id) => [id, 1]));
    const changes = { profile: { grade_level: '9', phone: null } };
    const items = await run(await update(changes, { versions, conflict_rule }));
    const [first] = await people('phone, grade_level');
    return { item: items.find((one: { subject_id: string }) => one.subject_id === ids[0]), ...first };
  };

  it('fails when no rule is given, and the others are done [BO-285]', async () => {
    expect(await rules()).toMatchObject({ item: { status: 'failed', code: 'newer_data' }, phone: 'newer' });
    expect((await people('grade_level')).map((row) => row['grade_level'])).toEqual([null, '9', '9']);
  });

  it('follows the rule that is given [BO-215]', async () => {
    expect(await rules('fail_item')).toMatchObject({ item: { status: 'failed' }, phone: 'newer' });
    ids = await students(api.database, api.school.orgId, 3);
    expect(await rules('keep_existing')).toMatchObject({
      item: { status: 'skipped', code: 'kept_newer' },
      phone: 'newer',
      grade_level: null,
    });
    ids = await students(api.database, api.school.orgId, 3);
    expect(await rules('overwrite')).toMatchObject({ item: { status: 'success' }, phone: null, grade_level: '9' });
    ids = await students(api.database, api.school.orgId, 3);
    expect(await rules('merge_non_empty')).toMatchObject({
      item: { status: 'success' },
      phone: 'newer',
      grade_level: '9',
    });
  });
});

describe('what the single change refuses', () => {
  it('is refused here in the same words [BO-395]', async () => {
    const unitId = await aUnit(api.database, api.school.orgId, 'north');
    const unitAdmin = await aPerson(api.database, api.school.orgId, {
      name: 'Unit Admin',
      roles: ['teacher_admin'],
      unitId,
    });
    ids = await students(api.database, api.school.orgId, 1, { unitId });
    const single = await api.app.inject({
      method: 'PATCH',
      url: `/api/users/${ids[0] ?? ''}`,
      payload: { roles: ['subscriber_admin'] },
      headers: { authorization: `Bearer ${await api.tokenOf(unitAdmin)}` },
    });
    const [item] = await run(await update({ roles: ['subscriber_admin'] }, {}, unitAdmin), unitAdmin);
    expect(single.json()).toMatchObject({ code: 'role_not_allowed', detail: item.error_message });
    expect(item).toMatchObject({ status: 'failed', code: 'role_not_allowed' });
  });

  it('an admin of a unit changes no other admins, and moves nobody out of the units of their own', async () => {
    const { orgId } = api.school;
    const [unitId, elsewhere] = [await aUnit(api.database, orgId, 'u1'), await aUnit(api.database, orgId, 'u2')];
    const person = (roles: string[]) => aPerson(api.database, orgId, { name: 'Some Body', roles, unitId });
    const [unitAdmin, above] = [await person(['teacher_admin']), await person(['subscriber_admin'])];
    const [student = ''] = await students(api.database, orgId, 1, { unitId });
    const codes = async (changes: object, id: string | null) => {
      ids = [id ?? ''];
      return (await run(await update(changes, {}, unitAdmin), unitAdmin))[0].code;
    };
    expect(await codes({ profile: { phone: '1' } }, above.userId)).toBe('user_out_of_scope');
    expect(await codes({ status: 'suspended' }, above.userId)).toBe('user_out_of_scope');
    expect(await codes({ profile: { unit_id: elsewhere } }, student)).toBe('unit_out_of_scope');
    expect(await codes({ profile: { phone: '1' } }, student)).toBe(null);
    expect(await codes({ status: 'suspended', roles: ['teacher'] }, unitAdmin.userId)).toBe('acting_user');
  });

  it('nobody is left without a role, and nobody gets a unit or teacher that is not there', async () => {
    const nowhere = '01890000-0000-7000-8000-00000000abcd';
    const codes = async (changes: object) =>
      (await run(await update(changes))).map((item: { code: string }) => item.code);
    expect(await codes({ remove_roles: ['student'] })).toEqual(ids.map(() => 'role_missing'));
    expect(await codes({ profile: { unit_id: nowhere } })).toEqual(ids.map(() => 'unit_not_found'));
    expect(await codes({ profile: { teacher_id: ids[0] } })).toEqual(ids.map(() => 'teacher_not_found'));
  });
});

describe('status', () => {
  it('activated people can sign in again; archived ones leave the lists and stay in reports; each change is logged [BO-216] [BO-218] [BO-219]', async () => {
    const person = await aPerson(api.database, api.school.orgId, { name: 'Back Again', roles: ['teacher'] });
    const me = async () => {
      const { token } = await openSession(api.database, person.accountId, null, new Date());
      return (await api.app.inject({ url: '/api/me', headers: { authorization: `Bearer ${token}` } })).statusCode;
    };
    const listed = async () => {
      const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
      const { items } = (await api.app.inject({ url: '/api/users?q=Back%20Again', headers })).json();
      return items.length;
    };
    ids = [person.userId ?? ''];
    const archived = await update({ status: 'archived' });
    await run(archived);
    expect([await me(), await listed()]).toEqual([401, 0]);
    const report = await api.call('GET', `/operations/${archived.body.id}/items`);
    expect(report.body.items[0]).toMatchObject({ label: 'Back Again', status: 'success' });
    const active = await update({ status: 'active' });
    await run(active);
    expect([await me(), await listed()]).toEqual([200, 1]);
    const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
    const audit = await api.app.inject({ url: `/api/audit?entity_id=${ids[0] ?? ''}`, headers });
    expect(audit.json().items.map((entry: { before: unknown; after: unknown }) => [entry.before, entry.after])).toEqual(
      [
        [{ status: 'active' }, { status: 'archived' }],
        [{ status: 'archived' }, { status: 'active' }],
      ],
    );
  });
});
