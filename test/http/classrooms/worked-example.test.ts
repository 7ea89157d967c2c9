/** The ledger's example, step by step, with the numbers it gives for each. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, caller, testApp, type Call } from '../../fixtures/http.ts';
import { done, idsOf, made, people, peopleOf, sorted } from './classroom-api.ts';

let database: TestDatabase;
let app: App;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

interface Example {
  readonly admin: Call;
  readonly orgId: string;
  readonly email: string;
  readonly students: readonly string[];
  readonly salem: string;
  readonly khaled: string;
  readonly course: string;
  readonly sections: Readonly<Record<'A' | 'B', string>>;
  classroom: string;
  batches: Record<'A' | 'B', string | null>;
}

let number = 0;

async function aStart(): Promise<Example> {
  const organization = await anOrganization(app, database, `Example ${++number}`);
  const { admin, orgId } = organization;
  const students = await peopleOf(database, orgId, 'student', 24);
  const [salem = '', khaled = ''] = await peopleOf(database, orgId, 'teacher', 2);
  const course = await made(admin, '/api/courses', { title: 'Physics 102' });
  const sections = {
    A: await made(admin, `/api/courses/${course}/sections`, { name: 'A' }),
    B: await made(admin, `/api/courses/${course}/sections`, { name: 'B' }),
  };
  return { ...organization, students, salem, khaled, course, sections, classroom: '', batches: { A: null, B: null } };
}

/** One line of the ledger's table. */
type Line = [
  roster: number,
  teachers: number,
  courses: number,
  batches: number,
  aStudents: number | null,
  aTeachers: number | null,
  bStudents: number | null,
  bTeachers: number | null,
  enrollments: number,
  distinct: number,
  links: number,
];

async function line({ admin, classroom, batches }: Example, call = admin): Promise<Line> {
  const room = await done(call('GET', `/api/classrooms/${classroom}`));
  const of = async (batch: string | null, what: string) =>
    batch === null ? null : await idsOf(call, `/api/batches/${batch}/${what}`);
  const [a, b] = [await of(batches.A, 'students'), await of(batches.B, 'students')];
  const [at, bt] = [await of(batches.A, 'teachers'), await of(batches.B, 'teachers')];
  const enrolled = [...(a ?? []), ...(b ?? [])];
  return [
    room.students,
    room.teachers,
    room.courses,
    room.batches,
    a?.length ?? null,
    at?.length ?? null,
    b?.length ?? null,
    bt?.length ?? null,
    enrolled.length,
    new Set(enrolled).size,
    (at?.length ?? 0) + (bt?.length ?? 0),
  ];
}

const path = (example: Example, rest: string) => `/api/classrooms/${example.classroom}${rest}`;
const assign = (example: Example, section: 'A' | 'B', more: object = {}) =>
  example.admin('POST', path(example, '/assign-course'), {
    course_id: example.course,
    section_id: example.sections[section],
    term_key: '2026-T1',
    ...more,
  });
const setIn = (example: Example, section: 'A' | 'B', body: object) =>
  done(
    example.admin(
      'POST',
      `/api/batches/${example.batches[section] ?? ''}/${'student_ids' in body ? 'students' : 'teachers'}`,
      { ...body, mode: 'set' },
    ),
  );

const STEPS: readonly ((example: Example) => Promise<unknown>)[] = [
  async (example) => (example.classroom = await made(example.admin, '/api/classrooms', { name: 'Grade 7' })),
  (example) => done(example.admin('POST', path(example, '/students'), { student_ids: example.students, mode: 'set' })),
  (example) =>
    done(
      example.admin('POST', path(example, '/teachers'), { teacher_ids: [example.salem, example.khaled], mode: 'set' }),
    ),
  async (example) => (example.batches.A = (await done(assign(example, 'A'), 201)).batch.id),
  async (example) => (example.batches.B = (await done(assign(example, 'B'), 201)).batch.id),
  (example) => setIn(example, 'A', { student_ids: example.students.slice(0, 12) }),
  (example) => setIn(example, 'B', { student_ids: example.students.slice(12) }),
  (example) => setIn(example, 'A', { teacher_ids: [example.salem] }),
  (example) => setIn(example, 'B', { teacher_ids: [example.khaled] }),
];

const LINES: readonly Line[] = [
  [0, 0, 0, 0, null, null, null, null, 0, 0, 0],
  [24, 0, 0, 0, null, null, null, null, 0, 0, 0],
  [24, 2, 0, 0, null, null, null, null, 0, 0, 0],
  [24, 2, 1, 1, 24, 2, null, null, 24, 24, 2],
  [24, 2, 1, 2, 24, 2, 24, 2, 48, 24, 4],
  [24, 2, 1, 2, 12, 2, 24, 2, 36, 24, 4],
  [24, 2, 1, 2, 12, 2, 12, 2, 24, 24, 4],
  [24, 2, 1, 2, 12, 1, 12, 2, 24, 24, 3],
  [24, 2, 1, 2, 12, 1, 12, 1, 24, 24, 2],
];

async function afterStep(steps: number): Promise<Example> {
  const example = await aStart();
  for (const step of STEPS.slice(0, steps)) await step(example);
  return example;
}

describe('the worked example', () => {
  it('has after each of its nine steps the numbers of the ledger [CC-011, CC-022, CC-023, CC-031, CC-190, CC-191, CC-192, CC-193, CC-194, CC-195, CC-196, CC-197, CC-198]', async () => {
    const example = await aStart();
    for (const [at, step] of STEPS.entries()) {
      await step(example);
      expect([at + 1, await line(example)]).toEqual([at + 1, LINES[at]]);
    }
    const { data, in_several_sections: doubled } = await done(example.admin('GET', path(example, '/batches')));
    expect(data.map((batch: { name: string }) => batch.name)).toEqual([
      'Grade 7 — Physics 102 — A',
      'Grade 7 — Physics 102 — B',
    ]);
    expect(doubled).toBe(0);
    expect(await idsOf(example.admin, `/api/batches/${example.batches.A}/students`)).toEqual(
      sorted(example.students.slice(0, 12)),
    );
    expect(await idsOf(example.admin, `/api/batches/${example.batches.B}/students`)).toEqual(
      sorted(example.students.slice(12)),
    );
    expect(await idsOf(example.admin, `/api/batches/${example.batches.A}/teachers`)).toEqual([example.salem]);
    expect(await idsOf(example.admin, `/api/batches/${example.batches.B}/teachers`)).toEqual([example.khaled]);
  });

  it('ends with each student in exactly one batch, each batch with its teacher, and is the same after a new sign-in [CC-003, CC-097, CC-201, CC-202]', async () => {
    const example = await afterStep(9);
    const found = await inOrg(database, example.orgId, (tx) =>
      rows(
        tx,
        sql<{ student_id: string; batches: number }>`
        select student_id, count(*) as batches from enrollments where org_id = ${example.orgId} and status = 'active' group by 1`,
      ),
    );
    expect(sorted(found.map((row) => row.student_id))).toEqual(sorted(example.students));
    expect(found.every((row) => row.batches === 1)).toBe(true);
    const signedIn = await caller(app)('POST', '/api/login', { login: example.email, password: 'correct horse' });
    expect(await line(example, caller(app, signedIn.body.token))).toEqual(LINES[8]);
  });

  it('counts 24 students in several sections until they are split [CC-D27]', async () => {
    const example = await afterStep(5);
    const doubled = async () => (await done(example.admin('GET', path(example, '/batches')))).in_several_sections;
    expect(await doubled()).toBe(24);
    for (const step of STEPS.slice(5, 7)) await step(example);
    expect(await doubled()).toBe(0);
  });

  it('answers assigning with the batch, who entered it and its teachers [CC-070, CC-D15]', async () => {
    const example = await afterStep(3);
    const body = await done(assign(example, 'A'), 201);
    expect(body).toEqual({
      success: true,
      created: true,
      operation_id: expect.any(String),
      warnings: [],
      batch: {
        id: expect.any(String),
        name: 'Grade 7 — Physics 102 — A',
        classroom_id: example.classroom,
        course_id: example.course,
        section_id: example.sections.A,
        term_key: '2026-T1',
      },
      students: {
        count: 24,
        added_ids: sorted(example.students),
        already_ids: [],
        reenrolled_ids: [],
        skipped_overridden_ids: [],
      },
      teachers: { ids: expect.arrayContaining([example.salem, example.khaled]) },
    });
  });

  it('is nine operations, each in the audit trail with who, when, what it was before and after [CC-D47]', async () => {
    const example = await afterStep(9);
    const entries = await wholeAudit(example.admin, '');
    const confirmed = entries.filter((entry) => entry.action === 'confirm').slice(-9);
    const [first] = await wholeAudit(
      example.admin,
      `operation_id=${confirmed[0]?.operation_id ?? ''}&entity=classroom`,
    );
    expect(first).toMatchObject({ action: 'insert', entity_id: example.classroom, after: { name: 'Grade 7' } });
    const changes: number[] = [];
    for (const { operation_id: id, actor, at } of confirmed) {
      expect([actor.name, typeof at]).toEqual([expect.any(String), 'string']);
      const rowsOf = (await wholeAudit(example.admin, `operation_id=${id ?? ''}`)).filter(
        (entry) => entry.entity !== null,
      );
      for (const row of rowsOf) expect(row.before ?? row.after).toBeInstanceOf(Object);
      changes.push(rowsOf.length);
    }
    expect(changes).toEqual([1, 24, 2, 29, 27, 12, 12, 1, 1]);
  });

  it('says what happened in events: one of the roster, one of the faculty, two of each other [CC-D48]', async () => {
    const example = await afterStep(9);
    const found = await inOrg(database, example.orgId, (tx) =>
      rows(
        tx,
        sql<{ name: string; count: number }>`
        select name, count(*) as count from events where org_id = ${example.orgId} and name ~ '^(classroom|batch)\\.' group by 1`,
      ),
    );
    expect(Object.fromEntries(found.map((row) => [row.name, row.count]))).toEqual({
      'classroom.roster.changed': 1,
      'classroom.faculty.changed': 1,
      'classroom.course.assigned': 2,
      'batch.created': 2,
      'batch.students.changed': 2,
      'batch.teachers.changed': 2,
    });
    await done(example.admin('DELETE', path(example, `/courses/${example.course}`)));
    await done(example.admin('DELETE', path(example, `/courses/${example.course}`)));
    const detached = await inOrg(database, example.orgId, (tx) =>
      rows(tx, sql`select from events where org_id = ${example.orgId} and name = 'classroom.course.detached'`),
    );
    expect(detached).toHaveLength(1);
  });

  it('can be taken back step by step: undoing the split of A brings 24 again [CC-D45]', async () => {
    const example = await afterStep(5);
    const { operation_id: id } = await setIn(example, 'A', { student_ids: example.students.slice(0, 12) });
    await done(example.admin('POST', `/api/bulk/operations/${id}/rollback/`, {}), 202);
    expect(await line(example)).toEqual(LINES[4]);
  });
});

interface Entry {
  readonly action: string;
  readonly operation_id: string | null;
  readonly entity: string | null;
  readonly entity_id: string | null;
  readonly actor: { readonly name: string | null };
  readonly at: string;
  readonly before: unknown;
  readonly after: unknown;
}

async function wholeAudit(call: Call, query: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: Entry[]; next_cursor: string | null } = await done(
      call('GET', `/api/audit?limit=100&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`),
    );
    entries.push(...page.items);
    cursor = page.next_cursor;
  }
  return entries;
}

describe('the continuation', () => {
  async function afterTenth(): Promise<Example & { late: string }> {
    const example = await afterStep(9);
    const [late = ''] = await people(example.admin, 'student', 1);
    await done(example.admin('POST', path(example, '/students'), { student_ids: [late] }));
    return { ...example, late };
  }

  const counts = async (example: Example) => {
    const [roster, , courses, batches, a, at, b, bt, enrollments] = await line(example);
    return { roster, courses, batches, a, at, b, bt, enrollments };
  };

  it('a student who joins the roster later enters no batch by that [CC-110, CC-111, CC-112, CC-113, CC-203]', async () => {
    const example = await afterTenth();
    expect(await counts(example)).toMatchObject({ roster: 25, a: 12, b: 12, enrollments: 24 });
    await done(example.admin('POST', path(example, '/teachers'), { teacher_ids: [], mode: 'set' }));
    await done(example.admin('POST', path(example, '/students'), { student_ids: [], mode: 'set' }));
    expect(await counts(example)).toMatchObject({ roster: 0, a: 12, at: 1, b: 12, bt: 1 });
  });

  it('assigning again enrolls the whole roster, who was taken out included, and the homeroom teachers [CC-114, CC-204]', async () => {
    const example = await afterTenth();
    const body = await done(assign(example, 'A'));
    expect(body).toMatchObject({
      created: false,
      batch: { id: example.batches.A },
      students: { count: 25, added_ids: [example.late] },
    });
    expect(body.students.reenrolled_ids).toEqual(sorted(example.students.slice(12)));
    expect(sorted(body.teachers.ids)).toEqual(sorted([example.salem, example.khaled]));
    expect(await counts(example)).toMatchObject({ batches: 2, a: 25, at: 2, b: 12, bt: 1 });
    await resets(example);
  });

  it('with respect_overrides only the late student enters, and the teachers stay [CC-205]', async () => {
    const example = await afterTenth();
    expect((await done(example.admin('GET', path(example, '/batches')))).data).toMatchObject([
      { overridden_students: 12 },
      { overridden_students: 12 },
    ]);
    const body = await done(assign(example, 'A', { respect_overrides: true }));
    expect(body.students).toMatchObject({ count: 13, added_ids: [example.late], reenrolled_ids: [] });
    expect(body.students.skipped_overridden_ids).toEqual(sorted(example.students.slice(12)));
    expect(await idsOf(example.admin, `/api/batches/${example.batches.A}/students`)).toEqual(
      sorted([...example.students.slice(0, 12), example.late]),
    );
    expect(body.teachers.ids).toEqual([example.salem]);
    await resets(example);
  });

  /** Steps 12 to 15, from either variant of step 11. */
  async function resets(example: Example): Promise<void> {
    await done(example.admin('POST', `/api/batches/${example.batches.A}/students/reset`));
    expect(await counts(example)).toMatchObject({ a: 25, b: 12 });
    await done(example.admin('POST', `/api/batches/${example.batches.A}/teachers/reset`));
    expect(await counts(example)).toMatchObject({ at: 2, bt: 1 });
    await done(example.admin('DELETE', path(example, '/students'), { student_ids: [example.students[0]] }));
    expect(await counts(example)).toMatchObject({ roster: 24, a: 25 });
    expect(await idsOf(example.admin, `/api/batches/${example.batches.A}/students`)).toContain(example.students[0]);
    const before = await counts(example);
    await done(example.admin('DELETE', path(example, `/courses/${example.course}`)));
    expect(await counts(example)).toEqual({ ...before, courses: 0 });
  }

  it('resets go to exactly the roster and the homeroom teachers; detaching a course keeps its batches [CC-122, CC-206, CC-207, CC-208, CC-209, CC-D17]', async () => {
    const example = await afterTenth();
    await done(assign(example, 'A', { respect_overrides: true }));
    await resets(example);
  });
});
