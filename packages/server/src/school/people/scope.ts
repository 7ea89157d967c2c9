/** Whom somebody may see and change. One rule for lists, plans, confirmations and every chunk. */
import { sql, type RawBuilder } from 'kysely';
import type { Actor } from '../../tenancy/actor.ts';
import { isOpenEnrollment, isOpenMentorship, isOpenRelationship } from '../states.ts';

/**
 * A select of the ids of the people whom the actor may change; null where that is everybody in the organization.
 * A teacher_admin is responsible for their own unit and the units below it; a teacher for own students; a student for
 * nobody.
 */
export function scopeOf(actor: Actor): RawBuilder<{ id: string }> | null {
  switch (actor.role) {
    case 'system_admin':
    case 'subscriber_admin':
      return null;
    case 'teacher_admin':
      return sql`select u.id from users u where u.org_id = ${actor.orgId} and u.unit_id in (${unitsOf(actor)})`;
    case 'teacher':
      return ownStudents(actor.orgId, sql`${actor.userId}::uuid`);
    case 'student':
      return sql`select null::uuid as id where false`;
  }
}

/** The actor's unit and all units below it. */
export function unitsOf(actor: Actor): RawBuilder<{ id: string }> {
  return unitsBelow(actor.orgId, actor.unitId);
}

/** Condition: the unit, which may be none, is not one of the actor's, who answers for units. */
export function isForeignUnit(actor: Actor, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return actor.role === 'teacher_admin' ? sql`coalesce(${id} not in (${unitsOf(actor)}), true)` : sql`false`;
}

export function unitsBelow(orgId: string, unitId: string | null): RawBuilder<{ id: string }> {
  return sql`
    with recursive below as (
      select id from units where org_id = ${orgId} and id = ${unitId}::uuid
      union select child.id from units child join below on child.parent_id = below.id where child.org_id = ${orgId})
    select id from below`;
}

/**
 * Students with an open relationship to the teacher, whose primary teacher or individual instructor it is, in the
 * teacher's classrooms, or in batches the teacher teaches.
 */
export function ownStudents(orgId: string, teacherId: RawBuilder<unknown>): RawBuilder<{ id: string }> {
  return sql`
    select r.student_id as id from teacher_relationships r
    where r.org_id = ${orgId} and r.teacher_id = ${teacherId} and ${isOpenRelationship('r')}
    union
    select u.id from users u where u.org_id = ${orgId} and u.primary_teacher_id = ${teacherId}
    union
    select m.student_id from mentorships m where m.org_id = ${orgId} and m.mentor_id = ${teacherId} and ${isOpenMentorship('m')}
    union
    select s.student_id from classroom_teachers t
    join classroom_students s on s.org_id = ${orgId} and s.classroom_id = t.classroom_id
    where t.org_id = ${orgId} and t.teacher_id = ${teacherId}
    union
    select e.student_id from batch_teachers t
    join enrollments e on e.org_id = ${orgId} and e.batch_id = t.batch_id and ${isOpenEnrollment(sql`e.status`)}
    where t.org_id = ${orgId} and t.teacher_id = ${teacherId}`;
}

/** The members of a class, whatever it is: a classroom, a batch or a group. */
export function classMembers(orgId: string, classId: string): RawBuilder<{ id: string }> {
  return sql`
    select student_id as id from classroom_students where org_id = ${orgId} and classroom_id = ${classId}
    union
    select student_id from enrollments where org_id = ${orgId} and batch_id = ${classId} and ${isOpenEnrollment(sql`status`)}
    union
    select user_id from group_members where org_id = ${orgId} and group_id = ${classId}`;
}
