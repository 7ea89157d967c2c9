import fc from 'fast-check';
import { sql } from 'kysely';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { PopulatedSchool } from '../../fixtures/populated-school.ts';
import { each, from, type Draft, type Example } from '../draft.ts';
import { create } from '../../fixtures/create.ts';

/** Three classrooms of one unit; the first has a batch with a student more and one less than its roster, the last is archived. */
interface Homerooms {
  readonly rooms: readonly string[];
  readonly courseId: string;
  readonly sectionId: string;
  readonly batchId: string;
  readonly teacherIds: readonly string[];
}

const modes = fc.constantFrom('set', 'add', 'remove');
/** Nobody can be set, but neither added nor removed. */
const modeFor = (some: readonly number[], mode: string): string => (some.length === 0 ? 'set' : mode);
/** Active students: faults in lists refuse the request before there is a plan. */
const people = fc.uniqueArray(fc.nat(8), { maxLength: 8 });
const teachers = fc.uniqueArray(fc.nat(2), { maxLength: 3 });

export const CLASSROOM_EXAMPLES: Readonly<Record<string, Example>> = {
  roster_set: {
    usual: rosterOf([2, 3, 4, 7], 'set'),
    actions: { update: 1 },
    random: fc.tuple(people, modes).map(([some, mode]) => rosterOf(some, modeFor(some, mode))),
  },
  faculty_set: {
    usual: facultyOf([1, 2], 'set'),
    actions: { update: 1 },
    random: fc.tuple(teachers, modes).map(([some, mode]) => facultyOf(some, modeFor(some, mode))),
  },
  assign_course: {
    usual: cascadeOf({ term_key: ' 2026-t1 ' }),
    actions: { create: 3, error: 1 },
    random: fc
      .record(
        {
          term_key: fc.constantFrom('2026-T1', '', '2027-T2'),
          whole: fc.boolean(),
          teachers,
          respect_overrides: fc.boolean(),
        },
        { requiredKeys: [] },
      )
      .map(cascadeOf),
  },
  detach_course: { usual: detachOf(0), actions: { update: 1 }, ...each([0, 1].map(detachOf)) },
  batch_students: {
    usual: studentsOf([1, 3, 5, 6], 'set'),
    actions: { update: 1 },
    random: fc.tuple(people, modes).map(([some, mode]) => studentsOf(some, modeFor(some, mode))),
  },
  batch_teachers: {
    usual: batchTeachersOf([1, 2], 'set'),
    actions: { update: 1 },
    random: fc.tuple(teachers, modes).map(([some, mode]) => batchTeachersOf(some, modeFor(some, mode))),
  },
  batch_reset: { usual: resetOf('students'), actions: { update: 1 }, ...each(['students', 'teachers'].map(resetOf)) },
  section_defaults: {
    usual: draft({}, 'section_defaults', ({ courseId }) => ({ course_id: courseId })),
    actions: { update: 1 },
    ...each([draft({}, 'section_defaults', ({ courseId }) => ({ course_id: courseId }))]),
  },
  classroom_rename: {
    usual: renameOf('Room Ω'),
    actions: { update: 1 },
    ...each(['Room 1', 'Another', '💡'].map(renameOf)),
  },
};

type Params = (homerooms: Homerooms, school: PopulatedSchool) => Record<string, unknown>;

function draft(input: unknown, kind: string, params: Params): Draft {
  return from({ kind, input }, async (school, actor) => {
    const homerooms = await aHomeroom(school);
    return create(school.engine, actor, { kind, name: kind, params: params(homerooms, school) });
  });
}

function rosterOf(some: readonly number[], mode: string): Draft {
  return draft({ some, mode }, 'roster_set', ({ rooms }, school) => ({
    classroom_id: rooms[0],
    student_ids: studentsAt(school, some),
    mode,
  }));
}

function facultyOf(some: readonly number[], mode: string): Draft {
  return draft({ some, mode }, 'faculty_set', ({ rooms, teacherIds }) => ({
    classroom_id: rooms[0],
    teacher_ids: some.map((at) => teacherIds[at]),
    mode,
  }));
}

function studentsOf(some: readonly number[], mode: string): Draft {
  return draft({ some, mode }, 'batch_students', ({ batchId }, school) => ({
    batch_id: batchId,
    student_ids: studentsAt(school, some),
    mode,
  }));
}

function batchTeachersOf(some: readonly number[], mode: string): Draft {
  return draft({ some, mode }, 'batch_teachers', ({ batchId, teacherIds }) => ({
    batch_id: batchId,
    teacher_ids: some.map((at) => teacherIds[at]),
    mode,
  }));
}

interface CascadeInput {
  readonly term_key?: string;
  readonly whole?: boolean;
  readonly teachers?: readonly number[];
  readonly respect_overrides?: boolean;
}

function cascadeOf({ whole = false, teachers: some, ...rest }: CascadeInput): Draft {
  return draft({ whole, some, ...rest }, 'assign_course', ({ rooms, courseId, sectionId, teacherIds }) => ({
    classroom_ids: rooms,
    course_id: courseId,
    ...(whole ? {} : { section_id: sectionId }),
    ...(some === undefined ? {} : { teacher_ids: some.map((at) => teacherIds[at]) }),
    ...rest,
  }));
}

function detachOf(room: number): Draft {
  return draft({ room }, 'detach_course', ({ rooms, courseId }) => ({
    classroom_id: rooms[room],
    course_id: courseId,
  }));
}

function resetOf(what: string): Draft {
  return draft({ what }, 'batch_reset', ({ batchId }) => ({ batch_id: batchId, what }));
}

function renameOf(name: string): Draft {
  return draft({ name }, 'classroom_rename', ({ rooms }) => ({ classroom_id: rooms[0], name }));
}

function studentsAt(school: PopulatedSchool, some: readonly number[]): (string | undefined)[] {
  return some.map((at) => school.studentIds[at]);
}

async function aHomeroom(school: PopulatedSchool): Promise<Homerooms> {
  const { orgId, studentIds, teacherId } = school;
  const [courseId, sectionId, batchId, second, third] = [newId(), newId(), newId(), newId(), newId()];
  const teacherIds = [teacherId, newId(), newId()];
  await inOrg(school.engine.database, orgId, async (tx) => {
    await rows(
      tx,
      sql`
      insert into users (org_id, id, username, display_name, roles)
      select ${orgId}, id, 'teacher ' || id, 'Teacher ' || n, '{teacher}' from unnest(${teacherIds.slice(1)}::uuid[]) with ordinality t(id, n)`,
    );
    await rows(tx, sql`insert into courses (org_id, id, title) values (${orgId}, ${courseId}, 'Physics')`);
    await rows(
      tx,
      sql`insert into sections (org_id, id, course_id, name, capacity) values (${orgId}, ${sectionId}, ${courseId}, 'A', 3)`,
    );
    await rows(
      tx,
      sql`
      insert into classrooms (org_id, id, name, unit_id, status) values
        (${orgId}, ${second}, 'Room 2', ${school.unitIds[0]}::uuid, 'active'), (${orgId}, ${third}, 'Room 3', ${school.unitIds[0]}::uuid, 'archived')`,
    );
  });
  const first = await inOrg(school.engine.database, orgId, async (tx) => {
    const [room] = await rows(
      tx,
      sql<{ id: string }>`select id from classrooms where org_id = ${orgId} and name = 'Room 1'`,
    );
    const id = room?.id ?? '';
    await rows(
      tx,
      sql`
      insert into classroom_teachers (org_id, id, classroom_id, teacher_id)
      select ${orgId}, gen_random_uuid(), ${id}, t from unnest(${teacherIds.slice(0, 2)}::uuid[]) t
      on conflict do nothing`,
    );
    await rows(
      tx,
      sql`insert into classroom_courses (org_id, id, classroom_id, course_id) values (${orgId}, gen_random_uuid(), ${id}, ${courseId})`,
    );
    await rows(
      tx,
      sql`
      insert into batches (org_id, id, name, course_id, classroom_id, section_id, status, enrolled_students)
      values (${orgId}, ${batchId}, 'Room 1 — Physics — A', ${courseId}, ${id}, ${sectionId}, 'active', 4)`,
    );
    await rows(
      tx,
      sql`insert into batch_teachers (org_id, id, batch_id, teacher_id) values (${orgId}, gen_random_uuid(), ${batchId}, ${teacherIds[2] ?? ''})`,
    );
    await rows(
      tx,
      sql`
      insert into enrollments (org_id, id, batch_id, course_id, student_id, status, status_reason, enrolled_at)
      select ${orgId}, gen_random_uuid(), ${batchId}, ${courseId}, s, case n when 4 then 'cancelled' else 'active' end,
        case n when 4 then 'removed_from_batch' else '' end, '2026-09-01'
      from unnest(${[...studentIds.slice(0, 4), studentIds[8] ?? '']}::uuid[]) with ordinality e(s, n)`,
    );
    return id;
  });
  return { rooms: [first, second, third], courseId, sectionId, batchId, teacherIds };
}
