/** Rosters, homeroom teachers, and the students and teachers of single batches. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { caller, callerOf, testApp, type Call } from '../../fixtures/http.ts';
import { snapshot } from '../../fixtures/snapshot.ts';
import { aSchoolOfClasses, done, idsOf, made, people, sorted, type SchoolOfClasses } from './classroom-api.ts';

let database: TestDatabase;
let app: App;
let school: SchoolOfClasses;
let admin: Call;
let number = 0;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
});
beforeEach(async () => {
  school = await aSchoolOfClasses(app, database, `School ${++number}`);
  ({ admin } = school);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const room = (rest = '') => `/api/classrooms/${school.classroomId}${rest}`;
const batch = (rest = '') => `/api/batches/${school.batchId}${rest}`;
/** What a change must leave alone. */
const stateOf = async (...paths: string[]) => {
  const found: string[][] = [];
  for (const path of paths) found.push(await idsOf(admin, path));
  return found;
};
const secondBatch = async () =>
  (
    await done(
      admin('POST', room('/assign-course'), { course_id: school.courseId, section_id: school.sectionIds[1] }),
      201,
    )
  ).batch.id;

describe('the lists of a classroom', () => {
  it('are set, added to and removed from, and say what came of it [CC-116, CC-117, CC-126, CC-127, CC-128, CC-D09, CC-D12]', async () => {
    const [one, two, three, four, five] = school.studentIds;
    const students = room('/students');
    await done(admin('POST', students, { student_ids: [one, two, three], mode: 'set' }));
    expect(await done(admin('POST', students, { student_ids: [three, four] }))).toMatchObject({
      success: true,
      count: 4,
      added: 1,
      removed: 0,
      unchanged: 3,
      ignored: [],
      warnings: [],
      operation_id: expect.any(String),
    });
    expect(await done(admin('POST', students, { student_ids: [three, four], mode: 'add' }))).toMatchObject({
      count: 4,
      added: 0,
      unchanged: 4,
    });
    expect(
      sorted((await done(admin('POST', students, { student_ids: [three, four, four], mode: 'set' }))).ids),
    ).toEqual(sorted([three ?? '', four ?? '']));
    expect(await done(admin('DELETE', students, { student_ids: [five, four] }))).toMatchObject({
      ids: [three],
      removed: 1,
      ignored: [five],
    });
    expect(await done(admin('POST', students, { student_ids: [], mode: 'set' }))).toMatchObject({
      ids: [],
      count: 0,
      removed: 1,
    });
    const teachers = room('/teachers');
    const [first, second] = school.teacherIds;
    expect(await done(admin('DELETE', teachers, { teacher_ids: [first] }))).toMatchObject({ ids: [second] });
    await done(admin('POST', teachers, { teacher_ids: [first] }));
    expect(await done(admin('POST', teachers, { teacher_ids: [second], mode: 'set' }))).toMatchObject({
      ids: [second],
      removed: 1,
    });
    await admin('PATCH', `/api/users/${four ?? ''}`, { status: 'inactive' });
    const refused = await admin('POST', students, { student_ids: [one, two, three, four, five] });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'inactive_user', errors: [{ code: 'inactive_user', field: 'student_ids.3' }] },
    });
    expect(await idsOf(admin, students)).toEqual([]);
  });

  it('change no batch, and batches change neither of them nor each other [CC-026, CC-054, CC-095, CC-098, CC-106, CC-107, CC-108, CC-109, CC-D37]', async () => {
    const other = await secondBatch();
    const classroom = [room('/students'), room('/teachers')];
    const others = [`/api/batches/${other}/students`, `/api/batches/${other}/teachers`];
    expect(await stateOf(batch('/students'), batch('/teachers'))).toEqual(await stateOf(...classroom));
    const before = await stateOf(...classroom, ...others);
    const [late = ''] = await people(admin, 'student', 1);
    const [substitute = ''] = await people(admin, 'teacher', 1);
    await done(
      admin('POST', batch('/students'), { student_ids: [...school.studentIds.slice(0, 2), late], mode: 'set' }),
    );
    await done(admin('POST', batch('/teachers'), { teacher_ids: [substitute], mode: 'set' }));
    expect(await stateOf(...classroom, ...others)).toEqual(before);
    expect(await stateOf(batch('/students'), batch('/teachers'))).toEqual([
      sorted([...school.studentIds.slice(0, 2), late]),
      [substitute],
    ]);
    const { data } = await done(admin('GET', room('/batches')));
    expect(data.find((one: { id: string }) => one.id === school.batchId).teacher_ids).toEqual([substitute]);
    await done(admin('POST', room('/students'), { student_ids: [], mode: 'set' }));
    expect((await stateOf(batch('/students')))[0]).toHaveLength(3);
  });

  it('refuse a save on an outdated version, and say what differs [CC-D19]', async () => {
    const { version: loaded, data } = await done(admin('GET', room('/students')));
    const version = Number(loaded);
    const [late = '', later = ''] = await people(admin, 'student', 2);
    const ids = data.map((row: { id: string }) => row.id);
    const first = await done(admin('POST', room('/students'), { student_ids: [...ids, late], mode: 'set', version }));
    expect(first.version).toBe(version + 1);
    const second = { student_ids: [...ids.slice(1), later], mode: 'set' };
    for (const refused of [
      await admin('POST', room('/students'), { ...second, version }),
      await admin('POST', room('/students'), second, { 'if-match': `"${version}"` }),
    ]) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'outdated_version', version: version + 1 } });
      const names = (list: { id: string }[]) => sorted(list.map((person) => person.id));
      expect(names(refused.body.difference.only_stored)).toEqual(sorted([ids[0], late]));
      expect(names(refused.body.difference.only_sent)).toEqual([later]);
    }
    expect(await idsOf(admin, room('/students'))).toEqual(sorted([...ids, late]));
    await done(admin('POST', room('/students'), { ...second, version: version + 1 }));
    await done(admin('POST', room('/students'), { student_ids: [later] }, { 'if-match': '*' }));
    expect((await admin('POST', room('/students'), { student_ids: [later] }, { 'if-match': 'abc' })).status).toBe(400);
    expect((await done(admin('GET', room()))).version).toBe(version + 2);
  });

  it('take up to 1,000 ids a request, 500 students and 50 teachers a classroom, 50 teachers a batch, and name the limit beyond [CC-D18]', async () => {
    const students = await manyPeople('student', 501);
    const teachers = await manyPeople('teacher', 51);
    for (const [path, field, all, most, words] of [
      [room('/students'), 'student_ids', students, 500, 'students of a classroom'],
      [room('/teachers'), 'teacher_ids', teachers, 50, 'teachers of a classroom'],
      [batch('/teachers'), 'teacher_ids', teachers, 50, 'teachers of a batch'],
    ] as const) {
      expect((await done(admin('POST', path, { [field]: all.slice(0, most), mode: 'set' }))).count).toBe(most);
      const refused = await admin('POST', path, { [field]: all.slice(most), mode: 'add' });
      expect(refused).toMatchObject({
        status: 400,
        body: { code: 'above_limit', limit: most, count: most + 1, what: words },
      });
      expect((await done(admin('GET', path))).count).toBe(most);
    }
    const thousand = Array.from({ length: 1_001 }, () => students[0]);
    expect((await admin('POST', room('/students'), { student_ids: thousand.slice(1) })).status).toBe(200);
    const refused = await admin('POST', room('/students'), { student_ids: thousand });
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([400, expect.stringContaining('1000')]);
    const batches = await manyBatches(199);
    expect(batches).toBe(200);
    const last = await admin('POST', room('/assign-course'), { course_id: school.courseId });
    expect(last).toMatchObject({
      status: 400,
      body: { code: 'above_limit', limit: 200, what: 'batches of a classroom' },
    });
  });
});

/** Written straight into the tables: only their number matters. */
async function manyPeople(role: string, count: number): Promise<string[]> {
  return inOrg(database, school.orgId, async (tx) => {
    const found = await rows(
      tx,
      sql<{ id: string }>`
      insert into users (org_id, id, username, display_name, roles)
      select ${school.orgId}, gen_random_uuid(), ${role}::text || '-many-' || n, 'Many ' || n, array[${role}::text] from generate_series(1, ${count}::int) n returning id`,
    );
    return found.map((row) => row.id);
  });
}

async function manyBatches(count: number): Promise<number> {
  return inOrg(database, school.orgId, async (tx) => {
    await rows(
      tx,
      sql`
      with course as (insert into courses (org_id, id, title) select ${school.orgId}, gen_random_uuid(), 'Course ' || n from generate_series(1, ${count}::int) n returning id)
      insert into batches (org_id, id, name, course_id, classroom_id) select ${school.orgId}, gen_random_uuid(), 'Many', id, ${school.classroomId} from course`,
    );
    return (
      await rows(tx, sql`select from batches where org_id = ${school.orgId} and classroom_id = ${school.classroomId}`)
    ).length;
  });
}

describe('the students of a batch', () => {
  it('are listed with their enrollment, added, removed and set [CC-020, CC-092, CC-093, CC-094, CC-133, CC-134, CC-135, CC-D05, IA-107, IA-109]', async () => {
    const [one = '', two = '', three = '', ...rest] = school.studentIds;
    await done(admin('POST', batch('/students/remove'), { student_ids: [three, ...rest] }));
    expect(await idsOf(admin, batch('/students'))).toEqual(sorted([one, two]));
    expect(await done(admin('POST', batch('/students'), { student_ids: [two, three] }))).toMatchObject({
      count: 3,
      added: 1,
      removed: 0,
      unchanged: 2,
    });
    expect(await done(admin('POST', batch('/students/remove'), { student_ids: [two, rest[0]] }))).toMatchObject({
      count: 2,
      removed: 1,
      ignored: [],
    });
    const list = await done(admin('GET', batch('/students')));
    expect(list).toEqual({ success: true, count: 2, data: expect.any(Array) });
    for (const row of list.data) {
      expect(row).toEqual({
        _id: row.id,
        id: expect.any(String),
        full_name: expect.any(String),
        email: null,
        enrollment_id: expect.any(String),
        enrollment_date: expect.any(String),
        status: 'active',
        on_roster: true,
      });
    }
    expect(
      sorted((await done(admin('POST', batch('/students'), { student_ids: [one, rest[0]], mode: 'set' }))).ids),
    ).toEqual(sorted([one, rest[0] ?? '']));
    for (const body of [{}, { student_ids: [one], mode: 'replace' }])
      expect((await admin('POST', batch('/students'), body)).status).toBe(400);
    expect((await admin('POST', batch('/students/remove'), { student_ids: [] })).status).toBe(400);
    const counted = await inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql<{
          enrolled_students: number;
        }>`select enrolled_students from batches where org_id = ${school.orgId} and id = ${school.batchId}`,
      ),
    );
    expect(counted).toEqual([{ enrolled_students: 2 }]);
  });

  it('keep one enrollment when they leave and come back, with its history [CC-D31, CC-D32]', async () => {
    const [one = ''] = school.studentIds;
    const enrollments = () =>
      inOrg(database, school.orgId, (tx) =>
        rows(
          tx,
          sql<{ id: string; status: string; status_reason: string; ended_at: Date | null }>`
        select id, status, status_reason, ended_at from enrollments where org_id = ${school.orgId} and batch_id = ${school.batchId} and student_id = ${one}`,
        ),
      );
    const [first] = await enrollments();
    await done(admin('POST', batch('/students/remove'), { student_ids: [one] }));
    expect(await enrollments()).toEqual([
      { id: first?.id, status: 'cancelled', status_reason: 'removed_from_batch', ended_at: expect.any(Date) },
    ]);
    await done(admin('POST', batch('/students'), { student_ids: [one] }));
    expect(await enrollments()).toEqual([{ id: first?.id, status: 'active', status_reason: '', ended_at: null }]);
    const { items } = await done(admin('GET', `/api/audit?entity=enrollment&entity_id=${first?.id ?? ''}`));
    expect(items.map((entry: { action: string }) => entry.action)).toEqual(['insert', 'update', 'update']);
    expect(items[1].actor.name).toEqual(expect.any(String));
    const [stranger = ''] = await people(admin, 'student', 1);
    await done(admin('POST', batch('/students'), { student_ids: [one, stranger], mode: 'set' }));
    const reset = await done(admin('POST', batch('/students/reset')));
    const history = await inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql`select from enrollments where org_id = ${school.orgId} and student_id = ${stranger} and status = 'cancelled'`,
      ),
    );
    expect(history).toHaveLength(1);
    expect([sorted(reset.ids), reset.added, reset.removed]).toEqual([sorted(school.studentIds), 4, 1]);
    await done(admin('POST', `/api/bulk/operations/${reset.operation_id}/rollback/`, {}), 202);
    expect(await idsOf(admin, batch('/students'))).toEqual(sorted([one, stranger]));
  });

  it('may be students who are not on the roster, and are marked so [CC-D33]', async () => {
    const [stranger = '', late = ''] = await people(admin, 'student', 2);
    await done(admin('POST', room('/students'), { student_ids: [late] }));
    await done(admin('POST', batch('/students'), { student_ids: [stranger, late] }));
    const { data } = await done(admin('GET', batch('/students')));
    const marks = Object.fromEntries(data.map((row: { id: string; on_roster: boolean }) => [row.id, row.on_roster]));
    expect([marks[stranger], marks[late], marks[school.studentIds[0] ?? '']]).toEqual([false, true, true]);
  });

  it('never exceed the capacity of the batch itself', async () => {
    await inOrg(database, school.orgId, (tx) =>
      rows(tx, sql`update batches set capacity = 5 where org_id = ${school.orgId} and id = ${school.batchId}`),
    );
    const [late = ''] = await people(admin, 'student', 1);
    const refused = await admin('POST', batch('/students'), { student_ids: [late] });
    expect(refused).toMatchObject({ status: 400, body: { code: 'batch_full' } });
    await done(admin('POST', room('/students'), { student_ids: [late] }));
    const cascade = await admin('POST', room('/assign-course'), {
      course_id: school.courseId,
      section_id: school.sectionIds[0],
    });
    expect(cascade).toMatchObject({ status: 400, body: { code: 'batch_full' } });
  });
});

describe('the teachers of a batch', () => {
  it('are listed, set, added and removed [CC-021, CC-100, CC-101, CC-102, CC-103, CC-104, CC-105, CC-136, CC-137, CC-138]', async () => {
    const [one = '', two = ''] = school.teacherIds;
    const [three = ''] = await people(admin, 'teacher', 1);
    const teachers = batch('/teachers');
    expect(await idsOf(admin, teachers)).toEqual(sorted([one, two]));
    expect((await done(admin('POST', teachers, { teacher_ids: [two, three], mode: 'set' }))).ids.sort()).toEqual(
      sorted([two, three]),
    );
    expect(await done(admin('POST', teachers, { teacher_ids: [one, two], mode: 'add' }))).toMatchObject({
      count: 3,
      added: 1,
      unchanged: 2,
    });
    expect(await done(admin('POST', `${teachers}/remove`, { teacher_ids: [one] }))).toMatchObject({
      count: 2,
      removed: 1,
    });
    expect(await idsOf(admin, teachers)).toEqual(sorted([two, three]));
    expect((await admin('POST', teachers, { teacher_ids: [one], mode: 'replace' })).status).toBe(400);
    expect((await admin('POST', teachers, { mode: 'set' })).status).toBe(400);
    expect(await done(admin('GET', teachers))).toMatchObject({
      success: true,
      count: 2,
      data: [{ _id: expect.any(String), full_name: expect.any(String) }, {}],
    });
  });

  it('hear of it once for each batch, to be summed up by the hour', async () => {
    const [three = ''] = await people(admin, 'teacher', 1);
    await done(admin('POST', batch('/teachers'), { teacher_ids: [three], mode: 'set' }));
    const sent = await inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql<{ recipient_id: string; change: string; batch: string }>`
        select recipient_id, payload ->> 'change' as change, payload -> 'batch' ->> 'id' as batch from outbox
        where org_id = ${school.orgId} and topic = 'batch.teacher_changed' order by created_at, change`,
      ),
    );
    const [one, two] = school.teacherIds;
    const told = (change: string) => sorted(sent.filter((row) => row.change === change).map((row) => row.recipient_id));
    expect(told('attached')).toEqual(sorted([one ?? '', two ?? '', three]));
    expect(told('removed')).toEqual(sorted([one ?? '', two ?? '']));
    expect(new Set(sent.map((row) => row.batch))).toEqual(new Set([school.batchId]));
  });
});

describe('who may', () => {
  it('one in a wrong role or inactive is refused by name and place, nothing written [CC-D07, CC-D08]', async () => {
    const [teacher = ''] = school.teacherIds;
    const [student = '', inactive = ''] = school.studentIds;
    await done(admin('DELETE', room('/students'), { student_ids: [inactive] }));
    await done(admin('PATCH', `/api/users/${inactive}`, { status: 'inactive' }));
    const course = await made(admin, '/api/courses', { title: 'Other' });
    const section = await made(admin, `/api/courses/${course}/sections`, { name: 'Z' });
    const archived = await made(admin, '/api/classrooms', { name: 'Archived', status: 'archived' });
    const cases = [
      [room('/students'), { student_ids: [teacher] }, 400, 'wrong_role'],
      [room('/teachers'), { teacher_ids: [student] }, 400, 'wrong_role'],
      [batch('/students'), { student_ids: [teacher] }, 400, 'wrong_role'],
      [batch('/teachers'), { teacher_ids: [student] }, 400, 'wrong_role'],
      [room('/students'), { student_ids: [inactive] }, 400, 'inactive_user'],
      [room('/assign-course'), { course_id: course, teacher_ids: [student] }, 400, 'wrong_role'],
      [room('/assign-course'), { course_id: school.courseId, section_id: section }, 400, 'section_course_mismatch'],
      [room('/assign-course'), {}, 400, 'validation_failed'],
      [room('/assign-course'), { course_id: crypto.randomUUID() }, 404, 'not_found'],
      [`/api/classrooms/${archived}/assign-course`, { course_id: course }, 409, 'classroom_archived'],
      [`/api/classrooms/${archived}/students`, { student_ids: [], mode: 'set' }, 409, 'classroom_archived'],
    ] as const;
    const before = await snapshot(database, school.orgId, []);
    for (const [path, body, status, code] of cases) {
      const reply = await admin('POST', path, body);
      expect([path, reply.status, reply.body.code, reply.body.errors.length > 0]).toEqual([path, status, code, true]);
    }
    expect(await snapshot(database, school.orgId, [])).toEqual(before);
    await inOrg(database, school.orgId, (tx) =>
      rows(tx, sql`update batches set status = 'completed' where org_id = ${school.orgId} and id = ${school.batchId}`),
    );
    for (const path of ['/students', '/teachers']) {
      expect(
        (await admin('POST', batch(path), { [path === '/students' ? 'student_ids' : 'teacher_ids']: [], mode: 'set' }))
          .body,
      ).toMatchObject({ status: 409, code: 'batch_ended' });
    }
    expect(
      (await admin('POST', room('/assign-course'), { course_id: school.courseId, section_id: school.sectionIds[0] }))
        .body,
    ).toMatchObject({ status: 409, code: 'batch_ended' });
    expect((await done(admin('GET', room('/batches')))).count).toBe(1);
    expect((await caller(app)('GET', room())).status).toBe(401);
    const reader = { username: `reader${number}`, full_name: 'Reader', role: 'teacher', password: 'a long enough one' };
    const call = await callerOf(app, database, school.orgId, await made(admin, '/api/users', reader));
    expect((await call('POST', room('/assign-course'), { course_id: course })).status).toBe(403);
  });

  it('admins of the organization and, in own units, teacher_admins; teachers read their own; students nothing [CC-D01, IA-108]', async () => {
    const unit = await made(admin, '/api/units', { name: 'North' });
    const own = await made(admin, '/api/classrooms', { name: 'Own', unit_id: unit });
    const signedIn = async (role: string, more: object = {}) => {
      const id = await made(admin, '/api/users', {
        username: `${role}-${crypto.randomUUID()}`,
        full_name: `Signed ${role}`,
        role,
        password: 'a long enough one',
        ...more,
      });
      return { id, call: await callerOf(app, database, school.orgId, id) };
    };
    const head = await signedIn('teacher_admin', { unit_id: unit });
    const teacher = await signedIn('teacher');
    const student = await signedIn('student');
    await done(admin('POST', batch('/teachers'), { teacher_ids: [teacher.id] }));
    await done(admin('POST', batch('/students'), { student_ids: [student.id] }));
    const asked: [Call, 'GET' | 'POST', string, number][] = [
      [head.call, 'GET', room(), 403],
      [head.call, 'POST', room('/assign-course'), 403],
      [head.call, 'GET', batch('/students'), 403],
      [head.call, 'GET', `/api/classrooms/${own}`, 200],
      [head.call, 'POST', `/api/classrooms/${own}/assign-course`, 201],
      [teacher.call, 'GET', batch('/students'), 200],
      [teacher.call, 'GET', batch('/teachers'), 200],
      [teacher.call, 'GET', room(), 403],
      [teacher.call, 'POST', room('/assign-course'), 403],
      [teacher.call, 'POST', batch('/students/reset'), 403],
      [student.call, 'GET', batch('/students'), 403],
      [student.call, 'GET', room(), 403],
      [student.call, 'POST', room('/assign-course'), 403],
    ];
    for (const [call, method, path, status] of asked) {
      const reply = await call(
        method,
        path,
        path.endsWith('assign-course') ? { course_id: school.courseId } : undefined,
      );
      expect([method, path, reply.status]).toEqual([method, path, status]);
    }
  });
});
