import { Problem, problemError, type ProblemError, line, prose } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { getOwnCourse } from '../../school/classrooms/homeroom.ts';
import { ADMINS, STAFF } from '../every-request/context.ts';
import { batches } from './batches.ts';
import { classrooms } from './classrooms.ts';
import { dateFaults } from './date-faults.ts';
import type { Row } from '../../school/records/rows.ts';
import { sequences } from './sequences.ts';
import { gameFaults, stepsSchema } from './steps.ts';
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
    check: async (tx, _actor, after) => loopFaults(tx, after),
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
    check: async (_tx, _actor, after) => dateFaults(after),
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
    check: async (tx, _actor, after) => instructorFaults(tx, after),
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
    check: async (tx, actor, after) => {
      await getOwnCourse({ tx, actor }, reference.parse(after['course_id']));
      return [];
    },
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
    check: async (_tx, _actor, after) => choiceFaults(after),
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
    check: async (tx, actor, after) => {
      if (actor.role === 'teacher' && after['owner_id'] !== actor.userId) throw new Problem('forbidden');
      return gameFaults(tx, after['steps']);
    },
  },
  sequences,
];

/** A unit below itself would make a tree without root. */
async function loopFaults(tx: OrgTransaction, after: Row): Promise<ProblemError[]> {
  if (after['id'] === undefined || after['parent_id'] == null) return [];
  const [loop] = await rows(
    tx,
    sql`
    with recursive above as (
      select id, parent_id from units where org_id = ${tx.orgId} and id = ${after['parent_id']}
      union select u.id, u.parent_id from units u join above on u.id = above.parent_id where u.org_id = ${tx.orgId})
    select from above where id = ${after['id']}`,
  );
  return loop === undefined
    ? []
    : [problemError('invalid_value', { field: 'parent_id', reason: 'a unit cannot stand below itself' })];
}

async function instructorFaults(tx: OrgTransaction, after: Row): Promise<ProblemError[]> {
  const teacher = after['assigned_instructor_id'];
  if (teacher == null) return [];
  const able = await rows(
    tx,
    sql`select from users where org_id = ${tx.orgId} and id = ${teacher} and roles && '{teacher,teacher_admin}'`,
  );
  return able.length > 0
    ? []
    : [problemError('instructor_role_missing', { field: 'assigned_instructor', label: 'this person' })];
}

function choiceFaults({ type, options }: Row): ProblemError[] {
  const isEmpty = !Array.isArray(options) || options.length === 0;
  if ((type === 'choice') !== isEmpty) return [];
  const reason = isEmpty ? 'a choice needs at least one' : 'only a choice has options';
  return [problemError('invalid_value', { field: 'options', reason })];
}
