/** Assigning a course: which batch it makes or finds, who enters it, and what it is called. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { testApp, type Call } from '../../fixtures/http.ts';
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
const assign = (body: object = {}, classroom = school.classroomId) =>
  admin('POST', `/api/classrooms/${classroom}/assign-course`, { course_id: school.courseId, ...body });
const batches = async () => (await done(admin('GET', room('/batches')))).data;

describe('a batch', () => {
  it('is made for each classroom, course, section and term, with roster and homeroom teachers; the same again is the same batch [CC-024, CC-025, CC-042, CC-053, CC-065, CC-068, CC-071, CC-073, CC-074, CC-076, CC-077, CC-078, CC-131]', async () => {
    const [section] = school.sectionIds;
    const slices = [
      {},
      { section_id: section, term_key: '2026-T1' },
      { term_key: '2026-T1' },
      { section_id: school.sectionIds[1] },
    ];
    const ids: string[] = [];
    for (const slice of slices) {
      const made_ = await done(assign(slice), 201);
      ids.push(made_.batch.id);
      expect(made_.batch).toMatchObject({
        classroom_id: school.classroomId,
        course_id: school.courseId,
        section_id: slice.section_id ?? null,
        term_key: slice.term_key ?? null,
      });
      expect(await idsOf(admin, `/api/batches/${made_.batch.id}/students`)).toEqual(sorted(school.studentIds));
      expect(await idsOf(admin, `/api/batches/${made_.batch.id}/teachers`)).toEqual(sorted(school.teacherIds));
      const again = await done(assign(slice));
      expect([again.created, again.batch.id, again.students.count, again.students.added_ids]).toEqual([
        false,
        made_.batch.id,
        5,
        [],
      ]);
      expect(sorted(again.students.already_ids)).toEqual(sorted(school.studentIds));
    }
    expect(new Set([...ids, school.batchId]).size).toBe(5);
    expect((await batches()).map((batch: { id: string }) => batch.id).sort()).toEqual(sorted([...ids, school.batchId]));
    expect((await done(admin('GET', room('/courses')))).data).toMatchObject([{ id: school.courseId, batches: 5 }]);
  });

  it('with and without section are two; so are terms, whose keys are compared without case and blanks [CC-D23, CC-D24]', async () => {
    const first = await done(assign({ term_key: '2026-T1' }), 201);
    expect((await done(assign({ term_key: ' 2026-t1 ' }))).batch).toEqual(first.batch);
    expect((await done(assign(), 201)).batch.id).not.toBe(first.batch.id);
    expect(await done(assign())).toMatchObject({ created: false, batch: { section_id: null, term_key: null } });
    expect((await done(admin('GET', '/api/terms'))).items).toMatchObject([{ key: '2026-T1' }]);
    const refused = await assign({ term_key: 'abc def' });
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'term_key']);
    await made(admin, '/api/terms', { key: 'Spring' });
    expect((await done(assign({ term_key: 'spring ' }), 201)).batch.term_key).toBe('Spring');
    expect((await done(admin('GET', `/api/courses/${school.courseId}/sections`))).items).toHaveLength(2);
  });

  it('is named after its classroom, course and section; the term is added when the name is taken; it follows the classroom until it is renamed by hand [CC-085, CC-D25]', async () => {
    const name = (await batches())[0].name;
    expect(name).toBe(`Classroom of School ${number} — Course of School ${number} — One of School ${number}`);
    expect((await done(assign({ section_id: school.sectionIds[0], term_key: '2026-T2' }), 201)).batch.name).toBe(
      `${name} — 2026-T2`,
    );
    const whole = await done(assign(), 201);
    expect(whole.batch.name).toBe(`Classroom of School ${number} — Course of School ${number}`);
    await inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql`update batches set name = 'By hand', is_renamed = true where org_id = ${school.orgId} and id = ${whole.batch.id}`,
      ),
    );
    await done(admin('PATCH', room(), { name: 'Grade 8', room: '12' }));
    expect((await batches()).map((batch: { name: string }) => batch.name).sort()).toEqual([
      'By hand',
      `Grade 8 — Course of School ${number} — One of School ${number}`,
      `Grade 8 — Course of School ${number} — One of School ${number} — 2026-T2`,
    ]);
    expect(await done(admin('GET', room()))).toMatchObject({ name: 'Grade 8', room: '12' });
  });

  it('is one, whatever number of equal calls come at once [CC-075]', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => assign({ section_id: school.sectionIds[1], term_key: '2027-T1' })),
    );
    expect(replies.map((reply) => reply.status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
    expect(new Set(replies.map((reply) => reply.body.batch.id)).size).toBe(1);
    expect(await batches()).toHaveLength(2);
    const twice = inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql`
      insert into batches (org_id, id, name, course_id, classroom_id, section_id)
      select org_id, gen_random_uuid(), 'Twice', course_id, classroom_id, section_id from batches where org_id = ${school.orgId} and id = ${school.batchId}`,
      ),
    );
    await expect(twice).rejects.toMatchObject({ constraint: 'batches_slice_key' });
  });

  it('of two classrooms that use a new term at once share the one term', async () => {
    const rooms = [school.classroomId];
    for (let one = 0; one < 5; one++) rooms.push(await made(admin, '/api/classrooms', { name: `Room ${one}` }));
    const replies = await Promise.all(rooms.map((id) => assign({ term_key: '2030-T1' }, id)));
    expect(replies.map((reply) => reply.status)).toEqual(rooms.map(() => 201));
    expect((await done(admin('GET', '/api/terms'))).items).toHaveLength(1);
  });

  it('has what happens at once with it in order: resets, removals and assigning leave exact counts', async () => {
    const batch = `/api/batches/${school.batchId}`;
    const asked = Array.from({ length: 24 }, (_, at) =>
      at % 3 === 0
        ? admin('POST', `${batch}/students/reset`)
        : at % 3 === 1
          ? admin('POST', `${batch}/students/remove`, { student_ids: [school.studentIds[at % 5]] })
          : assign({ section_id: school.sectionIds[0] }),
    );
    for (const reply of await Promise.all(asked)) expect([200, reply.body.code]).toContain(reply.status);
    const [{ kept, real } = { kept: 0, real: -1 }] = await inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql<{ kept: number; real: number }>`
      select b.enrolled_students as kept, (select count(*) from enrollments e where e.org_id = b.org_id and e.batch_id = b.id and e.status = 'active') as real
      from batches b where b.org_id = ${school.orgId} and b.id = ${school.batchId}`,
      ),
    );
    expect(kept).toBe(real);
  });
});

describe('who enters', () => {
  it('teacher_ids stand instead of the homeroom teachers; none is a warning; again they are united [CC-079, CC-D22]', async () => {
    const [salem = '', khaled = ''] = await people(admin, 'teacher', 2);
    const first = await done(assign({ teacher_ids: [salem] }), 201);
    expect(first.teachers.ids).toEqual([salem]);
    expect((await done(assign({ teacher_ids: [khaled] }))).teachers.ids.sort()).toEqual(sorted([salem, khaled]));
    const none = await done(assign({ teacher_ids: [], term_key: '2026-T1' }), 201);
    expect([none.teachers.ids, none.warnings.map((warning: { code: string }) => warning.code)]).toEqual([
      [],
      ['no_teachers'],
    ]);
    expect((await done(assign({ term_key: '2026-T2' }), 201)).teachers.ids.sort()).toEqual(sorted(school.teacherIds));
  });

  it('an empty classroom is bound with two warnings, an inactive student on the roster with one [CC-D28]', async () => {
    const empty = await made(admin, '/api/classrooms', { name: 'Empty' });
    const body = await done(assign({}, empty), 201);
    expect(body).toMatchObject({
      students: { count: 0 },
      warnings: [{ code: 'empty_roster' }, { code: 'no_teachers' }],
    });
    await done(admin('PATCH', `/api/users/${school.studentIds[0]}`, { status: 'suspended' }));
    expect((await done(assign(), 201)).warnings).toEqual([
      { code: 'inactive_on_roster', message: expect.stringContaining('1 student(s)') },
    ]);
  });

  it('more than the section holds is a warning, and with enforce_capacity a refusal without any write [CC-D26]', async () => {
    await done(admin('PATCH', `/api/sections/${school.sectionIds[1]}`, { capacity: 4 }));
    const warned = await done(assign({ section_id: school.sectionIds[1] }), 201);
    expect(warned.warnings).toEqual([
      { code: 'over_capacity', message: expect.stringMatching(/5 students .* 4 places/) },
    ]);
    await done(admin('PATCH', '/api/organization', { settings: { enforce_capacity: true } }));
    const before = await snapshot(database, school.orgId, []);
    const refused = await assign({ section_id: school.sectionIds[1], term_key: '2026-T1' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'over_capacity', students: 5, capacity: 4 } });
    expect(await snapshot(database, school.orgId, [])).toEqual(before);
    expect((await done(admin('GET', '/api/organization'))).settings.enforce_capacity).toBe(true);
  });

  it('all of it or nothing: what the database refuses of one student or teacher leaves no batch, no binding, no term [CC-072, CC-D29]', async () => {
    const course = await made(admin, '/api/courses', { title: 'Refused' });
    const slice = { course_id: course, term_key: '2031-T1' };
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    for (const [table, rule] of [
      ['batch_teachers', `teacher_id <> '${school.teacherIds[1]}'`],
      ['enrollments', `student_id <> '${school.studentIds[2]}'`],
    ] as const) {
      await owner.query(`alter table ${table} add constraint ${table}_test_check check (${rule}) not valid`);
      const before = await snapshot(database, school.orgId, []);
      const refused = await assign(slice);
      expect([refused.status, refused.body.code]).toEqual([409, 'rule_violated']);
      expect(await snapshot(database, school.orgId, [])).toEqual(before);
      await owner.query(`alter table ${table} drop constraint ${table}_test_check`);
    }
    await owner.end();
    await done(assign(slice), 201);
  });

  it('a roster of 500 is carried over in the request; many classrooms are one operation with an item each [CC-D30]', async () => {
    const large = await made(admin, '/api/classrooms', { name: 'Large' });
    await inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql`
      with s as (insert into users (org_id, id, username, display_name)
        select ${school.orgId}, gen_random_uuid(), 'large-' || n, 'Large ' || n from generate_series(1, 500) n returning id)
      insert into classroom_students (org_id, id, classroom_id, student_id) select ${school.orgId}, gen_random_uuid(), ${large}, id from s`,
      ),
    );
    const body = await done(assign({ term_key: '2026-T1' }, large), 201);
    expect(body.students.count).toBe(500);
    const other = await made(admin, '/api/classrooms', { name: 'Other' });
    const started = await done(
      admin('POST', '/api/bulk/operations', {
        operation_type: 'assign_course',
        operation_name: 'Assign',
        parameters: {
          classroom_ids: [large, other, school.classroomId],
          course_id: school.courseId,
          term_key: '2026-T1',
        },
      }),
      201,
    );
    const { counts } = await done(admin('GET', `/api/bulk/operations/${started.id}/preview/`));
    expect(counts.actions).toEqual({ skip: 1, create: 2 });
    await done(admin('POST', `/api/bulk/operations/${started.id}/start/`, { plan_hash: started.plan_hash }));
    expect((await done(admin('GET', room('/batches')))).count).toBe(2);
    expect((await done(admin('GET', `/api/classrooms/${other}`))).batches).toBe(1);
  });
});

describe('courses of a classroom and their sections', () => {
  it('detaching takes the course off the list and leaves the batch, marked; assigning again uses it and takes the mark away [CC-121, CC-132, CC-D36]', async () => {
    const before = [
      await idsOf(admin, `/api/batches/${school.batchId}/students`),
      await idsOf(admin, `/api/batches/${school.batchId}/teachers`),
    ];
    const path = room(`/courses/${school.courseId}`);
    expect(await done(admin('DELETE', path))).toMatchObject({ success: true, detached: true, batches_kept: 1 });
    expect((await done(admin('GET', room('/courses')))).count).toBe(0);
    expect(await batches()).toMatchObject([{ id: school.batchId, course_detached: true }]);
    expect([
      await idsOf(admin, `/api/batches/${school.batchId}/students`),
      await idsOf(admin, `/api/batches/${school.batchId}/teachers`),
    ]).toEqual(before);
    expect(await done(admin('DELETE', path))).toMatchObject({ detached: false });
    expect((await done(assign({ section_id: school.sectionIds[0] }))).batch.id).toBe(school.batchId);
    expect(await batches()).toMatchObject([{ id: school.batchId, course_detached: false }]);
    expect((await done(admin('GET', room('/courses')))).count).toBe(1);
  });

  it('sections of a course are listed by number, then name, and the missing ones of A, B and C are made [CC-119, CC-120, CC-129, CC-130, CC-D34, CC-D35]', async () => {
    const course = await made(admin, '/api/courses', { title: 'Defaults' });
    await made(admin, `/api/courses/${course}/sections`, { name: 'b' });
    const path = `/api/courses/${course}/sections`;
    const first = await done(admin('POST', `${path}/generate-defaults`));
    expect([first.created, first.count]).toEqual([['A', 'C'], 3]);
    expect(await done(admin('POST', `${path}/generate-defaults`, {}))).toMatchObject({ created: [], count: 3 });
    const names = async () => (await done(admin('GET', path))).items.map((section: { name: string }) => section.name);
    expect(await names()).toEqual(['A', 'C', 'b']);
    await made(admin, path, { name: 'Second', sequence: 2 });
    await made(admin, path, { name: 'First', sequence: 1 });
    expect((await names()).slice(0, 2)).toEqual(['First', 'Second']);
    const fresh = await made(admin, '/api/courses', { title: 'Fresh' });
    await Promise.all(
      Array.from({ length: 5 }, () => admin('POST', `/api/courses/${fresh}/sections/generate-defaults`)),
    );
    expect((await done(admin('GET', `/api/courses/${fresh}/sections`))).items).toHaveLength(3);
  });

  it('everything the page reads is there [CC-D16]', async () => {
    expect(await made(admin, '/api/classrooms', { name: 'New' })).toEqual(expect.any(String));
    const list = await done(admin('GET', '/api/classrooms?q=Classroom'));
    expect(list.items).toMatchObject([{ id: school.classroomId, students: 5, teachers: 2, courses: 1, batches: 1 }]);
    for (const rest of ['', '/students', '/teachers', '/courses', '/batches'])
      expect((await admin('GET', room(rest))).status).toBe(200);
    expect((await batches())[0]).toMatchObject({
      course_title: expect.any(String),
      section_name: expect.any(String),
      section_capacity: null,
      term_key: null,
      students: 5,
      status: 'active',
      overridden_students: 0,
      course_detached: false,
    });
  });
});

describe('the tables', () => {
  const columns = async (table: string) => {
    const found = await inOrg(database, school.orgId, (tx) =>
      rows(
        tx,
        sql<{ name: string; needed: boolean }>`
      select attname as name, attnotnull as needed from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`,
      ),
    );
    return Object.fromEntries(found.map((column) => [column.name, column.needed]));
  };

  it('build on each other: a classroom of one organization with its students, teachers and courses; a course with sections; a batch where they meet [CC-005, CC-006, CC-007, CC-008, CC-009, CC-010, CC-012, CC-019]', async () => {
    const named = { name: 'Grade 7-A', room: '12' };
    expect(await done(admin('POST', '/api/classrooms', named), 201)).toMatchObject(named);
    expect(await columns('classrooms')).toMatchObject({ org_id: true });
    expect(await columns('sections')).toMatchObject({ course_id: true });
    expect(await columns('batches')).toMatchObject({
      classroom_id: false,
      course_id: true,
      section_id: false,
      term_id: false,
    });
    for (const [table, member] of [
      ['classroom_students', 'student_id'],
      ['classroom_teachers', 'teacher_id'],
      ['classroom_courses', 'course_id'],
    ] as const) {
      expect(await columns(table)).toMatchObject({ classroom_id: true, [member]: true });
      const twice = inOrg(database, school.orgId, (tx) =>
        rows(
          tx,
          sql`
        insert into ${sql.table(table)} (org_id, id, classroom_id, ${sql.ref(member)})
        select org_id, gen_random_uuid(), classroom_id, ${sql.ref(member)} from ${sql.table(table)} where org_id = ${school.orgId} limit 1`,
        ),
      );
      await expect(twice, table).rejects.toMatchObject({ code: '23505' });
    }
  });
});
