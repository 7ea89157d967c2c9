import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, callerOf, testApp, type Call } from '../../../../../test/fixtures/http.ts';
import type { App } from '../every-request/context.ts';

let database: TestDatabase;
let app: App;
let admin: Call;
let orgId: string;
let other: Call;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  ({ admin, orgId } = await anOrganization(app, database, 'North'));
  ({ admin: other } = await anOrganization(app, database, 'South'));
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

let people = 0;
const person = (role: string) =>
  made('/api/users', { username: `${role}${++people}`, full_name: `Some ${role}`, role });

/** One of each, by path. */
async function everything(): Promise<Record<string, string>> {
  const unit = await made('/api/units', { name: 'Primary', code: `P${++people}` });
  const term = await made('/api/terms', { key: `2027-${++people}`, start_date: '2027-01-07', end_date: '2027-06-30' });
  const course = await made('/api/courses/', { title: 'Physics 102', syllabus: 'Waves', objectives: ['Measure'] });
  const section = await made(`/api/courses/${course}/sections`, {
    name: 'A',
    capacity: 30,
    sequence: 1,
    branch: 'North',
  });
  const classroom = await made('/api/classrooms', { name: 'Grade 7-A', room: '12', unit_id: unit, grade_level: 7 });
  const game = await made('/api/games', { title: 'Rhythm' });
  return {
    '/api/units': unit,
    '/api/terms': term,
    '/api/courses': course,
    '/api/sections': section,
    '/api/classrooms': classroom,
    '/api/batches': await made('/api/batches', {
      name: 'Physics A',
      course_id: course,
      section_id: section,
      classroom_id: classroom,
      term_id: term,
      capacity: 30,
    }),
    '/api/groups': await made('/api/groups', { name: 'Choir' }),
    '/api/games': game,
    '/api/sequences': await made('/api/sequences', {
      title: 'Counting',
      library: 'LIFE',
      steps: [{ title: 'One', game_id: game }, { title: 'Two' }],
    }),
    '/api/custom-assignments': await made('/api/custom-assignments', {
      title: 'Own',
      steps: [{ title: 'One' }],
      shared: true,
    }),
  };
}

it('a single edit is listed by what it did and to what', async () => {
  const game = await made('/api/games', { title: 'Tempo' });
  await admin('PATCH', `/api/games/${game}`, { title: 'Tempo 2' });
  await admin('DELETE', `/api/games/${game}`);
  const { body } = await admin('GET', '/api/bulk/operations?page_size=3');
  expect(body.map((one: { operation_name: string }) => one.operation_name)).toEqual([
    'Delete game',
    'Change game: Tempo 2',
    'Create game: Tempo',
  ]);
  const items = await admin('GET', `/api/bulk/operations/${body[2].id}/items`);
  expect(items.body.items[0].label).toBe('Tempo');
});

describe('each subject', () => {
  it('is created, listed, read, changed and removed where nothing depends on it', async () => {
    const ids = await everything();
    for (const [path, id] of Object.entries(ids)) {
      const read = await admin('GET', `${path}/${id}/`);
      expect([path, read.status, read.body.version]).toEqual([path, 200, 1]);
      const list = path === '/api/sections' ? `/api/courses/${ids['/api/courses']}/sections` : path;
      const found = await admin('GET', `${list}?limit=100&count=true`);
      expect([path, found.body.items.some((item: { id: string }) => item.id === id)]).toEqual([path, true]);
      expect(found.body.total).toBeGreaterThan(0);
      const field = 'title' in read.body ? 'title' : 'name';
      const changed = await admin('PATCH', `${path}/${id}`, { [field]: 'Changed' });
      expect([path, changed.status, changed.body[field], changed.body.version]).toEqual([path, 200, 'Changed', 2]);
      expect((await admin('PATCH', `${path}/${id}`, { nonsense: 1 })).body.errors[0]).toMatchObject({
        code: 'unknown_field',
        field: 'nonsense',
      });
    }
    const refused = await admin('DELETE', `/api/courses/${ids['/api/courses']}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'still_in_use', used_by: '1 section, 1 batch' } });
    for (const path of [
      '/api/batches',
      '/api/sections',
      '/api/courses',
      '/api/classrooms',
      '/api/units',
      '/api/terms',
      '/api/sequences',
      '/api/games',
      '/api/groups',
      '/api/custom-assignments',
    ]) {
      const { status } = await admin('DELETE', `${path}/${ids[path]}`);
      expect([path, status]).toEqual([path, path === '/api/batches' ? 200 : 204]);
      expect([path, (await admin('GET', `${path}/${ids[path]}`)).status]).toEqual([path, 404]);
    }
  });

  it('of another organization is 404 with the same body as one that exists nowhere, but 403 where it is about classrooms, and is changed by nobody [MA-D97]', async () => {
    const ids = await everything();
    const nowhere = '0192f0c1-0000-7000-8000-000000000000';
    const user = await person('student');
    const member = await made('/api/groups', { name: 'Members' });
    const paths = Object.entries({ ...ids, '/api/users': user });
    const requests = [
      ...paths.flatMap(
        ([path, id]) =>
          [
            ['GET', path, '', id],
            ['PATCH', path, '', id],
          ] as const,
      ),
      ...Object.entries(ids).map(([path, id]) => ['DELETE', path, '', id] as const),
      ['GET', '/api/courses', '/sections', ids['/api/courses'] ?? ''],
      ['POST', '/api/courses', '/sections', ids['/api/courses'] ?? ''],
      ['GET', '/api/classrooms', '/students', ids['/api/classrooms'] ?? ''],
      ['POST', '/api/classrooms', '/students', ids['/api/classrooms'] ?? ''],
      ['DELETE', '/api/classrooms', '/students', ids['/api/classrooms'] ?? ''],
      ['GET', '/api/classrooms', '/teachers', ids['/api/classrooms'] ?? ''],
      ['POST', '/api/batches', '/teachers', ids['/api/batches'] ?? ''],
      ['POST', '/api/groups', '/members', member],
      ['POST', '/api/users', '/claim-link', user],
    ] as const;
    for (const [method, path, tail, id] of requests) {
      const ask = (one: string) => other(method, `${path}/${one}${tail}`, bodyOf(method, path, tail, user));
      const [foreign, unknown] = [await ask(id), await ask(nowhere)];
      const isOfClassrooms = /classrooms|courses|sections/.test(path) || (path === '/api/batches' && tail !== '');
      expect([method, path, tail, foreign.status]).toEqual([method, path, tail, isOfClassrooms ? 403 : 404]);
      expect([method, path, tail, unknown.status]).toEqual([method, path, tail, 404]);
      if (!isOfClassrooms) expect(foreign.body).toEqual(unknown.body);
    }
    for (const [path, id] of paths) expect((await admin('GET', `${path}/${id}`)).body.version).toBe(1);
    for (const path of ['/api/users', ...Object.keys(ids).filter((one) => one !== '/api/sections')]) {
      const seen = (await other('GET', `${path}?limit=100`)).body.items.map((item: { id: string }) => item.id);
      expect([path, seen.includes(ids[path] ?? user)]).toEqual([path, false]);
    }
    expect(
      (await other('POST', '/api/batches', { name: 'X', course_id: ids['/api/courses'] })).body.errors[0],
    ).toMatchObject({ field: 'course_id' });
    expect(
      (await other('POST', '/api/users', { username: 'x', full_name: 'X Y', unit_id: ids['/api/units'] })).body
        .errors[0].code,
    ).toBe('unit_not_found');
    expect((await other('GET', `/api/audit?entity_id=${user}`)).body.items).toEqual([]);
  });

  it('lists pages in order of the name, and finds parts of it', async () => {
    for (const name of ['Zeta', 'Alpha', 'Mid 100%', 'Alpha']) await made('/api/groups', { name });
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: { items: { name: string }[]; next_cursor: string | null } } = await admin(
        'GET',
        `/api/groups?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      names.push(...page.body.items.map((item) => item.name));
      cursor = page.body.next_cursor;
    }
    expect(names).toEqual([...names].sort());
    expect(names.filter((name) => name === 'Alpha')).toHaveLength(2);
    expect((await admin('GET', '/api/groups?q=100%25')).body.items).toMatchObject([{ name: 'Mid 100%' }]);
  });
});

function bodyOf(method: string, path: string, tail: string, user: string): object | undefined {
  if (method === 'GET') return undefined;
  if (tail === '/sections') return { name: 'B' };
  if (tail === '/students') return { student_ids: [user] };
  if (tail === '/teachers') return { teacher_ids: [] };
  if (tail === '/members') return { user_ids: [] };
  if (method === 'DELETE' || tail !== '') return undefined;
  return /sequences|courses|games|assignments/.test(path)
    ? { title: 'Taken over' }
    : path === '/api/users'
      ? { grade_level: '1' }
      : { name: 'Taken over' };
}

describe('rules of single subjects', () => {
  it('sections may lack a capacity, never have a negative one, and are listed by number, then name [CC-016, CC-017, CC-018]', async () => {
    const course = await made('/api/courses', { title: 'Chemistry' });
    for (const section of [{ name: 'Z' }, { name: 'B', sequence: 10 }, { name: 'A', sequence: 2, branch: 'East' }])
      await made(`/api/courses/${course}/sections`, section);
    expect((await admin('POST', `/api/courses/${course}/sections`, { name: 'N', capacity: -1 })).status).toBe(400);
    const listed = await admin('GET', `/api/courses/${course}/sections`);
    expect(listed.body.items.map((section: { name: string }) => section.name)).toEqual(['A', 'B', 'Z']);
    expect((await admin('POST', `/api/courses/${course}/sections`, { name: 'a' })).body).toMatchObject({
      status: 409,
      code: 'already_exists',
      errors: [{ field: 'name' }],
    });
  });

  it('a course stores its syllabus and objectives [CC-013, CC-014]', async () => {
    const id = await made('/api/courses', { title: 'Biology', syllabus: 'Cells', objectives: ['Name the parts'] });
    expect((await admin('GET', `/api/courses/${id}`)).body).toMatchObject({
      syllabus: 'Cells',
      objectives: ['Name the parts'],
    });
  });

  it('a batch takes no section of another course and no dates in the wrong order', async () => {
    const [one, two] = [await made('/api/courses', { title: 'One' }), await made('/api/courses', { title: 'Two' })];
    const section = await made(`/api/courses/${two}/sections`, { name: 'A' });
    const reply = await admin('POST', '/api/batches', {
      name: 'X',
      course_id: one,
      section_id: section,
      start_date: '2027-05-02',
      end_date: '2027-05-01',
    });
    expect(reply.status).toBe(400);
    expect(reply.body.errors.map((error: { field: string }) => error.field)).toEqual(['end_date', 'section_id']);
  });

  it('a unit cannot stand below itself', async () => {
    const top = await made('/api/units', { name: 'Top' });
    const below = await made('/api/units', { name: 'Below', parent_id: top });
    expect((await admin('PATCH', `/api/units/${top}`, { parent_id: below })).body.errors[0].field).toBe('parent_id');
  });

  it('new steps of a sequence are its next version; the old version stays', async () => {
    const id = await made('/api/sequences', {
      title: 'Scales',
      library: 'SOLF',
      steps: Array.from({ length: 60 }, (_, at) => ({ title: `Step ${at + 1}` })),
    });
    expect((await admin('GET', `/api/sequences/${id}`)).body).toMatchObject({
      published_version: 1,
      steps: { length: 60 },
    });
    const changed = await admin('PATCH', `/api/sequences/${id}`, { steps: [{ title: 'Only' }] });
    expect(changed.body).toMatchObject({ published_version: 2, steps: [{ step_no: 1, title: 'Only', game_id: null }] });
    expect((await admin('PATCH', `/api/sequences/${id}`, { title: 'Renamed' })).body).toMatchObject({
      published_version: 2,
      title: 'Renamed',
      steps: { length: 1 },
    });
    const missing = await admin('POST', '/api/sequences', {
      title: 'X',
      library: 'LIFE',
      steps: [{ title: 'a' }, { title: 'b', game_id: crypto.randomUUID() }],
    });
    expect(missing.body.errors[0].field).toBe('steps.1.game_id');
  });
});

describe('who is in a classroom', () => {
  it('is set, added to and removed from; without mode nothing is taken away [CC-043, CC-044, CC-045, CC-046, CC-047, CC-048, CC-D10, CC-D11, CC-D14]', async () => {
    const room = await made('/api/classrooms', { name: 'Homeroom' });
    expect((await admin('GET', `/api/classrooms/${room}/students`)).body).toEqual({
      success: true,
      version: 1,
      count: 0,
      data: [],
    });
    const [a, b, c, d] = [
      await person('student'),
      await person('student'),
      await person('student'),
      await person('student'),
    ];
    const url = `/api/classrooms/${room}/students`;
    expect((await admin('POST', url, { student_ids: [a, b], mode: 'set' })).body).toMatchObject({
      count: 2,
      added: 2,
      removed: 0,
      unchanged: 0,
    });
    expect((await admin('POST', url, { student_ids: [b, c] })).body).toMatchObject({
      count: 3,
      added: 1,
      removed: 0,
      unchanged: 2,
    });
    expect((await admin('POST', url, { student_ids: [c, d], mode: 'set' })).body).toMatchObject({
      count: 2,
      added: 1,
      removed: 2,
      unchanged: 1,
    });
    expect((await admin('DELETE', url, { student_ids: [c, a] })).body).toMatchObject({
      count: 1,
      removed: 1,
      ignored: [a],
    });
    expect((await admin('DELETE', `${url}?student_ids=${d}`)).body).toMatchObject({ count: 0, removed: 1 });
    expect((await admin('DELETE', url, { student_ids: [] })).status).toBe(400);
    expect((await admin('POST', url, { student_ids: [a], mode: 'replace' })).status).toBe(400);
    expect((await admin('POST', url, { mode: 'set' })).body.errors[0]).toMatchObject({
      code: 'required',
      field: 'student_ids',
    });
    expect((await admin('POST', url)).body.errors[0]).toMatchObject({ code: 'required', field: 'student_ids' });
  });

  it('takes only active people of the right role, all or none [CC-055, CC-056, CC-057, CC-058, CC-D09, CC-D12]', async () => {
    const room = await made('/api/classrooms', { name: 'Faculty' });
    const [teacher, second, student] = [await person('teacher'), await person('teacher'), await person('student')];
    const url = `/api/classrooms/${room}/teachers`;
    const refused = await admin('POST', url, { teacher_ids: [teacher, student] });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toMatchObject([{ field: 'teacher_ids.1' }]);
    expect((await admin('GET', url)).body.count).toBe(0);
    await admin('PATCH', `/api/users/${student}`, { status: 'inactive' });
    expect((await admin('POST', `/api/classrooms/${room}/students`, { student_ids: [student] })).status).toBe(400);
    expect((await admin('POST', url, { teacher_ids: [teacher], mode: 'set' })).body.ids).toEqual([teacher]);
    expect((await admin('POST', url, { teacher_ids: [second] })).body.count).toBe(2);
    expect((await admin('POST', url, { teacher_ids: [second], mode: 'set' })).body.ids).toEqual([second]);
    expect((await admin('POST', url, { mode: 'set' })).status).toBe(400);
    expect((await admin('POST', url, { teacher_ids: [teacher], mode: 'other' })).status).toBe(400);
    expect((await admin('DELETE', url, { teacher_ids: [second] })).body.count).toBe(0);
  });

  it('unites the teachers that are added with those it has [CC-059]', async () => {
    const room = await made('/api/classrooms', { name: 'United' });
    const [one, two, three] = [await person('teacher'), await person('teacher'), await person('teacher')];
    const url = `/api/classrooms/${room}/teachers`;
    await admin('POST', url, { teacher_ids: [one, two], mode: 'set' });
    const united = await admin('POST', url, { teacher_ids: [two, three], mode: 'add' });
    expect([...united.body.ids].sort()).toEqual([one, two, three].sort());
  });

  it('holds a roster of more than fifty written in one request', async () => {
    const room = await made('/api/classrooms', { name: 'Large' });
    const students: string[] = [];
    for (let one = 0; one < 55; one++) students.push(await person('student'));
    expect((await admin('POST', `/api/classrooms/${room}/students`, { student_ids: students })).body.added).toBe(55);
    expect((await admin('GET', `/api/classrooms/${room}/students`)).body.count).toBe(55);
  }, 120_000);
});

it('a teacher reads own classrooms and writes own content alone; a teacher_admin writes in own units [CC-D01]', async () => {
  const unit = await made('/api/units', { name: 'Mine' });
  const signedIn = async (fields: object) => {
    const id = await made('/api/users', { ...fields, password: 'a long enough one' });
    return { id, call: await callerOf(app, database, orgId, id) };
  };
  const teacher = await signedIn({ username: 'classt', full_name: 'Class T', role: 'teacher' });
  const head = await signedIn({ username: 'classh', full_name: 'Class H', role: 'teacher_admin', unit_id: unit });
  const own = await made('/api/classrooms', { name: 'Own', unit_id: unit });
  const foreign = await made('/api/classrooms', { name: 'Foreign' });
  await admin('POST', `/api/classrooms/${own}/teachers`, { teacher_ids: [teacher.id] });
  expect((await teacher.call('GET', '/api/classrooms')).body.items.map((room: { id: string }) => room.id)).toEqual([
    own,
  ]);
  expect((await teacher.call('GET', `/api/classrooms/${foreign}`)).status).toBe(403);
  expect((await teacher.call('GET', `/api/classrooms/${own}/students`)).status).toBe(200);
  expect((await teacher.call('POST', `/api/classrooms/${own}/students`, { student_ids: [] })).status).toBe(403);
  expect((await teacher.call('POST', '/api/units', { name: 'X' })).status).toBe(403);
  const content = await teacher.call('POST', '/api/custom-assignments', { title: 'Mine', steps: [{ title: 'One' }] });
  expect(content).toMatchObject({ status: 201, body: { owner_id: teacher.id, shared: false } });
  const shared = await made('/api/custom-assignments', { title: 'Shared', steps: [{ title: 'One' }], shared: true });
  expect((await teacher.call('PATCH', `/api/custom-assignments/${shared}`, { title: 'Taken' })).status).toBe(403);
  expect(
    (await teacher.call('PATCH', `/api/custom-assignments/${content.body.id}`, { title: 'Better' })).body.title,
  ).toBe('Better');
  expect((await head.call('POST', '/api/classrooms', { name: 'New', unit_id: unit })).status).toBe(201);
  expect((await head.call('POST', '/api/classrooms', { name: 'New' })).body.code).toBe('unit_out_of_scope');
  expect((await head.call('PATCH', `/api/classrooms/${own}`, { unit_id: null })).status).toBe(403);
  expect((await head.call('GET', `/api/classrooms/${foreign}`)).status).toBe(403);
  const enter = (id: string) => head.call('POST', `/api/classrooms/${own}/students`, { student_ids: [id] });
  const within = await made('/api/users', { username: 'within', full_name: 'With In', role: 'student', unit_id: unit });
  expect((await enter(within)).status).toBe(200);
  expect((await enter(await person('student'))).body.code).toBe('user_out_of_scope');
  // The rights hold also for whoever leaves the routes aside.
  const direct = (call: Call, entity: string, edits: object[]) =>
    call('POST', '/api/bulk/operations', {
      operation_type: 'edit_record',
      operation_name: 'x',
      parameters: { entity, edits },
    });
  for (const refused of [
    await direct(teacher.call, 'user', [{ action: 'update', id: teacher.id, values: { roles: ['subscriber_admin'] } }]),
    await direct(head.call, 'user', [{ action: 'update', id: head.id, values: { roles: ['subscriber_admin'] } }]),
    await direct(head.call, 'classroom', [{ action: 'update', id: foreign, values: { name: 'Taken' } }]),
    await direct(head.call, 'unit', [{ action: 'create', values: { name: 'X' } }]),
  ]) {
    expect(refused.status, JSON.stringify(refused.body)).toBe(403);
  }
});
