/** Plans of many kinds for a random school, that get in each other's way. */
import fc from 'fast-check';
import type { Operation } from '../../packages/server/src/engine/index.ts';
import { create } from '../fixtures/create.ts';
import { stagedImport } from '../fixtures/school.ts';
import { someStudents, student, STUDENTS, type RandomSchool } from './random-school.ts';

/** One operation to be asked for, as data, so that a failed try says what it was. */
export interface Wanted {
  readonly kind: string;
  readonly params: (school: RandomSchool) => object;
  /** Of an import: its rows. */
  readonly lines?: readonly string[];
  [fc.toStringMethod](): string;
}

const pick = <T>(...some: T[]) => fc.constantFrom(...some);
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined, freq: 2 });
const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

function wanted<T>(
  kind: string,
  input: fc.Arbitrary<T>,
  params: (school: RandomSchool, input: T) => object,
): fc.Arbitrary<Wanted> {
  return input.map((some) => ({
    kind,
    params: (school: RandomSchool) => params(school, some),
    [fc.toStringMethod]: () => `${kind} ${JSON.stringify(some)}`,
  }));
}

type Values = Record<string, unknown>;

/** Edits by hand of up to five records, each once. Of values that are positions, `as` makes ids. */
function edits<T extends Values>(
  entity: string,
  ids: (school: RandomSchool) => readonly string[],
  count: number,
  values: fc.Arbitrary<T>,
  as: (school: RandomSchool, values: T) => Values = (_school, same) => same,
): fc.Arbitrary<Wanted> {
  const edit = fc.record({
    at: fc.nat(count - 1),
    action: pick('update', 'update', 'update', 'update', 'create', 'delete'),
    values,
  });
  const some = fc.uniqueArray(edit, { selector: ({ at }) => at, minLength: 1, maxLength: 5 });
  return wanted('edit_record', some, (school, list) => ({
    entity,
    edits: list
      .map((one) => ({
        action: one.action,
        // What is made stands at the end, as a rule.
        id: ids(school).at(one.action === 'create' && one.at !== 0 ? -1 - (one.at % 2) : one.at % ids(school).length),
        values: one.action === 'delete' ? {} : given(as(school, one.values)),
      }))
      .filter((one, at, all) => all.findIndex(({ id }) => id === one.id) === at),
  })).map((one) => ({ ...one, [fc.toStringMethod]: () => `${entity}: ${one[fc.toStringMethod]()}` }));
}

/** What some of the records have goes round among them and one more. */
function handedOn(
  entity: string,
  ids: (school: RandomSchool) => readonly string[],
  column: string,
  held: readonly string[],
): fc.Arbitrary<Wanted> {
  return wanted(
    'edit_record',
    fc.tuple(
      fc.shuffledSubarray([0, 1, 2, 3].slice(0, held.length), { minLength: 2 }),
      fc.shuffledSubarray([...held], { minLength: held.length }),
    ),
    (school, [some, values]) => ({
      entity,
      edits: some.map((at, nth) => ({ action: 'update', id: ids(school)[at], values: { [column]: values[nth] } })),
    }),
  );
}

const email = pick('p1@example.org', 'P2@example.org', 'p3@example.org', 'p7@example.org', 'new@example.org', null);
const username = pick('n1', 'N2', 'n3', 'n4', 'new');
const studentsAt = (school: RandomSchool, some: readonly number[]) => some.map((at) => school.people[at]);
const teacherAt = (school: RandomSchool, at: number) => school.people[STUDENTS + at];
const batch = pick(0, 0, 0, 1, 1, 2, 3);
const mode = pick('set', 'add', 'remove');

const persons = ({ people: ids }: RandomSchool) => ids;
const people = [
  handedOn('user', persons, 'email', ['p1@example.org', 'p2@example.org', 'P3@example.org', 'p7@example.org']),
  handedOn('user', persons, 'username', ['n1', 'N2', 'n3', 'n9']),
  handedOn('unit', ({ units }) => units, 'code', ['unit1', 'unit2']),
  edits(
    'user',
    ({ people: ids }) => ids,
    STUDENTS + 4,
    fc.record({
      email: maybe(email),
      username: maybe(username),
      external_id: maybe(pick('x1', 'x2', 'x9')),
      unit: maybe(pick(0, 1, 2)),
      status: maybe(pick('active', 'archived')),
    }),
    ({ units }, { unit, ...rest }) => ({
      display_name: 'Edited',
      ...rest,
      unit_id: unit === undefined ? undefined : units[unit],
    }),
  ),
  edits(
    'unit',
    ({ units }) => units,
    4,
    fc.record({ code: maybe(pick('unit1', 'UNIT2', 'unit3', null)), parent: maybe(pick(0, 1, 2, 3)) }),
    ({ units }, { code, parent }) => ({
      name: 'Unit',
      code,
      parent_id: parent === undefined ? undefined : units[parent],
    }),
  ),
  wanted(
    'user_update',
    fc.record({
      some: someStudents,
      set: fc.record(
        {
          unit: pick(0, 1, 2, null),
          teacher: pick(0, 1),
          status: pick('archived', 'active'),
          roles: pick(['teacher'], ['student']),
          phone: pick('1', '2', null),
        },
        { requiredKeys: [] },
      ),
    }),
    ({ units, people: ids, ...school }, { some, set: { unit, teacher, ...set } }) => ({
      target: { student_ids: studentsAt({ ...school, units, people: ids }, some) },
      set: given({
        phone: '3',
        ...set,
        unit_id: unit == null ? unit : units[unit],
        teacher_id: teacher === undefined ? undefined : ids[STUDENTS + teacher],
      }),
    }),
  ),
  wanted('user_status', fc.tuple(someStudents, pick('active', 'inactive', 'archived')), (school, [some, status]) => ({
    target: { student_ids: studentsAt(school, some) },
    status,
  })),
  fc
    .uniqueArray(
      fc.record({
        who: pick('x1', 'x2', 'x3', 'x7', 'x9'),
        email,
        username: maybe(username),
        unit: pick('', 'unit1', 'UNIT2', 'unit3'),
      }),
      { selector: ({ who }) => who, minLength: 1, maxLength: 4 },
    )
    .map((list) => list.map((one) => [one.who, one.email ?? '', one.username ?? '', 'Im', 'Port', one.unit].join(',')))
    .map((lines): Wanted => ({
      kind: 'user_import',
      lines,
      params: () => ({}),
      [fc.toStringMethod]: () => `user_import ${JSON.stringify(lines)}`,
    })),
];

const classes = [
  handedOn('batch', ({ batches }) => batches, 'code', ['b1', 'b2', 'b3']),
  edits(
    'batch',
    ({ batches }) => batches,
    4,
    fc.record({
      code: maybe(pick('b1', 'B2', 'b4', null)),
      capacity: maybe(pick(0, 1, 2, 4, null)),
      course: maybe(pick(0, 1)),
    }),
    ({ courses }, { course, ...rest }) => ({
      name: 'Edited',
      ...rest,
      course_id: course === undefined ? undefined : courses[course],
    }),
  ),
  edits(
    'enrollment',
    ({ enrollments }) => enrollments,
    5,
    fc.record({ batch: maybe(batch), status: maybe(pick('active', 'cancelled', 'on_hold')), who: maybe(student) }),
    ({ batches, people: ids, courses }, { batch: at, who, status }) => ({
      status,
      batch_id: at === undefined ? undefined : batches[at],
      student_id: who === undefined ? undefined : ids[who],
      course_id: courses[0],
    }),
  ),
  edits(
    'group_member',
    ({ members }) => members,
    3,
    fc.record({ who: student }),
    ({ group, people: ids }, { who }) => ({ group_id: group, user_id: ids[who] }),
  ),
  wanted(
    'batch_update',
    fc.uniqueArray(
      fc.record({
        at: batch,
        capacity: maybe(pick(1, 2, 5)),
        code: maybe(pick('b1', 'B2', 'b4')),
        teacher: maybe(pick(0, 1)),
      }),
      { selector: ({ at }) => at, minLength: 1, maxLength: 3 },
    ),
    (school, list) => ({
      batches: list.map(({ at, capacity, code, teacher }) =>
        given({
          batch_id: school.batches[at],
          batch_notes: 'Said',
          capacity,
          batch_code: code,
          assigned_instructor: teacher === undefined ? undefined : teacherAt(school, teacher),
        }),
      ),
    }),
  ),
  wanted(
    'batch_cancel',
    fc.record({ some: fc.uniqueArray(batch, { minLength: 1, maxLength: 3 }), remove: fc.boolean() }),
    ({ batches }, { some, remove }) => ({ batch_ids: some.map((at) => batches[at]), remove }),
  ),
  wanted(
    'batch_instructor',
    fc.record({ some: fc.uniqueArray(batch, { minLength: 1, maxLength: 3 }), teacher: pick(0, 1) }),
    (school, { some, teacher }) => ({
      batch_ids: some.map((at) => school.batches[at]),
      instructor_id: teacherAt(school, teacher),
    }),
  ),
  wanted('roster_set', fc.record({ some: someStudents, mode }), (school, { some, mode: how }) => ({
    classroom_id: school.classroom,
    student_ids: studentsAt(school, some),
    mode: how,
  })),
  wanted('batch_students', fc.record({ some: someStudents, mode }), (school, { some, mode: how }) => ({
    batch_id: school.batches[0],
    student_ids: studentsAt(school, some),
    mode: how,
  })),
  wanted(
    'batch_teachers',
    fc.record({ some: fc.uniqueArray(fc.nat(1), { minLength: 1 }), mode }),
    (school, { some, mode: how }) => ({
      batch_id: school.batches[0],
      teacher_ids: some.map((at) => teacherAt(school, at)),
      mode: how,
    }),
  ),
  wanted('assign_course', pick(0, 1), ({ classroom, courses }, at) => ({
    classroom_ids: [classroom],
    course_id: courses[at],
  })),
  wanted('detach_course', pick(0), ({ classroom, courses }, at) => ({
    classroom_id: classroom,
    course_id: courses[at],
  })),
  wanted(
    'mentor_assign',
    fc.record({ some: someStudents, at: pick(0, 1), replace: fc.boolean() }),
    (school, { some, at, replace }) => ({
      student_ids: studentsAt(school, some),
      instructor_ids: [teacherAt(school, at)],
      replace,
    }),
  ),
  wanted('mentor_unassign', someStudents, (school, some) => ({ student_ids: studentsAt(school, some) })),
];

const seatings = [
  wanted(
    'transfer',
    fc.record({ from: batch, to: batch, some: fc.option(someStudents, { freq: 1 }) }),
    (school, { from, to, some }) => ({
      from_batch_id: school.batches[from],
      to_batch_id: school.batches[to === from ? (to + 1) % 3 : to],
      ...(some === null ? { all: true } : { user_ids: studentsAt(school, some) }),
    }),
  ),
  wanted(
    'unenroll',
    fc.record({
      some: someStudents,
      of: fc.uniqueArray(batch, { minLength: 1, maxLength: 2 }),
      hard: pick(false, false, false, true),
    }),
    (school, { some, of, hard }) => ({
      user_ids: studentsAt(school, some),
      package_session_ids: of.map((at) => school.batches[at]),
      options: { mode: hard ? 'HARD' : 'SOFT' },
    }),
  ),
  wanted(
    'enroll',
    fc.record({
      some: someStudents,
      into: fc.uniqueArray(batch, { minLength: 1, maxLength: 2 }),
      again: pick('SKIP', 'ERROR', 'RE_ENROLL'),
      fresh: fc.uniqueArray(pick('new@example.org', 'p3@example.org', 'other@example.org'), { maxLength: 2 }),
    }),
    (school, { some, into, again, fresh }) => ({
      user_ids: studentsAt(school, some),
      new_users: fresh.map((address) => ({ email: address, full_name: 'New Learner' })),
      assignments: into.map((at) => ({ package_session_id: school.batches[at] })),
      options: { duplicate_handling: again },
    }),
  ),
  wanted('enrollment_create', fc.record({ some: someStudents, at: fc.option(batch) }), (school, { some, at }) => ({
    student_ids: studentsAt(school, some),
    course_id: school.courses[0],
    batch_id: at === null ? null : school.batches[at],
  })),
  wanted(
    'enrollment_update',
    fc.uniqueArray(
      fc.record({ of: fc.nat(4), at: maybe(batch), status: pick('active', 'on_hold', 'cancelled', undefined) }),
      { selector: ({ of }) => of, minLength: 1, maxLength: 3 },
    ),
    ({ enrollments, batches }, list) => ({
      enrollments: list
        .map(({ of, at, status }) =>
          given({
            enrollment_id: enrollments[of % enrollments.length],
            access_expiry_date: '2027-01-31',
            status,
            batch_id: at === undefined ? undefined : batches[at],
          }),
        )
        .filter((one, nth, all) => all.findIndex(({ enrollment_id: id }) => id === one['enrollment_id']) === nth),
    }),
  ),
  wanted('enrollment_cancel', fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }), ({ enrollments }, list) => ({
    enrollment_ids: [...new Set(list.map((at) => enrollments[at % enrollments.length]))],
  })),
];

const SUBJECTS = [people, seatings, [...seatings, ...classes], [...people, ...seatings, ...classes]];

/** An operation, or the undo of one that ran before and is not undone yet: of the last, the last but one, … */
export type Step = Wanted | { readonly undoes: number; readonly mode: 'all' | 'untouched_only' };

/** Of one subject, so that they get in each other's way. */
export const anySteps: fc.Arbitrary<Step[]> = fc.noBias(
  fc
    .constantFrom(...SUBJECTS)
    .chain((subject) =>
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: fc.oneof<fc.Arbitrary<Step>[]>(...subject) },
          {
            weight: 1,
            arbitrary: fc.record({
              undoes: pick(0, 1, 1, 2, 2, 3),
              mode: pick('all' as const, 'untouched_only' as const),
            }),
          },
        ),
        { minLength: 4, maxLength: 9, size: 'max' },
      ),
    ),
);

export async function drafted(school: RandomSchool, { kind, params, lines }: Wanted): Promise<Operation> {
  if (lines !== undefined) {
    const csv = `external_id,email,username,given_name,family_name,unit\n${lines.join('\n')}\n`;
    return stagedImport(school, csv);
  }
  return create(school.engine, school.admin, { kind, name: kind, params: params(school) });
}
