import { z } from 'zod';

const moment = z.iso.datetime().nullable();
const slot = z.looseObject({ day: z.string(), start_time: z.string(), end_time: z.string() });

/** A row in the list of a course's batches. */
export const batchOfCourse = z.object({
  _id: z.string(),
  batch_name: z.string(),
  batch_code: z.string().nullable(),
  status: z.string().describe('Active, Upcoming, Completed, Cancelled'),
  start_date: moment,
  end_date: moment,
  capacity: z.int().nullable().describe('Null is no limit'),
  enrolled_students: z.int(),
  available_spots: z.int().nullable(),
  assigned_instructor: z
    .object({ _id: z.string(), full_name: z.string(), email: z.string().nullable() })
    .nullable()
    .describe('Null without one, and for teachers of other batches'),
  schedule: z.array(slot),
});
export type BatchOfCourse = z.infer<typeof batchOfCourse>;

export const batchesOfCourse = z.object({
  success: z.literal(true),
  count: z.int().describe('On this page'),
  total: z.int(),
  data: z.array(batchOfCourse),
});

export const batchWithHints = z.object({
  success: z.literal(true),
  data: batchOfCourse.extend({ batch_notes: z.string().optional() }),
  warnings: z
    .array(z.object({ code: z.string(), message: z.string() }))
    .describe('Hints of good practice; they never block'),
});
export type BatchWithHints = z.infer<typeof batchWithHints>;
