/** Batches as these endpoints show them. */
import { batchOfCourse, type BatchOfCourse } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { batchHints, goodPractice } from '../../school/batches/good-practice.ts';

const moment = z.iso.datetime();

export const batchRow = batchOfCourse.meta({ id: 'BatchOfCourse' });
export const batchShape = batchOfCourse
  .extend({
    course: z.string(),
    batch_notes: z.string().optional().describe('Not shown to students'),
    created_by: z.string().nullable(),
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'BatchWithNotes' });

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
export function selectBatches(
  orgId: string,
  more: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    select b.id, b.name, b.code, b.course_id, b.status, b.start_date, b.end_date, b.capacity, b.enrolled_students, b.timetable, b.notes,
      b.created_by_id, b.created_at, greatest(b.updated_at, t.updated_at) as updated_at, t.teacher_id as lead_id,
      case when u.id is not null then jsonb_build_object('_id', u.id, 'full_name', u.display_name, 'email', u.email) end as lead, ${more}
    from batches b
    left join batch_teachers t on t.org_id = ${orgId} and t.batch_id = b.id and t.is_lead
    left join users u on u.org_id = ${orgId} and u.id = t.teacher_id
    where b.org_id = ${orgId} and ${condition}`;
}

export function viewRow(batch: Batch): BatchOfCourse {
  const { capacity, enrolled_students: enrolled } = batch;
  return {
    _id: batch.id,
    batch_name: batch.name,
    batch_code: batch.code,
    status: capitalized(batch.status),
    start_date: midnight(batch.start_date),
    end_date: midnight(batch.end_date),
    capacity,
    enrolled_students: enrolled,
    available_spots: capacity === null ? null : capacity - enrolled,
    assigned_instructor: batch.lead,
    schedule: batch.timetable,
  };
}

export function viewBatch(batch: Batch, sees: { notes: boolean }): z.infer<typeof batchShape> {
  return {
    ...viewRow(batch),
    course: batch.course_id,
    ...(sees.notes ? { batch_notes: batch.notes } : {}),
    created_by: batch.created_by_id,
    createdAt: batch.created_at.toISOString(),
    updatedAt: batch.updated_at.toISOString(),
  };
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

function midnight(day: string | null): string | null {
  return day === null ? null : `${day}T00:00:00.000Z`;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
