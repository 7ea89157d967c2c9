import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, callerOf, testApp, type Call } from '../../../../../test/fixtures/http.ts';
import type { App } from '../every-request/context.ts';

let database: TestDatabase;
let app: App;
let admin: Call;
let orgId: string;
let adminId: string;
let north: string;
let primary: string;
let south: string;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  ({ admin, orgId, userId: adminId } = await anOrganization(app, database, 'North'));
  north = await made('/api/units', { name: 'North' });
  primary = await made('/api/units', { name: 'Primary', parent_id: north });
  south = await made('/api/units', { name: 'South' });
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

async function made(url: string, body: object): Promise<string> {
  const reply = await admin('POST', url, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body.id;
}

async function signedIn(fields: object): Promise<{ id: string; call: Call }> {
  const id = await made('/api/users', { ...fields, password: 'a long enough one' });
  return { id, call: await callerOf(app, database, orgId, id) };
}

it('a person is created with the fields of the source, and read back [IA-187]', async () => {
  const teacher = await made('/api/users', {
    email: 't@north.example',
    given_name: 'Tea',
    family_name: 'Cher',
    role: 'teacher',
  });
  const reply = await admin('POST', '/api/users/', {
    email: 'ana@north.example',
    username: 'ana',
    external_id: 'S-1',
    given_name: 'Ana María',
    family_name: 'Ñúñez',
    role: 'coorporate-student',
    unit_id: primary,
    grade_level: 7,
    teacher_id: teacher,
    phone: '+34 600',
    password: 'a long enough one',
  });
  expect(reply.status).toBe(201);
  expect(reply.body).toMatchObject({
    _id: reply.body.id,
    full_name: 'Ana María Ñúñez',
    roles: ['student'],
    role: ['student'],
    status: 'active',
    grade_level: '7',
    unit_id: primary,
    teacher_id: teacher,
    has_account: true,
  });
  const read = await admin('GET', `/api/users/${reply.body.id}`);
  expect(read).toMatchObject({ status: 200, body: { ...reply.body } });
  expect((await admin('GET', '/api/users/0192f0c1-0000-7000-8000-000000000000')).status).toBe(404);
});

it('a write is an operation of one item, which can be undone', async () => {
  const id = await made('/api/users', { username: 'undone', full_name: 'Wanda Wong', grade_level: '3' });
  await admin('PATCH', `/api/users/${id}`, { grade_level: '4', family_name: 'Wang' });
  expect((await admin('GET', `/api/users/${id}`)).body).toMatchObject({
    grade_level: '4',
    full_name: 'Wanda Wang',
    version: 2,
  });
  const history = await admin('GET', `/api/audit?entity=user&entity_id=${id}`);
  expect(history.body.items.map((entry: { action: string }) => entry.action)).toEqual(['insert', 'update']);
  const [, update] = history.body.items;
  expect(update).toMatchObject({
    before: { grade_level: '3' },
    after: { grade_level: '4' },
    actor: { user_id: adminId },
  });
  const undone = await admin('POST', `/api/bulk/operations/${update.operation_id}/rollback/`, {});
  expect(undone.status).toBeLessThan(300);
  expect((await admin('GET', `/api/users/${id}`)).body).toMatchObject({
    grade_level: '3',
    full_name: 'Wanda Wong',
    version: 3,
  });
});

it('what is missing, unknown or taken is refused, with its field, and what is missing all at once', async () => {
  const refused = async (values: Record<string, unknown>) => {
    const { status, body } = await admin('POST', '/api/users', values);
    return [status, ...body.errors.map((error: { code: string; field: string }) => `${error.field}: ${error.code}`)];
  };
  expect(await refused({})).toEqual([400, 'email: identifier_missing', 'full_name: name_missing']);
  const known = { username: 'referring', full_name: 'Re Ferring' };
  expect(await refused({ ...known, unit_id: crypto.randomUUID() })).toEqual([400, 'unit_id: unit_not_found']);
  expect(await refused({ ...known, teacher_id: adminId })).toEqual([400, 'teacher_id: teacher_not_found']);
  await made('/api/users', { username: 'taken', full_name: 'First Come' });
  const taken = await admin('POST', '/api/users', { username: 'TAKEN', full_name: 'Second Come' });
  expect(taken).toMatchObject({ status: 409, body: { code: 'already_exists', errors: [{ field: 'username' }] } });
  expect(
    (await admin('POST', '/api/users', { external_id: 'x', full_name: 'No Login', password: 'a long enough one' }))
      .status,
  ).toBe(400);
  expect((await admin('PATCH', `/api/users/${adminId}`, { status: 'suspended' })).body.code).toBe('acting_user');
  expect((await admin('PATCH', `/api/users/${adminId}`, { roles: ['teacher'] })).body.code).toBe('acting_user');
});

it('people are found without regard to case and accents, by other names, and by criteria', async () => {
  const teacher = await made('/api/users', {
    username: 'finder',
    full_name: 'Fin Der',
    role: 'teacher',
    unit_id: south,
  });
  const one = await made('/api/users', {
    username: 'gomez1',
    external_id: 'EXT-77',
    full_name: 'Íñigo Gómez',
    unit_id: primary,
    grade_level: '9',
    teacher_id: teacher,
  });
  const room = await made('/api/classrooms', { name: 'Room 9', unit_id: primary });
  await admin('POST', `/api/classrooms/${room}/students`, { student_ids: [one] });
  const group = await made('/api/groups', { name: 'Chess' });
  await admin('POST', `/api/groups/${group}/members`, { user_ids: [one] });
  const ids = async (query: string) =>
    (await admin('GET', `/api/users?${query}`)).body.items.map((person: { id: string }) => person.id);
  for (const query of [
    'q=GOMEZ',
    'q=inigo%20g',
    `q=${encodeURIComponent('íñIGO')}`,
    'q=EXT-77',
    `q=${one}`,
    'q=gomez1',
    'grade_level=9',
    `teacher_id=${teacher}`,
    `class_id=${room}`,
    `class_id=${group}`,
  ]) {
    expect([query, await ids(query)]).toEqual([query, [one]]);
  }
  expect(await ids(`unit_id=${north}&q=gomez`)).toEqual([one]);
  expect(await ids(`unit_id=${south}`)).toEqual([teacher]);
  expect(await ids('q=%25')).toEqual([]);
  expect(await ids(`status=suspended`)).toEqual([]);
});

it('pages by name lose and double nobody, and count only when asked', async () => {
  const room = await made('/api/groups', { name: 'Pages' });
  const people: string[] = [];
  for (const family of ['Ba', 'Ba', 'Aa', 'Ca', 'Éa'])
    people.push(await made('/api/users', { username: `p${people.length}`, given_name: 'P', family_name: family }));
  await admin('POST', `/api/groups/${room}/members`, { user_ids: people });
  const seen: string[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null && pages < 9; pages++) {
    const page = await admin('GET', `/api/users?class_id=${room}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page.body).not.toHaveProperty('total');
    seen.push(...page.body.items.map((person: { id: string }) => person.id));
    cursor = page.body.next_cursor;
  }
  expect(seen).toEqual([people[2], people[0], people[1], people[3], people[4]]);
  expect((await admin('GET', `/api/users?class_id=${room}&limit=1&count=true`)).body.total).toBe(5);
  expect((await admin('GET', '/api/users?limit=101')).status).toBe(400);
  expect((await admin('GET', '/api/users?cursor=nonsense')).body.errors[0].field).toBe('cursor');
});

it('teachers see their own students, students themselves, a teacher_admin the units below; nobody gives more than they have', async () => {
  const teacher = await signedIn({ username: 'scoped', full_name: 'Sco Ped', role: 'teacher', unit_id: south });
  const student = await signedIn({ username: 'mine', full_name: 'Mi Ne', teacher_id: teacher.id, unit_id: south });
  const other = await made('/api/users', { username: 'other', full_name: 'Oth Er', unit_id: south });
  const names = async (call: Call) =>
    (await call('GET', '/api/users?limit=100')).body.items.map((person: { id: string }) => person.id).sort();
  expect(await names(teacher.call)).toEqual([teacher.id, student.id].sort());
  expect(await names(student.call)).toEqual([student.id]);
  expect((await teacher.call('GET', `/api/users/${other}`)).status).toBe(404);
  expect((await teacher.call('POST', '/api/users', { username: 'x', full_name: 'X Y' })).status).toBe(403);
  expect((await student.call('PATCH', `/api/users/${student.id}`, { grade_level: '12' })).status).toBe(403);
  expect((await student.call('GET', '/api/units')).status).toBe(403);
  const head = await signedIn({ username: 'head', full_name: 'He Ad', role: 'teacher_admin', unit_id: north });
  expect(await names(head.call)).not.toContain(other);
  expect((await head.call('POST', '/api/users', { username: 'h1', full_name: 'H One', unit_id: primary })).status).toBe(
    201,
  );
  expect(
    (await head.call('POST', '/api/users', { username: 'h2', full_name: 'H Two', unit_id: south })).body.code,
  ).toBe('unit_out_of_scope');
  expect(
    (
      await head.call('POST', '/api/users', {
        username: 'h3',
        full_name: 'H Three',
        unit_id: primary,
        role: 'subscriber_admin',
      })
    ).body.code,
  ).toBe('role_not_allowed');
  const boss = await made('/api/users', {
    username: 'boss',
    full_name: 'Bo Ss',
    role: 'subscriber_admin',
    unit_id: north,
  });
  expect((await head.call('PATCH', `/api/users/${boss}`, { email: 'mine@now.example' })).body.code).toBe(
    'user_out_of_scope',
  );
  expect((await head.call('POST', `/api/users/${boss}/claim-link`)).status).toBe(403);
});
