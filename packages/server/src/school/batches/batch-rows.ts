/** Batches as they are read: those of a course, and one, each with its lead teacher. */
import { Problem, type BatchOfCourse } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { batchHints, goodPractice } from './good-practice.ts';
import { attendsBatch, isAdmin, ownsBatch, teachesBatch } from './rights.ts';

export interface Batch {
  readonly id: string;
  readonly name: string;
  readonly code: string | null;
  readonly course_id: string;
  readonly status: string;
  readonly start_date: string | null;
  readonly end_date: string | null;
  readonly capacity: number | null;
  readonly enrolled_students: number;
  readonly timetable: BatchOfCourse['schedule'];
  readonly notes: string;
  readonly created_by_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly lead: BatchOfCourse['assigned_instructor'];
}

/** A select of {@link Batch} with further columns, over batches `b` that meet a condition. */
function selectBatches(orgId: string, more: RawBuilder<unknown>, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select b.id, b.name, b.code, b.course_id, b.status, b.start_date, b.end_date, b.capacity, b.enrolled_students, b.timetable, b.notes,
      b.created_by_id, b.created_at, greatest(b.updated_at, t.updated_at) as updated_at, t.teacher_id as lead_id,
      case when u.id is not null then jsonb_build_object('_id', u.id, 'full_name', u.display_name, 'email', u.email) end as lead, ${more}
    from batches b
    left join batch_teachers t on t.org_id = ${orgId} and t.batch_id = b.id and t.is_lead
    left join users u on u.org_id = ${orgId} and u.id = t.teacher_id
    where b.org_id = ${orgId} and ${condition}`;
}

/**
 * A page of the batches of a course that the actor may see, by start; a teacher is told the leads of own ones alone.
 * @throws Problem `course_not_found`.
 */
export async function listBatchesOfCourse(
  tx: OrgTransaction,
  actor: Actor,
  courseId: string,
  { page, limit }: { page: number; limit: number },
): Promise<{ batches: Batch[]; total: number }> {
  const id = courseId.toLowerCase();
  await assertCourse(tx, id);
  const visible = actor.role === 'teacher_admin' ? ownsBatch(actor) : sql`true`;
  const condition = sql`b.course_id = ${id} and ${visible}`;
  const { total } = await one(
    tx,
    sql<{ total: number }>`
    select count(*) as total from batches b where b.org_id = ${tx.orgId} and ${condition}`,
  );
  const found = await rows(
    tx,
    sql<Batch & { teaches: boolean }>`
    ${selectBatches(tx.orgId, sql`${teachesBatch(actor)} as teaches`, condition)}
    order by b.start_date, b.name, b.id limit ${limit} offset ${(page - 1) * limit}`,
  );
  const batches = found.map((batch) => (isAdmin(actor) || batch.teaches ? batch : { ...batch, lead: null }));
  return { batches, total };
}

async function assertCourse(tx: OrgTransaction, id: string): Promise<void> {
  const [known] = isUuid(id) ? await rows(tx, sql`select from courses where org_id = ${tx.orgId} and id = ${id}`) : [];
  if (known === undefined) throw new Problem('course_not_found');
}

/**
 * Admins read the batches they answer for, teachers those they teach, students those they attend.
 * @throws Problem `batch_not_found`, `forbidden`.
 */
export async function getReadableBatch(
  tx: OrgTransaction,
  actor: Actor,
  batchId: string,
  now: Date,
): Promise<{ batch: Batch; isStaff: boolean }> {
  const id = batchId.toLowerCase();
  const staff = isAdmin(actor) ? ownsBatch(actor) : sql`false`;
  const rights = sql`${staff} or ${teachesBatch(actor)} as is_staff, ${attendsBatch(actor, now)} as attends`;
  const [batch] = isUuid(id)
    ? await rows(
        tx,
        sql<Batch & { is_staff: boolean; attends: boolean }>`${selectBatches(tx.orgId, rights, sql`b.id = ${id}`)}`,
      )
    : [];
  if (batch === undefined) throw new Problem('batch_not_found');
  if (!batch.is_staff && !batch.attends) throw new Problem('forbidden');
  return { batch, isStaff: batch.is_staff };
}

/** @throws Problem `not_found` for an unknown batch, `forbidden` for one that the actor neither answers for nor teaches. */
export async function getVisibleBatchId(tx: OrgTransaction, actor: Actor, id: string): Promise<string> {
  const [found] = isUuid(id.toLowerCase())
    ? await rows(
        tx,
        sql<{ id: string; is_visible: boolean }>`
        select b.id, ${isAdmin(actor) ? ownsBatch(actor) : teachesBatch(actor)} as is_visible
        from batches b where b.org_id = ${tx.orgId} and b.id = ${id}::uuid`,
      )
    : [];
  if (found === undefined) throw new Problem('not_found');
  if (!found.is_visible) throw new Problem('forbidden');
  return found.id;
}

/** A batch that is known to be there. */
export async function getBatch(tx: OrgTransaction, id: string): Promise<Batch> {
  return one(tx, sql<Batch>`${selectBatches(tx.orgId, sql`null as more`, sql`b.id = ${id.toLowerCase()}`)}`);
}

/** The hints on a batch as it stands. */
export async function findHints(
  tx: OrgTransaction,
  batchId: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const [org] = await rows(
    tx,
    sql<{ settings: Record<string, unknown> }>`select settings from orgs where id = ${tx.orgId}`,
  );
  const active = sql`(
    select count(*) from batch_teachers t join batches o on o.org_id = ${tx.orgId} and o.id = t.batch_id
    where t.org_id = ${tx.orgId} and t.teacher_id = b.lead_id and o.status = 'active')`;
  const [found] = await rows(
    tx,
    sql<{ hints: Record<string, unknown>[] | null }>`
    select ${batchHints('b', goodPractice(org?.settings ?? {}), active)} as hints
    from (${selectBatches(tx.orgId, sql`null as more`, sql`b.id = ${batchId}`)}) b`,
  );
  return found?.hints ?? [];
}
