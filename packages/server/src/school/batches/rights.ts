/** Who answers for a batch, and who may look into it. */
import { sql, type RawBuilder } from 'kysely';
import type { Actor } from '../../tenancy/actor.ts';
import { unitsOf } from '../people/scope.ts';
import { isOpenEnrollment } from '../states.ts';

/**
 * A batch belongs to the unit of its classroom; without one, to that of its lead teacher. Admins of the whole
 * organization answer for every batch, a teacher_admin for those of the units of their own.
 */
export function isOwnBatch(
  actor: Actor,
  classroomId: RawBuilder<unknown>,
  leadUnit: RawBuilder<unknown>,
): RawBuilder<unknown> {
  if (actor.role !== 'teacher_admin') return sql`true`;
  return sql`coalesce(case
    when ${classroomId} is null then ${leadUnit} in (${unitsOf(actor)})
    else exists (select from classrooms room where room.org_id = ${actor.orgId} and room.id = ${classroomId} and room.unit_id in (${unitsOf(actor)}))
  end, false)`;
}

/** The unit of the lead teacher of batch `b`. */
export function leadUnit(orgId: string): RawBuilder<unknown> {
  return sql`(
    select lead.unit_id from batch_teachers t join users lead on lead.org_id = ${orgId} and lead.id = t.teacher_id
    where t.org_id = ${orgId} and t.batch_id = b.id and t.is_lead)`;
}

/** Condition: somebody teaches the batch, as its lead or beside them. */
export function hasTeacher(orgId: string, batchId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (select from batch_teachers t where t.org_id = ${orgId} and t.batch_id = ${batchId})`;
}

/** Whether the actor answers for batch `b`. */
export function ownsBatch(actor: Actor): RawBuilder<unknown> {
  return isOwnBatch(actor, sql`b.classroom_id`, leadUnit(actor.orgId));
}

/** Whether the actor teaches batch `b`. */
export function teachesBatch(actor: Actor): RawBuilder<unknown> {
  return sql`exists (
    select from batch_teachers own where own.org_id = ${actor.orgId} and own.batch_id = b.id and own.teacher_id = ${actor.userId})`;
}

/** Whether the actor is a student of batch `b`: enrolled, or cancelled with access that has not ended. */
export function attendsBatch(actor: Actor, now: Date): RawBuilder<unknown> {
  return sql`exists (
    select from enrollments own where own.org_id = ${actor.orgId} and own.batch_id = b.id and own.student_id = ${actor.userId}
      and (${isOpenEnrollment(sql`own.status`)} or own.status = 'completed' or own.status = 'cancelled' and own.access_ends_at > ${now}))`;
}

export function isAdmin(actor: Actor): boolean {
  return actor.role !== 'teacher' && actor.role !== 'student';
}
