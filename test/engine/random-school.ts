/** Schools with few seats and few names. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { inOrg, rows } from '../../packages/server/src/db/database.ts';
import { newId } from '../../packages/server/src/db/ids.ts';
import type { TestDatabase } from '../fixtures/database.ts';
import { aSchool, type School } from '../fixtures/school.ts';

/** Ids of what there is at first, in the order of their names; the last ones of each are free, for what is made. */
export interface RandomSchool extends School {
  /** Six students, two teachers, two ids. */
  readonly people: readonly string[];
  readonly units: readonly string[];
  /** Three, and one id. */
  readonly batches: readonly string[];
  readonly enrollments: readonly string[];
  readonly courses: readonly string[];
  readonly classroom: string;
  readonly group: string;
  readonly members: readonly string[];
}

export interface SchoolShape {
  /** Of each batch; null for as many as come. */
  readonly seats: readonly (number | null)[];
  /** Who is in each batch: positions of students, as many of them as there are seats. */
  readonly enrolled: readonly (readonly number[])[];
  readonly roster: readonly number[];
  readonly units: readonly (number | null)[];
}

export const STUDENTS = 5;
export const student = fc.nat(STUDENTS - 1);
export const someStudents = fc.uniqueArray(student, { minLength: 1, maxLength: 4 });
const seats = fc.constantFrom(1, 1, 2, 3, null);

export const anySchool: fc.Arbitrary<SchoolShape> = fc.record({
  seats: fc.tuple(seats, seats, seats),
  enrolled: fc.tuple(someStudents, fc.uniqueArray(student, { maxLength: 2 }), fc.constant([])),
  roster: fc.uniqueArray(student, { maxLength: 3 }),
  units: fc.array(fc.constantFrom(0, 1, null), { minLength: STUDENTS, maxLength: STUDENTS }),
});

export async function aRandomSchool(database: TestDatabase, shape: SchoolShape, now: Date): Promise<RandomSchool> {
  const school = await aSchool(database, { now: () => now });
  const { orgId } = school;
  const ids = (count: number) => Array.from({ length: count }, () => newId());
  const [people, units, batches, courses] = [ids(STUDENTS + 4), ids(4), ids(4), ids(2)];
  const [classroom, group] = [newId(), newId()];
  const enrolled = shape.enrolled.flatMap((some, batch) =>
    some
      .slice(0, shape.seats[batch] ?? STUDENTS)
      .map((at) => ({ id: newId(), batch: batches[batch], who: people[at] })),
  );
  const members = ids(3);
  await inOrg(database, orgId, async (tx) => {
    const run = (statement: ReturnType<typeof sql>) => rows(tx, statement);
    await run(sql`insert into units (org_id, id, name, code) select ${orgId}, id, 'Unit ' || n, 'unit' || n
      from unnest(${units.slice(0, 2)}::uuid[]) with ordinality u(id, n)`);
    await run(sql`
      insert into users (org_id, id, external_id, email, username, given_name, family_name, display_name, roles, unit_id)
      select ${orgId}, id, 'x' || n, 'p' || n || '@example.org', 'n' || n, 'Person', n::text, 'Person ' || n,
        case when n > ${STUDENTS} then '{teacher}'::text[] else '{student}' end, unit
      from unnest(${people.slice(0, -2)}::uuid[], ${shape.units.map((at) => (at === null ? null : units[at]))}::uuid[])
        with ordinality p(id, unit, n)`);
    await run(sql`insert into courses (org_id, id, title, code) select ${orgId}, id, 'Course ' || n, 'C' || n
      from unnest(${courses}::uuid[]) with ordinality c(id, n)`);
    await run(
      sql`insert into classrooms (org_id, id, name, unit_id) values (${orgId}, ${classroom}, 'Room', ${units[0]}::uuid)`,
    );
    await run(sql`insert into classroom_students (org_id, id, classroom_id, student_id)
      select ${orgId}, gen_random_uuid(), ${classroom}, id from unnest(${shape.roster.map((at) => people[at])}::uuid[]) id`);
    await run(
      sql`insert into classroom_courses (org_id, id, classroom_id, course_id) values (${orgId}, gen_random_uuid(), ${classroom}, ${courses[0]}::uuid)`,
    );
    await run(sql`
      insert into batches (org_id, id, name, code, course_id, classroom_id, capacity, status, start_date, end_date)
      select ${orgId}, id, 'Batch ' || n, 'b' || n, ${courses[0]}::uuid, case n when 1 then ${classroom}::uuid end, seats, 'active', '2026-10-01', '2027-06-30'
      from unnest(${batches.slice(0, 3)}::uuid[], ${shape.seats}::int[]) with ordinality b(id, seats, n)`);
    await run(sql`insert into batch_teachers (org_id, id, batch_id, teacher_id, is_lead)
      select ${orgId}, gen_random_uuid(), id, ${people[STUDENTS]}::uuid, true from unnest(${batches.slice(0, 3)}::uuid[]) id`);
    await run(sql`
      insert into enrollments (org_id, id, batch_id, course_id, student_id, enrolled_at)
      select ${orgId}, e.id, e.batch, ${courses[0]}::uuid, e.who, '2026-10-01' from jsonb_to_recordset(${JSON.stringify(enrolled)}::jsonb) e(id uuid, batch uuid, who uuid)`);
    await run(
      sql`update batches b set enrolled_students = (select count(*) from enrollments e where e.org_id = ${orgId} and e.batch_id = b.id) where b.org_id = ${orgId}`,
    );
    await run(sql`insert into groups (org_id, id, name) values (${orgId}, ${group}, 'Group')`);
    await run(sql`insert into group_members (org_id, id, group_id, user_id)
      select ${orgId}, id, ${group}, who from unnest(${members.slice(0, 2)}::uuid[], ${people.slice(0, 2)}::uuid[]) m(id, who)`);
  });
  return {
    ...school,
    people,
    units,
    batches,
    courses,
    classroom,
    group,
    members,
    enrollments: [...enrolled.map(({ id }) => id), newId()],
  };
}
