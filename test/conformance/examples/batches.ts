import fc from 'fast-check';
import { sql } from 'kysely';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { PopulatedSchool } from '../../fixtures/populated-school.ts';
import { from, rather, type Draft, type Example } from '../draft.ts';
import { create } from '../../fixtures/create.ts';

/** Courses and batches beside the populated school. */
interface Classes {
  readonly courseIds: readonly string[];
  /** 0: active, 3 seats, 2 taken, on Mondays 08:00 to 10:00 · 1: upcoming, 4 seats · 2: completed · 3: of the other course, without seats or teacher. */
  readonly batchIds: readonly string[];
  /** The enrollments in batch 0 (students 0, 1, and 2 who cancelled) and one without batch (student 3). */
  readonly enrollmentIds: readonly string[];
  readonly secondTeacherId: string;
}

const MONDAY = [{ day: 'Monday', start_time: '08:00', end_time: '10:00' }];
const TUESDAY = [{ day: 'Tuesday', start_time: '18:00', end_time: '20:00' }];
const someSchedule = fc.constantFrom([], MONDAY, TUESDAY, [...MONDAY, ...TUESDAY]);
const someDates = fc.constantFrom(
  {},
  { start_date: '2026-10-01', end_date: '2026-12-18' },
  { start_date: '2027-02-01', end_date: '2027-02-01' },
);

export const BATCH_EXAMPLES: Readonly<Record<string, Example>> = {
  batch_create: {
    usual: draftOf('batch_create', (school, { courseIds, secondTeacherId }) => ({
      batches: [
        newBatch(courseIds[0], school.teacherId, { batch_name: 'Evening group' }),
        newBatch(courseIds[0], secondTeacherId, { batch_name: 'Evening group', schedule: TUESDAY }),
        newBatch(courseIds[1], school.studentIds[0], {}),
        newBatch(courseIds[1], secondTeacherId, { batch_name: 'Clashing', schedule: TUESDAY }),
      ],
    })),
    actions: { create: 2, error: 2 },
    random: fc
      .array(anyBatch(), { minLength: 1, maxLength: 4 })
      .map((batches) =>
        draftOf(
          'batch_create',
          (school, classes) => ({
            batches: batches.map(({ course, teacher, ...given }) =>
              newBatch(classes.courseIds[course], teacherOf(school, classes, teacher), given),
            ),
          }),
          batches,
        ),
      ),
  },
  batch_update: {
    usual: draftOf('batch_update', (_school, { batchIds, secondTeacherId }) => ({
      batches: [
        { batch_id: batchIds[0], batch_name: 'Renamed', capacity: 5, schedule: TUESDAY },
        { batch_id: batchIds[1], assigned_instructor: secondTeacherId },
        { batch_id: batchIds[2], batch_notes: 'Over' },
        { batch_id: batchIds[3], status: 'Active' },
      ],
    })),
    actions: { update: 3, error: 1 },
    random: fc
      .uniqueArray(anyUpdate(), { minLength: 1, maxLength: 4, selector: ({ batch }) => batch })
      .map((updates) =>
        draftOf(
          'batch_update',
          (school, classes) => ({
            batches: updates.map(({ batch, teacher, ...given }) => ({
              ...given,
              batch_id: classes.batchIds[batch] ?? newId(),
              ...(teacher === undefined ? {} : { assigned_instructor: teacherOf(school, classes, teacher) }),
            })),
          }),
          updates,
        ),
      ),
  },
  batch_instructor: {
    usual: draftOf('batch_instructor', (_school, { batchIds, secondTeacherId }) => ({
      batch_ids: batchIds,
      instructor_id: secondTeacherId,
    })),
    actions: { update: 4 },
    random: fc
      .tuple(fc.uniqueArray(fc.nat(4), { minLength: 1 }), rather(fc.nat(1), fc.nat(2)))
      .map((input) =>
        draftOf(
          'batch_instructor',
          (school, classes) => ({
            batch_ids: input[0].map((at) => classes.batchIds[at] ?? newId()),
            instructor_id: teacherOf(school, classes, input[1]),
          }),
          input,
        ),
      ),
  },
  batch_cancel: {
    usual: draftOf('batch_cancel', (_school, { batchIds }) => ({ batch_ids: batchIds, remove: true })),
    actions: { remove: 3, error: 1 },
    random: fc
      .tuple(fc.uniqueArray(fc.nat(4), { minLength: 1 }), fc.boolean())
      .map((input) =>
        draftOf(
          'batch_cancel',
          (_school, classes) => ({
            batch_ids: input[0].map((at) => classes.batchIds[at] ?? newId()),
            remove: input[1],
          }),
          input,
        ),
      ),
  },
  enrollment_create: {
    usual: draftOf('enrollment_create', (school, { courseIds, batchIds }) => ({
      student_ids: [1, 2, 4, 9].map((at) => school.studentIds[at]),
      course_id: courseIds[0],
      batch_id: batchIds[0],
      enrollment_source: 'website',
      payment: { amount: 120.5, currency: 'EUR' },
    })),
    actions: { re_enroll: 1, error: 3 },
    random: fc
      .tuple(fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 6 }), fc.nat(1), fc.option(fc.nat(4)), fc.boolean())
      .map((input) =>
        draftOf(
          'enrollment_create',
          (school, { courseIds, batchIds }) => ({
            student_ids: input[0].map((at) => school.studentIds[at] ?? newId()),
            course_id: courseIds[input[1]],
            batch_id: input[2] === null ? null : (batchIds[input[2]] ?? newId()),
            ...(input[3] ? { payment: { amount: 10 } } : {}),
          }),
          input,
        ),
      ),
  },
  enrollment_update: {
    usual: draftOf('enrollment_update', (_school, { batchIds, enrollmentIds }) => ({
      enrollments: [
        { enrollment_id: enrollmentIds[0], batch_id: batchIds[1] },
        { enrollment_id: enrollmentIds[1], status: 'on_hold', payment: { payment_status: 'completed' } },
        { enrollment_id: enrollmentIds[2], status: 'active', access_expiry_date: '2027-01-31' },
        { enrollment_id: enrollmentIds[3], batch_id: batchIds[3] },
      ],
    })),
    actions: { move: 1, update: 2, error: 1 },
    random: fc
      .uniqueArray(anyChange(), { minLength: 1, maxLength: 4, selector: ({ enrollment }) => enrollment })
      .map((changes) =>
        draftOf(
          'enrollment_update',
          (_school, { batchIds, enrollmentIds }) => ({
            enrollments: changes.map(({ enrollment, batch, ...given }) => ({
              ...given,
              enrollment_id: enrollmentIds[enrollment] ?? newId(),
              ...(batch === undefined ? {} : { batch_id: batchIds[batch] ?? newId() }),
            })),
          }),
          changes,
        ),
      ),
  },
  enrollment_cancel: {
    usual: draftOf('enrollment_cancel', (_school, { enrollmentIds }) => ({ enrollment_ids: enrollmentIds })),
    actions: { remove: 3, skip: 1 },
    random: fc
      .uniqueArray(fc.nat(4), { minLength: 1 })
      .map((input) =>
        draftOf(
          'enrollment_cancel',
          (_school, { enrollmentIds }) => ({ enrollment_ids: input.map((at) => enrollmentIds[at] ?? newId()) }),
          input,
        ),
      ),
  },
  transfer: {
    usual: draftOf('transfer', (school, { batchIds }) => ({
      user_ids: [0, 1, 5].map((at) => school.studentIds[at]),
      from_batch_id: batchIds[0],
      to_batch_id: batchIds[1],
    })),
    actions: { move: 2, error: 1 },
    random: fc
      .tuple(
        rather(fc.constant([0, 1]), fc.constantFrom([0, 1], [1, 2], [0, 3], [1, 0])),
        fc.option(
          rather(fc.constantFrom([0], [1], [1, 0]), fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 4 })),
        ),
      )
      .map((input) =>
        draftOf(
          'transfer',
          (school, { batchIds }) => ({
            from_batch_id: batchIds[input[0][0]],
            to_batch_id: batchIds[input[0][1]],
            ...(input[1] === null
              ? { all: true }
              : { user_ids: input[1].map((at) => school.studentIds[at] ?? newId()) }),
          }),
          input,
        ),
      ),
  },
};

function newBatch(course: string | undefined, teacher: string | undefined, given: object): object {
  return {
    course_id: course ?? newId(),
    batch_name: 'New batch',
    start_date: '2027-01-11',
    end_date: '2027-04-15',
    capacity: 10,
    assigned_instructor: teacher ?? newId(),
    ...given,
  };
}

/** 0: who leads the batches · 1: another teacher · 2: a student · else nobody. */
function teacherOf(school: PopulatedSchool, classes: Classes, at: number): string {
  return [school.teacherId, classes.secondTeacherId, school.studentIds[0]][at] ?? newId();
}

function anyFields() {
  const given = fc.record(
    {
      batch_name: fc.constantFrom('Evening group', '李', 'Évening  group'),
      batch_code: fc.constantFrom('EVE-1', 'eve-1', 'EVENING-GROUP-2027-01', ''),
      capacity: fc.constantFrom(1, 8, 30),
      status: fc.constantFrom('Active', 'Upcoming', 'Completed'),
      schedule: someSchedule,
      batch_notes: fc.constantFrom('Room 4', null),
    },
    { requiredKeys: [] },
  );
  const forced = { force: true, force_reason: 'Two halves of one room' };
  return fc
    .tuple(given, someDates, fc.boolean())
    .map(([values, dates, force]) => ({ ...values, ...dates, ...(force ? forced : {}) }));
}

function anyBatch() {
  return fc
    .tuple(anyFields(), rather(fc.nat(1), fc.nat(2)), rather(fc.nat(1), fc.nat(3)))
    .map(([given, course, teacher]) => ({ ...given, course, teacher }));
}

function anyUpdate() {
  return fc
    .tuple(anyFields(), rather(fc.nat(1), fc.nat(4)), fc.option(rather(fc.nat(1), fc.nat(3)), { nil: undefined }))
    .map(([given, batch, teacher]) => ({ ...given, batch, teacher }));
}

function anyChange() {
  const given = fc.record(
    {
      status: fc.constantFrom('active', 'on_hold', 'cancelled', 'completed', 'expired'),
      batch: fc.nat(4),
      access_expiry_date: fc.constantFrom('2027-01-31', '2020-01-31T00:00:00Z'),
      enrollment_type: fc.constantFrom('corporate', 'trial'),
      payment: fc.constantFrom({ amount: 5 }, { payment_status: 'refunded' }),
    },
    { requiredKeys: [] },
  );
  return fc.tuple(given, fc.nat(4)).map(([values, enrollment]) => ({ ...values, enrollment }));
}

function draftOf(
  kind: string,
  params: (school: PopulatedSchool, classes: Classes) => object,
  input: unknown = kind,
): Draft {
  return from(input, async (school, actor) => {
    const classes = await classesOf(school);
    return create(school.engine, actor, { kind, name: kind, params: params(school, classes) });
  });
}

const made = new WeakMap<PopulatedSchool, Promise<Classes>>();

/** Made once a school. */
async function classesOf(school: PopulatedSchool): Promise<Classes> {
  const classes = made.get(school) ?? makeClasses(school);
  made.set(school, classes);
  return classes;
}

async function makeClasses({ engine, orgId, teacherId, studentIds }: PopulatedSchool): Promise<Classes> {
  const courseIds = [newId(), newId()];
  const batchIds = [newId(), newId(), newId(), newId()];
  const enrollmentIds = [newId(), newId(), newId(), newId()];
  const secondTeacherId = newId();
  await inOrg(engine.database, orgId, async (tx) => {
    await rows(
      tx,
      sql`
      insert into users (org_id, id, username, given_name, family_name, display_name, roles)
      values (${orgId}, ${secondTeacherId}, 'second', 'Second', 'Teacher', 'Second Teacher', '{teacher}')`,
    );
    await rows(
      tx,
      sql`
      insert into courses (org_id, id, title) select ${orgId}, id, 'Course ' || n from unnest(${courseIds}::uuid[]) with ordinality c(id, n)`,
    );
    await rows(
      tx,
      sql`
      insert into batches (org_id, id, name, code, course_id, capacity, enrolled_students, start_date, end_date, timetable, status)
      select ${orgId}, id, 'Batch ' || n, 'EVE-' || n, ${courseIds[0]}::uuid, n + 2, case n when 1 then 2 else 0 end, '2026-10-01', '2026-12-18',
        case n when 1 then ${JSON.stringify(MONDAY)}::jsonb else '[]' end, (array['active', 'upcoming', 'completed'])[n]
      from unnest(${batchIds.slice(0, 3)}::uuid[]) with ordinality b(id, n)`,
    );
    await rows(
      tx,
      sql`
      insert into batches (org_id, id, name, course_id) values (${orgId}, ${batchIds[3]}::uuid, 'Made elsewhere', ${courseIds[1]}::uuid)`,
    );
    await rows(
      tx,
      sql`
      insert into batch_teachers (org_id, id, batch_id, teacher_id, is_lead)
      select ${orgId}, gen_random_uuid(), b.id, t.id, t.is_lead
      from unnest(${batchIds.slice(0, 3)}::uuid[]) with ordinality b(id, n)
      cross join (values (${teacherId}::uuid, true), (${secondTeacherId}::uuid, false)) t(id, is_lead) where t.is_lead or b.n = 1`,
    );
    await rows(
      tx,
      sql`
      insert into enrollments (org_id, id, course_id, batch_id, student_id, status, enrollment_type, enrolled_at, access_ends_at)
      select ${orgId}, e.id, ${courseIds[0]}::uuid, case when n < 4 then ${batchIds[0]}::uuid end, s.id, case n when 3 then 'cancelled' else 'active' end,
        case when n < 4 then 'batch' else 'individual' end, '2026-10-01T08:00:00Z', '2027-01-18T00:00:00Z'
      from unnest(${enrollmentIds}::uuid[], ${studentIds.slice(0, 4)}::uuid[]) with ordinality both_ids(id, student, n)
      cross join lateral (select both_ids.id) e cross join lateral (select student as id) s`,
    );
    await rows(
      tx,
      sql`
      insert into payments (org_id, id, enrollment_id, amount, currency) values (${orgId}, gen_random_uuid(), ${enrollmentIds[0]}::uuid, 99.5, 'EUR')`,
    );
  });
  return { courseIds, batchIds, enrollmentIds, secondTeacherId };
}
