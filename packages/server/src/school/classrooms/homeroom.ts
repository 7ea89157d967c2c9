/** A classroom or a batch that somebody is about to change, and whether they may. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { ownsBatch, teachesBatch } from '../batches/rights.ts';
import { unitsOf } from '../people/scope.ts';
import { isClosedBatch } from '../states.ts';

export interface Asking {
  readonly tx: OrgTransaction;
  readonly actor: Actor;
}

export interface Classroom {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly version: number;
}

export interface Batch {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly classroom_id: string | null;
  readonly course_id: string;
  readonly capacity: number | null;
  readonly section: string | null;
  /** Of the section, which may be exceeded unless the organization says otherwise. */
  readonly section_capacity: number | null;
}

/** @throws Problem as {@link getClassroom} does, and `classroom_archived`. */
export async function getOpenClassroom(asking: Asking, id: string): Promise<Classroom> {
  const found = await getClassroom(asking, id);
  if (found.status === 'archived') throw new Problem('classroom_archived', { label: found.name });
  return found;
}

/** @throws Problem `not_found`, `unit_out_of_scope`. */
export async function getClassroom({ tx, actor }: Asking, id: string): Promise<Classroom> {
  const [found] = await rows(
    tx,
    sql<Classroom & { is_own: boolean }>`
    select t.id, t.name, t.status, t.version, ${isInReach(actor, 'classroom')} as is_own
    from classrooms t where t.org_id = ${tx.orgId} and t.id = ${id}`,
  );
  if (found === undefined) throw new Problem('not_found', { field: 'classroom_id' });
  if (!found.is_own) throw new Problem('unit_out_of_scope', { field: 'classroom_id', value: found.name });
  return found;
}

/** @throws Problem `not_found`, `unit_out_of_scope`, `batch_ended`, `classroom_archived`. */
export async function getOpenBatch({ tx, actor }: Asking, id: string): Promise<Batch> {
  const [found] = await rows(
    tx,
    sql<Batch & { is_own: boolean; is_closed: boolean; classroom_status: string | null; classroom: string | null }>`
    select t.id, t.name, t.status, t.classroom_id, t.course_id, t.capacity, s.name as section, s.capacity as section_capacity,
      c.status as classroom_status, c.name as classroom, ${isInReach(actor, 'batch')} as is_own,
      ${isClosedBatch(sql`t.status`)} as is_closed
    from batches t
    left join sections s on s.org_id = ${tx.orgId} and s.id = t.section_id
    left join classrooms c on c.org_id = ${tx.orgId} and c.id = t.classroom_id
    where t.org_id = ${tx.orgId} and t.id = ${id}`,
  );
  if (found === undefined) throw new Problem('not_found', { field: 'batch_id' });
  if (!found.is_own) throw new Problem('unit_out_of_scope', { field: 'batch_id', value: found.name });
  if (found.is_closed) throw new Problem('batch_ended', { label: found.name, status: found.status });
  if (found.classroom_status === 'archived') throw new Problem('classroom_archived', { label: found.classroom });
  return found;
}

/**
 * Condition on the classroom or batch `t`: admins of the organization reach all, a teacher_admin those of own units, a
 * teacher those they teach, a student none.
 */
export function isInReach(actor: Actor, what: 'classroom' | 'batch'): RawBuilder<boolean> {
  if (actor.role === 'student') return sql`false`;
  if (what === 'classroom') return isClassroomInReach(actor);
  const rule = actor.role === 'teacher' ? teachesBatch(actor) : ownsBatch(actor);
  return sql`exists (select from batches b where b.org_id = t.org_id and b.id = t.id and ${rule})`;
}

function isClassroomInReach(actor: Actor): RawBuilder<boolean> {
  if (actor.role === 'teacher_admin') return sql`coalesce(t.unit_id in (${unitsOf(actor)}), false)`;
  if (actor.role !== 'teacher') return sql`true`;
  return sql`exists (
    select from classroom_teachers own
    where own.org_id = t.org_id and own.classroom_id = t.id and own.teacher_id = ${actor.userId}::uuid)`;
}

/**
 * A course belongs to no unit: a teacher_admin changes it while nobody studies it, or somebody of own units does.
 * @throws Problem `not_found`, `unit_out_of_scope`.
 */
export async function getOwnCourse({ tx, actor }: Asking, id: string): Promise<{ id: string; title: string }> {
  const isOwn =
    actor.role === 'teacher_admin'
      ? sql`(select count(*) = 0 or bool_or(c.unit_id in (${unitsOf(actor)})) from classroom_courses cc
          join classrooms c on c.org_id = ${tx.orgId} and c.id = cc.classroom_id
          where cc.org_id = ${tx.orgId} and cc.course_id = t.id)`
      : sql`true`;
  const [found] = await rows(
    tx,
    sql<{ id: string; title: string; is_own: boolean | null }>`
    select t.id, t.title, ${isOwn} as is_own from courses t where t.org_id = ${tx.orgId} and t.id = ${id}`,
  );
  if (found === undefined) throw new Problem('not_found', { field: 'course_id' });
  if (found.is_own !== true) throw new Problem('unit_out_of_scope', { field: 'course_id', value: found.title });
  return found;
}
