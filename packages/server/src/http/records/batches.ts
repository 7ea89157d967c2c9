/** Batches as set-up makes and lists them; a single one is read, changed and removed at its own endpoints. */
import { Problem, problemError, type ProblemError, line } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { scheduleSchema } from '../../school/batches/fields.ts';
import { ADMINS, STAFF } from '../every-request/context.ts';
import { assertOwnUnit } from '../every-request/own-unit.ts';
import { dateFaults } from './date-faults.ts';
import type { Row } from '../../school/records/rows.ts';
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
  check: async (tx, actor, after, present) => {
    for (const row of present === null ? [after] : [present, after]) {
      await assertOwnUnit(tx, actor, await unitOfClassroom(tx, row['classroom_id']));
    }
    assertSeats(after);
    if (present !== null && present['status'] !== 'active') await assertLed(tx, after);
    return [...dateFaults(after), ...(await sectionFaults(tx, after))];
  },
};

function assertSeats(after: Row): void {
  const { capacity, enrolled_students: enrolled } = after;
  if (typeof capacity !== 'number' || typeof enrolled !== 'number' || capacity >= enrolled) return;
  throw new Problem('batch_capacity_below_enrolled', { field: 'capacity', capacity, enrolled });
}

/** A batch without a teacher does not become active. */
async function assertLed(tx: OrgTransaction, after: Row): Promise<void> {
  if (after['status'] !== 'active') return;
  const [lead] = await rows(
    tx,
    sql`select from batch_teachers where org_id = ${tx.orgId} and batch_id = ${after['id']} and is_lead`,
  );
  if (lead === undefined) throw new Problem('batch_instructor_required', { field: 'status' });
}

async function sectionFaults(tx: OrgTransaction, after: Row): Promise<ProblemError[]> {
  if (after['section_id'] == null) return [];
  const fitting = await rows(
    tx,
    sql`
    select from sections where org_id = ${tx.orgId} and id = ${after['section_id']} and course_id = ${after['course_id']}`,
  );
  const reason = 'it belongs to another course';
  return fitting.length > 0 ? [] : [problemError('invalid_value', { field: 'section_id', reason })];
}

async function unitOfClassroom(tx: OrgTransaction, classroomId: unknown): Promise<string | null> {
  if (classroomId == null) return null;
  const [found] = await rows(
    tx,
    sql<{ unit_id: string | null }>`
    select unit_id from classrooms where org_id = ${tx.orgId} and id = ${classroomId}`,
  );
  return found?.unit_id ?? null;
}
