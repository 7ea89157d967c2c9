/** Batches as these endpoints show them. */
import { batchOfCourse, type BatchOfCourse } from '@muster/contract';
import { z } from 'zod';
import type { Batch } from '../../school/batches/batch-rows.ts';

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

function midnight(day: string | null): string | null {
  return day === null ? null : `${day}T00:00:00.000Z`;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
