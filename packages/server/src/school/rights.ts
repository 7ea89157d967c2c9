/**
 * Whose a record is, and so who may write it: one table of every record, asked of each change whatever the kind.
 *
 * Admins of the whole organization write everything. A teacher_admin writes what belongs to the units of their own and
 * brings nobody in from outside them, a teacher what is given to own students and what is their own, a student what is
 * about themself. What may be written at all by hand, or by a kind, is said there; this says only of whose.
 */
import { sql, type RawBuilder } from 'kysely';
import { code } from '../engine/kind.ts';
import type { Actor } from '../tenancy/actor.ts';
import { idOf } from './batches/ids.ts';
import { ownsBatch } from './batches/rights.ts';
import { ADMIN_ROLES, rolesToGive } from './people/rights.ts';
import { isForeignUnit, ownStudents, unitsOf } from './people/scope.ts';

/** Why a change is out of reach: a condition on changes `c`, and what is said where somebody edits by hand. */
export interface Reason {
  readonly when: RawBuilder<unknown>;
  /** `{code, …}` in SQL. */
  readonly because: RawBuilder<unknown>;
}

/** The reasons that keep the actor from writing some records, by entity; what is not named they may not write at all. */
type Reach = Readonly<Record<string, (actor: Actor) => readonly Reason[]>>;

/**
 * Condition on changes `c`: what the actor may not write, whatever the kind; null where they may write everything.
 * @param entities - Of which alone the changes are; left out for any. Of few the condition is read and planned sooner.
 */
export function outOfReach(actor: Actor, entities?: readonly string[]): RawBuilder<unknown> | null {
  const reach = reachOf(actor);
  if (reach === null) return null;
  const asked = Object.entries(reach).filter(([entity]) => entities?.includes(entity) ?? true);
  if (asked.length === 0) return sql`true`;
  const branches = asked.map(([entity, reasons]) => {
    const conditions = reasons(actor).map(({ when }) => sql`(${when})`);
    return sql`when ${sql.lit(entity)} then ${conditions.length === 0 ? sql`false` : sql.join(conditions, sql` or `)}`;
  });
  return sql`case c.entity ${sql.join(branches, sql` `)} else true end`;
}

/** Why the actor may not write a record of this entity, the first reason first; null where nobody asks. */
export function reasonsAgainst(actor: Actor, entity: string): readonly Reason[] | null {
  const reach = reachOf(actor);
  if (reach === null) return null;
  return (
    reach[entity]?.(actor) ?? [{ when: sql`true`, because: sql`jsonb_build_object('code', ${code('forbidden')})` }]
  );
}

/** Condition: a person who would come into a classroom or a batch from outside the units of a teacher_admin. */
export function comesFromOutside(
  actor: Actor,
  id: RawBuilder<unknown>,
  into: 'classroom' | 'batch',
): RawBuilder<unknown> {
  if (actor.role !== 'teacher_admin') return sql`false`;
  return into === 'classroom' ? foreignPerson(actor, id) : foreignNewcomer(actor, id);
}

function reachOf(actor: Actor): Reach | null {
  switch (actor.role) {
    case 'system_admin':
    case 'subscriber_admin':
      return null;
    case 'teacher_admin':
      return TEACHER_ADMIN;
    case 'teacher':
      return TEACHER;
    case 'student':
      return STUDENT;
  }
}

const free = () => [];

const TEACHER_ADMIN: Reach = {
  user: personReasons,
  teacher_relationship: (actor) => belongs(actor, 'teacher_relationships', 'student_id', foreignPerson),
  // The first use of a term makes it, and its undo takes it out again.
  term: () => [forbidden(sql`c.action = 'update'`)],
  course: free,
  section: (actor) => belongs(actor, 'sections', 'course_id', foreignCourse),
  classroom: (actor) => belongs(actor, 'classrooms', 'unit_id', isForeignUnit),
  classroom_course: (actor) => belongs(actor, 'classroom_courses', 'classroom_id', foreignClassroom),
  classroom_student: (actor) => [
    ...belongs(actor, 'classroom_students', 'classroom_id', foreignClassroom),
    arrives('student_id', foreignPerson(actor, written('student_id'))),
  ],
  classroom_teacher: (actor) => [
    ...belongs(actor, 'classroom_teachers', 'classroom_id', foreignClassroom),
    arrives('teacher_id', foreignPerson(actor, written('teacher_id'))),
  ],
  batch: (actor) => [
    outside(foreignBatch(actor, sql`c.entity_id`), sql`'none'`),
    outside(
      sql`${isWritten('classroom_id')} and ${foreignClassroom(actor, written('classroom_id'))}`,
      unitOfClassroom(actor, written('classroom_id')),
    ),
  ],
  batch_count: (actor) => [outside(foreignBatch(actor, sql`c.entity_id`), sql`'none'`)],
  batch_teacher: (actor) => [
    ...belongs(actor, 'batch_teachers', 'batch_id', foreignBatch),
    arrives('teacher_id', foreignNewcomer(actor, written('teacher_id'))),
  ],
  payment_option: (actor) => [forbidden(offersElsewhere(actor, 'payment_option_id', sql`c.entity_id`))],
  payment_plan: (actor) =>
    belongs(actor, 'payment_plans', 'payment_option_id', (of, id) => offersElsewhere(of, 'payment_option_id', id)),
  enroll_invite: (actor) => [forbidden(offersElsewhere(actor, 'enroll_invite_id', sql`c.entity_id`))],
  invite_option: (actor) => belongs(actor, 'invite_options', 'batch_id', foreignBatch),
  user_plan: (actor) => belongs(actor, 'user_plans', 'user_id', foreignPerson),
  enrollment: (actor) => [
    outside(foreignEnrollment(actor, sql`c.entity_id`), sql`'none'`),
    outside(sql`${isWritten('batch_id')} and ${foreignBatch(actor, written('batch_id'))}`, sql`'none'`),
    arrives('student_id', foreignNewcomer(actor, written('student_id'))),
    // Opened again, or moved: who comes in by it is as good as new.
    personOutside(
      sql`c.action = 'update' and (c.after ->> 'status' = 'active' or c.after ? 'batch_id') and ${foreignNewcomer(actor, present('enrollments', 'student_id', actor))}`,
    ),
  ],
  payment: (actor) => [
    ...belongs(actor, 'payments', 'enrollment_id', foreignEnrollment),
    ...belongs(actor, 'payments', 'user_plan_id', foreignPlan),
  ],
  custom_field_value: (actor) => belongs(actor, 'custom_field_values', 'enrollment_id', foreignEnrollment),
  mentorship: (actor) => belongs(actor, 'mentorships', 'student_id', foreignPerson),
  mentor_meeting: (actor) => belongs(actor, 'mentor_meetings', 'mentorship_id', foreignMentorship),
  mentor_goal: (actor) => belongs(actor, 'mentor_goals', 'mentorship_id', foreignMentorship),
  teacher_profile: (actor) => belongs(actor, 'teacher_profiles', 'user_id', foreignPerson),
  group: free,
  group_member: (actor) => [arrives('user_id', foreignPerson(actor, written('user_id')))],
  custom_assignment: free,
  assignment: (actor) => belongs(actor, 'assignments', 'student_id', foreignPerson),
  assignment_step: (actor) => belongs(actor, 'assignment_steps', 'assignment_id', foreignAssignment),
};

const isAnother = (actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`${id} is distinct from ${actor.userId}::uuid`;

const TEACHER: Reach = {
  custom_assignment: (actor) => isOf(actor, 'custom_assignments', 'owner_id', isAnother),
  teacher_profile: (actor) => isOf(actor, 'teacher_profiles', 'user_id', isAnother),
  mentor_meeting: (actor) => isOf(actor, 'mentor_meetings', 'mentorship_id', anothersMentorship),
  mentor_goal: (actor) => isOf(actor, 'mentor_goals', 'mentorship_id', anothersMentorship),
  assignment: (actor) => isOf(actor, 'assignments', 'student_id', notOwnStudent),
  assignment_step: (actor) =>
    isOf(actor, 'assignment_steps', 'assignment_id', (of, id) =>
      anyOf(of, 'assignments', id, notOwnStudent(of, sql`x.student_id`)),
    ),
};

const STUDENT: Reach = {
  enrollment: (actor) => isOf(actor, 'enrollments', 'student_id', isAnother),
  user_plan: (actor) => isOf(actor, 'user_plans', 'user_id', isAnother),
  payment: (actor) =>
    isOf(actor, 'payments', 'enrollment_id', (of, id) =>
      anyOf(of, 'enrollments', id, isAnother(of, sql`x.student_id`)),
    ),
};

/** A person of other units, or one beside or above the actor; a unit or a role that is not the actor's to give. */
function personReasons(actor: Actor): readonly Reason[] {
  const isOther = sql`${isAnother(actor, sql`c.entity_id`)}`;
  const given = sql`(${JSON.stringify(rolesToGive(actor))}::jsonb || coalesce(c.before -> 'roles', '[]'))`;
  return [
    {
      when: sql`c.after ? 'roles' and not c.after -> 'roles' <@ ${given}`,
      because: sql`jsonb_build_object('code', ${code('role_not_allowed')}, 'field', 'roles', 'value', (
        select role from jsonb_array_elements_text(c.after -> 'roles') role where not ${given} ? role limit 1))`,
    },
    personOutside(
      sql`${isOther} and ${anyOf(actor, 'users', sql`c.entity_id`, sql`x.roles && ${[...ADMIN_ROLES]}::text[]`)}`,
    ),
    outside(
      sql`${isOther} and ${anyOf(actor, 'users', sql`c.entity_id`, isForeignUnit(actor, sql`x.unit_id`))}`,
      present('users', 'unit_id', actor),
    ),
    outside(sql`${isWritten('unit_id')} and ${isForeignUnit(actor, written('unit_id'))}`, written('unit_id')),
  ];
}

type Foreign = (actor: Actor, id: RawBuilder<unknown>) => RawBuilder<unknown>;

/** What the column names has to be the actor's, as it is and as it would be. */
function belongs(actor: Actor, table: string, column: string, isForeign: Foreign): readonly Reason[] {
  return isOf(actor, table, column, isForeign, (id) => outside(sql`true`, id).because);
}

function isOf(
  actor: Actor,
  table: string,
  column: string,
  isForeign: Foreign,
  because: (id: RawBuilder<unknown>) => RawBuilder<unknown> = () => forbidden(sql`true`).because,
): readonly Reason[] {
  const stands = present(table, column, actor);
  return [
    {
      when: sql`exists (select from ${sql.table(table)} held
        where held.org_id = ${actor.orgId} and held.id = c.entity_id and ${isForeign(actor, sql.ref(`held.${column}`))})`,
      because: because(stands),
    },
    { when: sql`${isWritten(column)} and ${isForeign(actor, written(column))}`, because: because(written(column)) },
  ];
}

/** The person whom the column names comes from elsewhere; whoever is there already may stay and leave. */
function arrives(column: string, isForeign: RawBuilder<unknown>): Reason {
  return personOutside(sql`${isWritten(column)} and ${isForeign}`);
}

function isWritten(column: string): RawBuilder<unknown> {
  return sql`(c.action = 'insert' or coalesce(c.after ? ${sql.lit(column)}, false))`;
}

/** The id that a change writes; null for a text that cannot be one. */
function written(column: string): RawBuilder<unknown> {
  return idOf(sql`(c.after ->> ${sql.lit(column)})`);
}

/** What the row behind a change holds. */
function present(table: string, column: string, { orgId }: Actor): RawBuilder<unknown> {
  return sql`(select x.${sql.ref(column)} from ${sql.table(table)} x where x.org_id = ${orgId} and x.id = c.entity_id)`;
}

/** Whether there is such a row `x`, and it meets the condition: what the same plan makes is judged by itself. */
function anyOf(
  { orgId }: Actor,
  table: string,
  id: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`exists (select from ${sql.table(table)} x where x.org_id = ${orgId} and x.id = ${id} and ${condition})`;
}

function foreignPerson(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${isAnother(actor, id)} and ${anyOf(actor, 'users', id, isForeignUnit(actor, sql`x.unit_id`))})`;
}

/** Whoever an administrator put into a classroom of the actor's goes with it into its batches. */
function foreignNewcomer(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const isIn = (table: string, member: string) => sql`exists (
    select from ${sql.table(table)} m join classrooms room on room.org_id = ${actor.orgId} and room.id = m.classroom_id
    where m.org_id = ${actor.orgId} and m.${sql.ref(member)} = ${id} and room.unit_id in (${unitsOf(actor)}))`;
  return sql`(${foreignPerson(actor, id)} and not ${isIn('classroom_students', 'student_id')} and not ${isIn('classroom_teachers', 'teacher_id')})`;
}

function foreignClassroom(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return anyOf(actor, 'classrooms', id, isForeignUnit(actor, sql`x.unit_id`));
}

function foreignBatch(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (select from batches b where b.org_id = ${actor.orgId} and b.id = ${id} and not ${ownsBatch(actor)})`;
}

/** A course that nobody of own units studies, but others do. */
function foreignCourse(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select coalesce(not bool_or(coalesce(room.unit_id in (${unitsOf(actor)}), false)), false)
    from classroom_courses x join classrooms room on room.org_id = ${actor.orgId} and room.id = x.classroom_id
    where x.org_id = ${actor.orgId} and x.course_id = ${id})`;
}

/** Neither the student nor the batch is the actor's. */
function foreignEnrollment(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const isForeign = sql`${foreignPerson(actor, sql`e.student_id`)} and (e.batch_id is null or ${foreignBatch(actor, sql`e.batch_id`)})`;
  return sql`exists (select from enrollments e where e.org_id = ${actor.orgId} and e.id = ${id} and ${isForeign})`;
}

function foreignPlan(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (
    select from user_plans p where p.org_id = ${actor.orgId} and p.id = ${id} and ${foreignPerson(actor, sql`p.user_id`)})`;
}

function foreignMentorship(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (
    select from mentorships m where m.org_id = ${actor.orgId} and m.id = ${id}
      and ${isAnother(actor, sql`m.mentor_id`)} and ${foreignPerson(actor, sql`m.student_id`)})`;
}

function anothersMentorship(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`not exists (
    select from mentorships m where m.org_id = ${actor.orgId} and m.id = ${id} and m.mentor_id = ${actor.userId}::uuid)`;
}

function foreignAssignment(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (
    select from assignments a where a.org_id = ${actor.orgId} and a.id = ${id} and ${foreignPerson(actor, sql`a.student_id`)})`;
}

function notOwnStudent(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce(${id} not in (${ownStudents(actor.orgId, sql`${actor.userId}::uuid`)}), true)`;
}

/** Whether the invite or payment option is for a batch that is not the actor's, as for others it may be. */
function offersElsewhere(actor: Actor, column: string, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (
    select from invite_options l join batches b on b.org_id = ${actor.orgId} and b.id = l.batch_id
    where l.org_id = ${actor.orgId} and l.${sql.ref(column)} = ${id} and not ${ownsBatch(actor)})`;
}

function unitOfClassroom({ orgId }: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select room.unit_id from classrooms room where room.org_id = ${orgId} and room.id = ${id})`;
}

function forbidden(when: RawBuilder<unknown>): Reason {
  return { when, because: sql`jsonb_build_object('code', ${code('forbidden')})` };
}

export function outside(when: RawBuilder<unknown>, value: RawBuilder<unknown>): Reason {
  return {
    when,
    because: sql`jsonb_build_object('code', ${code('unit_out_of_scope')}, 'field', 'unit_id', 'value', coalesce((${value})::text, 'none'))`,
  };
}

function personOutside(when: RawBuilder<unknown>): Reason {
  return { when, because: sql`jsonb_build_object('code', ${code('user_out_of_scope')})` };
}
