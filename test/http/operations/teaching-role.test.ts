/** Whoever is named as a teacher keeps a teaching role: said before anything runs, and kept by the database. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { TEACHER_COLUMNS } from '../../../packages/server/src/school/people/staff.ts';
import { query, run, students } from '../../fixtures/school.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';
import { undo } from '../../../packages/server/src/engine/verbs/undo.ts';
import { create } from '../../fixtures/create.ts';

let api: BulkApi;
let teacher: string;
beforeAll(async () => {
  api = await bulkApi();
});
beforeEach(async () => {
  [teacher = ''] = await students(api.database, api.school.orgId, 1);
  await query(api.school, sql`update users set roles = '{teacher}', external_id = id where id = ${teacher}`);
});
afterAll(() => api.end());

const taught = () => students(api.database, api.school.orgId, 1, { teacherId: teacher });
const roles = async () =>
  (await query(api.school, sql<{ roles: string[] }>`select roles from users where id = ${teacher}`))[0]?.roles;
const setRoles = (changed: string[]) =>
  api.call('POST', '/users/update/', { user_ids: [teacher], changes: { roles: changed } });

/** The one item of an operation, as it is previewed. */
async function previewed(made: { status: number; body: { id: string } }) {
  expect(made.status).toBe(201);
  return (await api.call('GET', `/operations/${made.body.id}/items`)).body.items[0];
}

async function start(made: { body: { id: string; plan_hash: string } }) {
  const path = `/operations/${made.body.id}`;
  const { guards } = (await api.call('GET', `${path}/preview`)).body;
  const given = { plan_hash: made.body.plan_hash, confirm_count: guards[0]?.count };
  expect((await api.call('POST', `${path}/start`, given)).body).toMatchObject({ status: 'completed' });
}

it('a file that would make a mere student of a teacher with students says so for that row, and writes nothing of it', async () => {
  await taught();
  const content = `external_id,roles,phone\n${teacher},student,111\n`;
  const fields = { mapping: '{"preset":"auto"}', target_model: 'User' };
  const made = await api.upload('/import', fields, { name: 'people.csv', content });
  expect(await previewed(made)).toMatchObject({
    action: 'error',
    code: 'still_teaches',
    error_message: expect.stringContaining('Student 1'),
  });
  const both = await api.upload('/import', fields, {
    name: 'people.csv',
    content: content.replace('student', '"student,teacher"'),
  });
  expect(await previewed(both)).toMatchObject({ action: 'update', code: null });
});

it('a file that names as a teacher whom it makes a mere student fails that row alone', async () => {
  const content = `external_id,full_name,roles,teacher\n${teacher},Tim Teacher,student,\nnew-1,Stu Dent,student,${teacher}\n`;
  const made = await api.upload(
    '/import',
    { mapping: '{"preset":"auto"}', target_model: 'User' },
    { name: 'p.csv', content },
  );
  const { items } = (await api.call('GET', `/operations/${made.body.id}/items`)).body;
  expect(items.map((item: { action: string; code: string | null }) => [item.action, item.code])).toEqual([
    ['error', 'still_teaches'],
    ['create', null],
  ]);
});

const imported = async (content: string) => {
  const made = await api.upload(
    '/import',
    { mapping: '{"preset":"auto"}', target_model: 'User' },
    { name: 'p.csv', content },
  );
  const items: { action: string; code: string | null; error_message: string | null }[] = (
    await api.call('GET', `/operations/${made.body.id}/items`)
  ).body.items;
  return { made, items };
};

it('a file makes a teacher of a known student and gives them students: both rows are done as previewed', async () => {
  await query(api.school, sql`update users set roles = '{student}' where id = ${teacher}`);
  const pupil = `pupil of ${teacher}`;
  const { made, items } = await imported(
    `external_id,full_name,roles,teacher\n${pupil},Pu Pil,student,${teacher}\n${teacher},,teacher,\n`,
  );
  expect(items.map(({ action }) => action)).toEqual(['update', 'create']);
  await start(made);
  expect(await roles()).toEqual(['teacher']);
  const [found] = await query(
    api.school,
    sql<{ primary_teacher_id: string }>`select primary_teacher_id from users where external_id = ${pupil}`,
  );
  expect(found?.primary_teacher_id).toBe(teacher);
});

it('whoever names a teacher whose own row fails is told so in the preview, and so is whoever names those', async () => {
  const { made, items } = await imported(
    'external_id,full_name,roles,teacher,unit\nbad-head,Bad Head,teacher,,Nowhere\nbad-1,Tea Cher,teacher,bad-head,\nbad-2,Stu Dent,student,bad-1,\nbad-3,Fi Ne,student,,\n',
  );
  expect(items.map(({ action, code }) => [action, code])).toEqual([
    ['error', 'unit_not_found'],
    ['error', 'teacher_row_fails'],
    ['error', 'teacher_row_fails'],
    ['create', null],
  ]);
  expect(items[2]?.error_message).toContain('Row 2');
  await start(made);
  const { body } = await api.call('GET', `/operations/${made.body.id}`);
  expect(body).toMatchObject({ successful_items: 1, failed_items: 3 });
});

it('an update says so in its preview, and is done once nobody names the teacher', async () => {
  const [student = ''] = await taught();
  expect(await previewed(await setRoles(['student']))).toMatchObject({ action: 'error', code: 'still_teaches' });
  await query(api.school, sql`update users set primary_teacher_id = null, version = version + 1 where id = ${student}`);
  await start(await setRoles(['student']));
  expect(await roles()).toEqual(['student']);
});

it('the edit of a record by name and value says so in its preview as well', async () => {
  await taught();
  const edits = [
    { action: 'update', id: teacher, values: { roles: ['student'] } },
    { action: 'update', id: teacher.replace(/.$/, '0'), values: {} },
  ];
  const made = await api.call('POST', '/operations', {
    operation_type: 'edit_record',
    operation_name: 'Edit',
    parameters: { entity: 'user', edits },
  });
  expect(await previewed(made)).toMatchObject({ action: 'error', code: 'still_teaches' });
  expect((await api.call('GET', `/operations/${made.body.id}/items`)).body.items[1]).toMatchObject({
    action: 'error',
    code: 'not_found',
  });
});

it('the edit of one person is refused with the same words', async () => {
  await taught();
  const reply = await api.app.inject({
    method: 'PATCH',
    url: `/api/users/${teacher}`,
    payload: { roles: ['student'] },
    headers: { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` },
  });
  expect(reply.statusCode).toBe(409);
  expect(reply.json()).toMatchObject({ code: 'still_teaches' });
  expect(await roles()).toEqual(['teacher']);
});

it('the undo of a promotion keeps whoever was given students since', async () => {
  await query(api.school, sql`update users set roles = '{student}' where id = ${teacher}`);
  const made = await setRoles(['teacher']);
  await start(made);
  await taught();
  const back = await undo({ engine: api.school.engine, actor: api.school.admin }, made.body.id, {});
  expect(back).toMatchObject({ status: 'completed', successful_items: 0, skipped_items: 1, failed_items: 0 });
  expect(await query(api.school, sql`select code from operation_items where operation_id = ${back.id}`)).toEqual([
    { code: 'still_teaches' },
  ]);
  expect(await roles()).toEqual(['teacher']);
});

it('the undo of one operation that promotes somebody and names them takes back both', async () => {
  await query(api.school, sql`update users set roles = '{student}' where id = ${teacher}`);
  const [student = ''] = await students(api.database, api.school.orgId, 1);
  const { engine, admin } = api.school;
  const edits = [
    { action: 'update', id: teacher, values: { roles: ['teacher'] } },
    { action: 'update', id: student, values: { primary_teacher_id: teacher } },
  ];
  const { id } = await create(engine, admin, { kind: 'edit_record', name: 'Edit', params: { entity: 'user', edits } });
  expect(await run(api.school, id)).toMatchObject({ successful_items: 2 });
  expect(await undo({ engine, actor: admin }, id, {})).toMatchObject({
    successful_items: 2,
    skipped_items: 0,
    failed_items: 0,
  });
  expect(await roles()).toEqual(['student']);
});

it('the database refuses a student as a teacher, in every column that names one', async () => {
  const [one = '', other = ''] = await students(api.database, api.school.orgId, 2);
  await expect(
    inOrg(api.database, api.school.orgId, (tx) =>
      rows(tx, sql`update users set primary_teacher_id = ${other} where id = ${one}`),
    ),
  ).rejects.toMatchObject({ code: '23503', constraint: 'users_primary_teacher_fkey' });
  const keys = await query(
    api.school,
    sql<{ name: string }>`
    select k.conrelid::regclass || ' ' || a.attname as name from pg_constraint k
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[2]
    join pg_attribute r on r.attrelid = k.confrelid and r.attnum = k.confkey[2]
    where k.contype = 'f' and r.attname = 'staff_id'`,
  );
  expect(keys.map(({ name }) => name).sort()).toEqual(TEACHER_COLUMNS.map((one) => one.join(' ')).sort());
});
