import { line, prose } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { ADMINS, STAFF } from '../every-request/context.ts';
import { batches } from './batches.ts';
import { classrooms } from './classrooms.ts';
import { sequences } from './sequences.ts';
import { stepsSchema } from './steps.ts';
import type { Subject } from './subject.ts';

const ORG_ADMINS = ['system_admin', 'subscriber_admin'] as const;

const name = line(200).min(1);
const code = line(100).min(1).nullable().optional();
const reference = z.uuid().transform((id) => id.toLowerCase());
const optionalReference = reference.nullable().optional();
const date = z.iso.date().nullable().optional();
const capacity = z.int().min(0).max(100_000).nullable().optional();

export const SUBJECTS: readonly Subject[] = [
  {
    path: '/api/units',
    entity: 'unit',
    shape: 'Unit',
    order: sql`t.name`,
    readers: STAFF,
    writers: ORG_ADMINS,
    fields: { name, code, parent_id: optionalReference },
  },
  {
    path: '/api/terms',
    entity: 'term',
    shape: 'Term',
    order: sql`t.key`,
    readers: STAFF,
    writers: ORG_ADMINS,
    fields: { key: name, name: name.optional(), start_date: date, end_date: date },
    toValues: (fields, _actor, present) => (present === null ? { name: fields['key'], ...fields } : fields),
  },
  {
    path: '/api/courses',
    entity: 'course',
    shape: 'Course',
    order: sql`t.title`,
    readers: STAFF,
    writers: ADMINS,
    fields: {
      title: name,
      code,
      syllabus: z.string().max(100_000).optional(),
      objectives: z.array(prose(2_000)).max(500).optional(),
      status: z.enum(['active', 'completed', 'archived']).optional(),
      assigned_instructor: optionalReference,
    },
    extra: { _id: z.string(), course_title: z.string(), assigned_instructor: z.string().nullable() },
    toValues: ({ assigned_instructor: teacher, ...fields }) => ({
      ...fields,
      ...(teacher === undefined ? {} : { assigned_instructor_id: teacher }),
    }),
    toView: (row) => ({
      ...row,
      _id: row['id'],
      course_title: row['title'],
      assigned_instructor: row['assigned_instructor_id'],
    }),
  },
  {
    path: '/api/sections',
    under: { path: '/api/courses/:id/sections', column: 'course_id', entity: 'course' },
    entity: 'section',
    shape: 'Section',
    readers: STAFF,
    writers: ADMINS,
    // By number, those without one last, then by name.
    order: sql`lpad(coalesce(t.sequence, 2147483647)::text, 10, '0') || ' ' || t.name`,
    fields: { name, capacity, sequence: z.int().min(0).nullable().optional(), branch: code },
  },
  classrooms,
  batches,
  {
    path: '/api/groups',
    entity: 'group',
    shape: 'Group',
    order: sql`t.name`,
    readers: STAFF,
    writers: ADMINS,
    fields: { name },
  },
  {
    path: '/api/custom-fields',
    entity: 'custom_field',
    shape: 'CustomField',
    order: sql`t.name`,
    readers: STAFF,
    writers: ORG_ADMINS,
    fields: {
      name,
      type: z.enum(['text', 'number', 'date', 'choice']).optional(),
      options: z.array(line(200).min(1)).max(200).optional().describe('What a choice is between'),
      is_required: z.boolean().optional(),
      position: z.int().min(0).max(10_000).optional(),
    },
  },
  {
    path: '/api/games',
    entity: 'game',
    shape: 'Game',
    order: sql`t.title`,
    readers: STAFF,
    writers: ORG_ADMINS,
    fields: { title: name, status: z.enum(['available', 'withdrawn']).optional(), is_licensed: z.boolean().optional() },
  },
  {
    path: '/api/custom-assignments',
    entity: 'custom_assignment',
    shape: 'CustomAssignment',
    order: sql`t.title`,
    readers: STAFF,
    writers: STAFF,
    fields: { title: name, steps: stepsSchema, shared: z.boolean().optional() },
    extra: { shared: z.boolean() },
    toValues: ({ shared, ...fields }, actor, present) => ({
      ...fields,
      ...(shared === undefined ? {} : { is_shared: shared }),
      ...(present === null ? { owner_id: actor.userId } : {}),
    }),
    toView: (row) => ({ ...row, shared: row['is_shared'] }),
    visible: (actor) => (actor.role === 'teacher' ? sql`(t.is_shared or t.owner_id = ${actor.userId})` : sql`true`),
  },
  sequences,
];
