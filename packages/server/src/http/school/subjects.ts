import { Problem, problemError, type ProblemError } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { getOwnCourse } from '../../school/classrooms/homeroom.ts';
import { ADMINS, STAFF } from '../context.ts';
import { assertOwnUnit } from '../own-unit.ts';
import { classrooms } from './classrooms.ts';
import type { Row } from './records.ts';
import { sequences } from './sequences.ts';
import { gameFaults, stepsSchema } from './steps.ts';
import type { Subject } from './subject.ts';

const ORG_ADMINS = ['system_admin', 'subscriber_admin'] as const;

const name = z.string().trim().min(1).max(200);
const code = z.string().trim().min(1).max(100).nullable().optional();
const reference = z.uuid().transform((id) => id.toLowerCase());
const optionalReference = reference.nullable().optional();
const date = z.iso.date().nullable().optional();
const capacity = z.int().min(0).max(100_000).nullable().optional();
export const SUBJECTS: readonly Subject[] = [
  {
    path: '/api/units', entity: 'unit', shape: 'Unit', order: sql`t.name`, readers: STAFF, writers: ORG_ADMINS,
    fields: { name, code, parent_id: optionalReference },
    check: async (tx, _actor, after) => loopFaults(tx, after),
  },
  {
    path: '/api/terms', entity: 'term', shape: 'Term', order: sql`t.key`, readers: STAFF, writers: ORG_ADMINS,
    fields: { key: name, name: name.optional(), start_date: date, end_date: date },
    toValues: (fields, _actor, present) => (present === null ? { name: fields['key'], ...fields } : fields),
    check: async (_tx, _actor, after) => dateFaults(after),
  },
  {
    path: '/api/courses', entity: 'course', shape: 'Course', order: sql`t.title`, readers: STAFF, writers: ADMINS,
    fields: {
      title: name, code, syllabus: z.string().max(100_000).optional(),
      objectives: z.array(z.string().max(2_000)).max(500).optional(),
      status: z.enum(['active', 'completed', 'archived']).optional(),
    },
  },
  {
    path: '/api/sections', under: { path: '/api/courses/:id/sections', column: 'course_id', entity: 'course' },
    entity: 'section', shape: 'Section', readers: STAFF, writers: ADMINS,
    // By number, those without one last, then by name.
    order: sql`lpad(coalesce(t.sequence, 2147483647)::text, 10, '0') || ' ' || t.name`,
    fields: { name, capacity, sequence: z.int().min(0).nullable().optional(), branch: code },
    check: async (tx, actor, after) => {
      await getOwnCourse({ tx, actor }, reference.parse(after['course_id']));
      return [];
    },
  },
  classrooms,
  {
    path: '/api/batches', entity: 'batch', shape: 'Batch', order: sql`t.name`, readers: STAFF, writers: ADMINS,
    fields: {
      name, course_id: reference, classroom_id: optionalReference, section_id: optionalReference, term_id: optionalReference,
      capacity, start_date: date, end_date: date, timetable: z.array(z.looseObject({})).max(100).optional(),
      status: z.enum(['upcoming', 'active', 'completed', 'cancelled', 'archived']).optional(),
    },
    extra: { enrolled_students: z.int() },
    check: async (tx, actor, after, present) => {
      for (const row of present === null ? [after] : [present, after]) {
        await assertOwnUnit(tx, actor, await unitOfClassroom(tx, row['classroom_id']));
      }
      assertSeats(after);
      return [...dateFaults(after), ...(await sectionFaults(tx, after))];
    },
  },
  {
    path: '/api/groups', entity: 'group', shape: 'Group', order: sql`t.name`, readers: STAFF, writers: ADMINS,
    fields: { name },
  },
  {
    path: '/api/custom-fields', entity: 'custom_field', shape: 'CustomField', order: sql`t.name`, readers: STAFF, writers: ORG_ADMINS,
    fields: {
      name, type: z.enum(['text', 'number', 'date', 'choice']).optional(),
      options: z.array(z.string().trim().min(1).max(200)).max(200).optional().describe('What a choice is between'),
      is_required: z.boolean().optional(), position: z.int().min(0).max(10_000).optional(),
    },
    check: async (_tx, _actor, after) => choiceFaults(after),
  },
  {
    path: '/api/games', entity: 'game', shape: 'Game', order: sql`t.title`, readers: STAFF, writers: ORG_ADMINS,
    fields: { title: name, status: z.enum(['available', 'withdrawn']).optional(), is_licensed: z.boolean().optional() },
  },
  {
    path: '/api/custom-assignments', entity: 'custom_assignment', shape: 'CustomAssignment', order: sql`t.title`,
    readers: STAFF, writers: STAFF,
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
]; // prettier-ignore

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
    : [
        problemError('invalid_value', {
          field: 'parent_id',
          reason: 'a unit cannot stand below itself',
        }),
      ];
}

function choiceFaults({ type, options }: Row): ProblemError[] {
  const isEmpty = !Array.isArray(options) || options.length === 0;
  if ((type === 'choice') !== isEmpty) return [];
  const reason = isEmpty ? 'a choice needs at least one' : 'only a choice has options';
  return [problemError('invalid_value', { field: 'options', reason })];
}

function dateFaults(after: Row): ProblemError[] {
  const { start_date: start, end_date: end } = after;
  if (typeof start !== 'string' || typeof end !== 'string' || end >= start) return [];
  return [problemError('invalid_value', { field: 'end_date', reason: 'it is before start_date' })];
}

function assertSeats(after: Row): void {
  const { capacity: seats, enrolled_students: taken } = after;
  if (typeof seats !== 'number' || typeof taken !== 'number' || seats >= taken) return;
  throw new Problem('conflict', {
    field: 'capacity', enrolled_students: taken,
    message: `${String(taken)} students are enrolled; the capacity cannot be ${String(seats)}.`,
    correction: `Give at least ${String(taken)}, or remove students first.`,
  }); // prettier-ignore
}

async function sectionFaults(tx: OrgTransaction, after: Row): Promise<ProblemError[]> {
  if (after['section_id'] == null) return [];
  const fitting = await rows(
    tx,
    sql`
    select from sections where org_id = ${tx.orgId} and id = ${after['section_id']} and course_id = ${after['course_id']}`,
  );
  return fitting.length > 0
    ? []
    : [
        problemError('invalid_value', {
          field: 'section_id',
          reason: 'it belongs to another course',
        }),
      ];
}

async function unitOfClassroom(
  tx: OrgTransaction,
  classroomId: unknown,
): Promise<string | null> {
  if (classroomId == null) return null;
  const [found] = await rows(
    tx,
    sql<{ unit_id: string | null }>`
    select unit_id from classrooms where org_id = ${tx.orgId} and id = ${classroomId}`,
  );
  return found?.unit_id ?? null;
}
