/** Batches as set-up makes and lists them; a single one is read, changed and removed at its own endpoints. */
import { line } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { scheduleSchema } from '../../school/batches/fields.ts';
import { ADMINS, STAFF } from '../every-request/context.ts';
import type { Subject } from './subject.ts';

const reference = z.uuid().transform((id) => id.toLowerCase());
const optionalReference = reference.nullable().optional();
const date = z.iso.date().nullable().optional();

export const batches: Subject = {
  path: '/api/batches',
  entity: 'batch',
  shape: 'Batch',
  order: sql`t.name`,
  readers: STAFF,
  writers: ADMINS,
  elsewhere: ['read', 'remove'],
  fields: {
    name: line(200).min(1),
    course_id: reference,
    classroom_id: optionalReference,
    section_id: optionalReference,
    term_id: optionalReference,
    capacity: z.int().min(0).max(100_000).nullable().optional(),
    start_date: date,
    end_date: date,
    timetable: scheduleSchema.optional(),
    status: z.enum(['upcoming', 'active', 'completed', 'cancelled', 'archived']).optional(),
  },
  extra: { enrolled_students: z.int() },
};
