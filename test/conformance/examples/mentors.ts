import fc from 'fast-check';
import { sql } from 'kysely';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { PopulatedSchool } from '../../fixtures/populated-school.ts';
import { aPerson } from '../../fixtures/school.ts';
import { each, from, rather, type Draft, type Example } from '../draft.ts';
import { create } from '../../fixtures/create.ts';

/** Positions: the school's teacher, a second one, a student, somebody unknown. */
const INSTRUCTORS = fc.uniqueArray(fc.nat(3), { minLength: 1 });
const STUDENTS = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 8 });

export const MENTOR_EXAMPLES: Readonly<Record<string, Example>> = {
  mentor_assign: {
    usual: assignOf([0, 1, 2, 3, 11], [1], true),
    actions: { create: 2, move: 1, error: 2 },
    random: fc
      .tuple(STUDENTS, rather(fc.constantFrom([0], [1], [0, 1]), INSTRUCTORS), fc.boolean())
      .map(([students, instructors, replace]) => assignOf(students, instructors, replace)),
  },
  mentor_unassign: {
    usual: unassignOf([0, 1, 2]),
    actions: { remove: 2, error: 1 },
    random: rather(fc.constantFrom([0], [1], [0, 1], [0, 5]), STUDENTS).map(unassignOf),
  },
  repair_counts: {
    usual: countsOf(null),
    actions: { update: 2 },
    random: rather(fc.constantFrom([0], [1], [0, 1, 3]), fc.option(fc.uniqueArray(fc.nat(3), { minLength: 1 }))).map(
      countsOf,
    ),
  },
  repair_orphans: {
    usual: orphansOf([0, 1, 2]),
    actions: { remove: 3 },
    ...each([[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].map(orphansOf)),
  },
  batch_dates: { usual: datesOf(), actions: { update: 3 }, ...each([datesOf()]) },
};

/** The first student has the school's teacher for an instructor, the second one another, whose id is returned. */
async function withInstructors(school: PopulatedSchool): Promise<string> {
  const second = await anInstructor(school, 'Second Teacher');
  await mentored(school, school.studentIds[0] ?? '', school.teacherId);
  await mentored(school, school.studentIds[1] ?? '', second);
  return second;
}

async function anInstructor(school: PopulatedSchool, name: string): Promise<string> {
  const { userId } = await aPerson(school.engine.database, school.orgId, { name, roles: ['teacher'] });
  return userId ?? '';
}

async function mentored(school: PopulatedSchool, studentId: string, mentorId: string): Promise<void> {
  await write(
    school,
    sql`insert into mentorships (org_id, id, student_id, mentor_id, started_at)
      values (${school.orgId}, ${newId()}, ${studentId}, ${mentorId}, '2026-10-05T08:00:00Z')
      on conflict do nothing`,
  );
}

async function write(school: PopulatedSchool, statement: ReturnType<typeof sql>): Promise<void> {
  await inOrg(school.engine.database, school.orgId, (tx) => rows(tx, statement));
}

function assignOf(students: readonly number[], instructors: readonly number[], replace: boolean): Draft {
  return from({ students, instructors, replace }, async (school, actor) => {
    const people = [school.teacherId, await withInstructors(school), school.studentIds[5], newId()];
    return create(school.engine, actor, {
      kind: 'mentor_assign',
      name: 'Assign',
      params: {
        student_ids: students.map((at) => school.studentIds[at]),
        replace,
        instructor_ids: instructors.map((at) => people[at]),
        assignment_type: 'tutor',
        notes: 'Algebra',
      },
    });
  });
}

function unassignOf(students: readonly number[]): Draft {
  return from({ students }, async (school, actor) => {
    await withInstructors(school);
    const params = { student_ids: students.map((at) => school.studentIds[at]) };
    return create(school.engine, actor, { kind: 'mentor_unassign', name: 'End', params });
  });
}

/** Three batches: one counts too many, one none of its three, one rightly; a fourth id is unknown. */
function countsOf(batches: readonly number[] | null): Draft {
  return from({ batches }, async (school, actor) => {
    const courseId = await aCourse(school);
    const ids = [
      await aBatch(school, courseId, { name: 'A', enrolled: 99 }),
      await aBatch(school, courseId, { name: 'B', enrolled: 0 }),
      await aBatch(school, courseId, { name: 'C', enrolled: 0 }),
      newId(),
    ];
    await write(
      school,
      sql`insert into enrollments (org_id, id, batch_id, course_id, student_id, enrolled_at, status)
        select ${school.orgId}, gen_random_uuid(), ${ids[1]}::uuid, ${courseId}::uuid, s.id, '2026-10-05T08:00:00Z',
          case when n <= 3 then 'active' else 'cancelled' end
        from unnest(${school.studentIds.slice(0, 5)}::uuid[]) with ordinality s(id, n)`,
    );
    const params = batches === null ? {} : { batch_ids: batches.map((at) => ids[at]) };
    return create(school.engine, actor, { kind: 'repair_counts', name: 'Count', params });
  });
}

/** Four assignments, of which some lost what makes them: the instructor, the instructor's role, the student. */
function orphansOf(lost: readonly number[]): Draft {
  return from({ lost }, async (school, actor) => {
    const people = [await anInstructor(school, 'Leaving Teacher'), await anInstructor(school, 'Former Teacher')];
    const pairs = [...people, school.teacherId, school.teacherId];
    for (const [at, mentorId] of pairs.entries()) {
      await mentored(school, school.studentIds[at] ?? '', mentorId);
    }
    const losses = [
      sql`update users set status = 'archived' where org_id = ${school.orgId} and id = ${people[0]}`,
      sql`update users set roles = '{student}' where org_id = ${school.orgId} and id = ${people[1]}`,
      sql`update users set status = 'archived' where org_id = ${school.orgId} and id = ${school.studentIds[2]}`,
    ];
    for (const at of lost) await write(school, losses[at] ?? sql`select 1`);
    return create(school.engine, actor, { kind: 'repair_orphans', name: 'Clean up', params: {} });
  });
}

/** Due to begin, over, never begun and over; not yet due, cancelled, and one that nobody leads. */
function datesOf(): Draft {
  return async (school, actor) => {
    const courseId = await aCourse(school);
    const dated = (name: string, status: string, starts: string, ends: string, isLed = true) =>
      aBatch(school, courseId, { name, status, starts, ends, isLed });
    await dated('Begins', 'upcoming', '2026-11-01', '2026-12-01');
    await dated('Over', 'active', '2026-09-01', '2026-10-01');
    await dated('Missed', 'upcoming', '2026-09-01', '2026-10-01');
    await dated('Ahead', 'upcoming', '2026-11-20', '2026-12-01');
    await dated('Off', 'cancelled', '2026-09-01', '2026-10-01');
    await dated('Nobody', 'upcoming', '2026-11-01', '2026-12-01', false);
    return create(school.engine, actor, { kind: 'batch_dates', name: 'By date', params: {} });
  };
}

async function aCourse(school: PopulatedSchool): Promise<string> {
  const id = newId();
  await write(school, sql`insert into courses (org_id, id, title) values (${school.orgId}, ${id}, 'Algebra')`);
  return id;
}

interface BatchValues {
  readonly name: string;
  readonly enrolled?: number;
  readonly status?: string;
  readonly starts?: string;
  readonly ends?: string;
  readonly isLed?: boolean;
}

async function aBatch(
  school: PopulatedSchool,
  courseId: string,
  { name, enrolled = 0, status = 'active', starts, ends, isLed = false }: BatchValues,
): Promise<string> {
  const id = newId();
  await write(
    school,
    sql`insert into batches (org_id, id, name, course_id, enrolled_students, status, start_date, end_date)
      values (${school.orgId}, ${id}, ${name}, ${courseId}, ${enrolled}, ${status}, ${starts ?? null}::date, ${ends ?? null}::date)`,
  );
  if (isLed) {
    await write(
      school,
      sql`insert into batch_teachers (org_id, id, batch_id, teacher_id, is_lead)
        values (${school.orgId}, ${newId()}, ${id}, ${school.teacherId}, true)`,
    );
  }
  return id;
}
