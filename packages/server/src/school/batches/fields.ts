/** What may be said of a batch, in the words of its endpoint; all that is missing is named at once, each in its own words. */
import { prose } from '@muster/contract';
import type { ProblemCode } from '@muster/contract';
import { z } from 'zod';
import { idText } from './ids.ts';

export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const BATCH_STATUSES = ['Active', 'Upcoming', 'Completed', 'Cancelled'] as const;

const time = (title: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):([0-5]\d)$/, 'give a time of 24 hours, such as 08:00')
    .meta({ title, description: 'Hours and minutes of 24 hours, such as 08:00.', maxLength: 5 });

export const slotSchema = z
  .strictObject({
    day: z.enum(DAYS).meta({ title: 'Day', description: 'Day of the week.' }),
    start_time: time('From'),
    end_time: time('To'),
  })
  .refine((slot) => slot.end_time > slot.start_time, {
    message: 'slot_reversed' satisfies ProblemCode,
    path: ['end_time'],
  });
export type Slot = z.infer<typeof slotSchema>;

/** Weekly classes, none of which overlaps another. */
export const scheduleSchema = z
  .array(slotSchema)
  .max(100)
  .refine((slots) => slots.every((slot, at) => !slots.slice(0, at).some((one) => overlap(one, slot))), {
    message: 'slots_overlap' satisfies ProblemCode,
  });

function overlap(one: Slot, other: Slot): boolean {
  return one.day === other.day && one.start_time < other.end_time && other.start_time < one.end_time;
}

/** What a field says when it is left out or null. */
const orElse = (code: ProblemCode, hint?: string) => ({
  error: (issue: { input?: unknown }) => (issue.input == null ? code : hint),
});

const NAME_MISSING: ProblemCode = 'batch_name_required';
const CAPACITY_LOW: ProblemCode = 'batch_capacity_min';
const ENROLLED_NEGATIVE: ProblemCode = 'enrolled_students_negative';

/** A day, given alone or as a moment of it in UTC. */
const day = (code: ProblemCode) =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], orElse(code, 'give a date such as 2026-03-02'))
    .transform((text) => new Date(text).toISOString().slice(0, 10));

const force = {
  force: z
    .boolean()
    .optional()
    .meta({ title: 'Save in spite of conflicts', description: 'Saves in spite of a schedule conflict.' }),
  force_reason: z
    .string()
    .trim()
    .max(1_000)
    .optional()
    .meta({ title: 'Reason for the conflict', description: 'Why a conflict is accepted; kept with the operation.' }),
};

/** Without what only some calls take. */
const batchShape = {
  batch_name: z
    .string(orElse(NAME_MISSING))
    .trim()
    .min(1, NAME_MISSING)
    .max(200)
    .meta({ title: 'Name', description: 'What people call the batch.' }),
  batch_code: z
    .string()
    .trim()
    .max(100)
    .nullish()
    .meta({ title: 'Code', description: 'Unique in the organization; made from the name where it is left out.' }),
  start_date: day('batch_start_required').meta({ title: 'First day', description: 'The day on which it begins.' }),
  end_date: day('batch_end_required').meta({ title: 'Last day', description: 'The day on which it ends.' }),
  capacity: z
    .int(orElse('batch_capacity_required'))
    .min(1, CAPACITY_LOW)
    .max(100_000)
    .meta({ title: 'Seats', description: 'How many students can be enrolled at a time.', unit: 'students' }),
  assigned_instructor: z
    .string(orElse('batch_instructor_required'))
    .max(200)
    .meta({ title: 'Lead teacher', description: 'Who leads the batch.', entity: 'user', role: 'teacher' }),
  status: z
    .enum(BATCH_STATUSES)
    .optional()
    .meta({ title: 'Status', description: '`Upcoming` where a new batch says nothing.' }),
  batch_notes: prose(10_000).nullish().meta({ title: 'Notes', description: 'For those who run the batch.' }),
  schedule: scheduleSchema
    .optional()
    .meta({ title: 'Classes of the week', description: 'Day and time of each class; none overlaps another.' }),
  ...force,
};

const withReason = (given: { force?: boolean | undefined; force_reason?: string | undefined }) =>
  given.force !== true || (given.force_reason ?? '') !== '';
const reasonMissing = { message: 'force_reason_required' satisfies ProblemCode, path: ['force_reason'] };

export const forceSchema = z.strictObject(force).refine(withReason, reasonMissing);

const enrolledStudents = z
  .number()
  .min(0, ENROLLED_NEGATIVE)
  .max(100_000)
  .optional()
  .meta({
    title: 'Enrolled students',
    description: 'Counted by the product, whatever is sent.',
    unit: 'students',
    'x-hidden': true,
  });

/** The body that makes a batch of the course in the path. */
export const newBatchSchema = z
  .strictObject({ ...batchShape, enrolled_students: enrolledStudents })
  .refine(withReason, reasonMissing);

export const plannedBatchSchema = z
  .strictObject({
    ...batchShape,
    course_id: z
      .string(orElse('batch_course_required'))
      .max(200)
      .meta({ title: 'Course', description: 'The course that is taught in it.', entity: 'course' }),
    enrolled_students: enrolledStudents,
  })
  .refine(withReason, reasonMissing);

/** Any subset of what makes a batch. */
const changeShape = z.strictObject(batchShape).partial().shape;
export const batchChangesSchema = z.strictObject(changeShape).refine(withReason, reasonMissing);
export const batchUpdateSchema = z
  .strictObject({
    batch_id: idText.meta({ title: 'Batch', description: 'The batch that is changed.', entity: 'batch' }),
    ...changeShape,
  })
  .refine(withReason, reasonMissing);
export type BatchUpdate = z.infer<typeof batchUpdateSchema>;
