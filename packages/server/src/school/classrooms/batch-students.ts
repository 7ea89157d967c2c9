/** Who studies in a batch: enrollments, which end and are opened again but never deleted. */
import { Problem, type ProblemCode } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { one, rows } from '../../db/database.ts';
import type { Plan, PlanContext } from '../../engine/kind.ts';
import { seatFault, seatWarning } from '../batches/seats.ts';
import { assertFit } from './fit-people.ts';
import type { Batch } from './homeroom.ts';
import { emptied, type Mode } from './members.ts';
import { planOneItem } from './one-item.ts';
import { OPEN_ENROLLMENTS } from '../states.ts';

/** Why an enrollment ended that somebody took out of a batch. */
export const REMOVED = 'removed_from_batch';
/** An earlier enrollment in this state is opened again when the student comes back with the roster. */
export const REOPENED_STATUSES = ['cancelled', 'expired', 'terminated'] as const;

export interface WantedStudents {
  readonly ids: readonly string[];
  readonly mode: Mode;
  /** Whether they were named one by one; the roster does not put an end to what was put on hold or completed. */
  readonly isNamed: boolean;
}

/**
 * Whoever is to enter has to be an active student; who is in the batch already stays in it.
 * @throws Problem `not_found`, `user_out_of_scope`, `wrong_role`, `inactive_user`.
 */
export async function assertFitStudents(
  context: PlanContext,
  batch: Batch,
  ids: readonly string[],
  mode: Mode,
): Promise<void> {
  const field = 'student_ids';
  const { tx, orgId } = context;
  await assertFit(context, { field, ids }, null);
  if (mode === 'remove') return;
  const inside = await rows(
    tx,
    sql<{ id: string }>`
    select student_id as id from enrollments where org_id = ${orgId} and batch_id = ${batch.id} and status = 'active'`,
  );
  await assertFit(context, { field, ids, except: inside.map((row) => row.id) }, 'student');
}

/** Sets, adds or removes the students of a batch; the roster and other batches stay as they are. */
export async function planBatchStudents(
  plan: Plan,
  context: PlanContext,
  batch: Batch,
  wanted: WantedStudents,
): Promise<void> {
  const { newId, now } = context;
  const moves = await findStudentMoves(context, batch, wanted);
  const count = moves.active + moves.entering.length + moves.reopened.length - moves.leaving.length;
  const added = moves.entering.length + moves.reopened.length;
  const leaving = moves.leaving.length;
  const warnings =
    count === 0 && leaving > 0
      ? emptied('student', batch.name, leaving)
      : added === 0
        ? []
        : await seatHints(context, batch, count);
  await planOneItem(plan, {
    key: batch.id,
    label: `${batch.name}: students`,
    isChanged: added + leaving > 0,
    warnings,
    input: { what: 'students', count, added, removed: leaving, unchanged: count - added, ignored: moves.ignored },
  });
  await plan.insert(
    'enrollment',
    sql`
    select 1 as item_no, ${newId(sql`'enrollment ' || s.id`)} as id, ${newEnrollment(context)}
      || jsonb_build_object('batch_id', ${batch.id}::uuid, 'course_id', ${batch.course_id}::uuid, 'student_id', s.id) as after
    from unnest(${[...moves.entering]}::uuid[]) s(id)`,
  );
  await plan.update(
    'enrollment',
    sql`select 1 as item_no, id, ${JSON.stringify(OPENED_AGAIN)}::jsonb as after from unnest(${[...moves.reopened]}::uuid[]) e(id)`,
  );
  const ended = sql`jsonb_build_object('status', 'cancelled', 'status_reason', ${REMOVED}::text, 'ended_at', ${now}::timestamptz)`;
  await plan.update(
    'enrollment',
    sql`select 1 as item_no, id, ${ended} as after from unnest(${[...moves.leaving]}::uuid[]) e(id)`,
  );
}

export const OPENED_AGAIN = { status: 'active', status_reason: '', ended_at: null } as const;

/** What every enrollment that comes from a classroom has, as JSON. */
export function newEnrollment({ now }: PlanContext): RawBuilder<unknown> {
  return sql`jsonb_build_object('enrollment_type', 'batch', 'source', 'classroom', 'enrolled_at', ${now}::timestamptz)`;
}

interface StudentMoves {
  readonly active: number;
  /** Students who were never in the batch. */
  readonly entering: readonly string[];
  /** Enrollments that are opened again, and those that end. */
  readonly reopened: readonly string[];
  readonly leaving: readonly string[];
  /** Students who were to be removed and are not in the batch. */
  readonly ignored: readonly string[];
}

async function findStudentMoves(
  { tx, orgId }: PlanContext,
  batch: Batch,
  { ids, mode, isNamed }: WantedStudents,
): Promise<StudentMoves> {
  const present = await rows(
    tx,
    sql<{ id: string; student_id: string; status: string }>`
    select id, student_id, status from enrollments where org_id = ${orgId} and batch_id = ${batch.id}`,
  );
  const meant = new Set(ids);
  const known = new Map(present.map((row) => [row.student_id, row]));
  const isReopened = (status: string) =>
    isNamed ? status !== 'active' : REOPENED_STATUSES.some((one) => one === status);
  const isLeaving = (row: { student_id: string; status: string }) =>
    mode === 'remove'
      ? meant.has(row.student_id) && OPEN_ENROLLMENTS.some((status) => status === row.status)
      : mode === 'set' && !meant.has(row.student_id) && row.status === 'active';
  const stays = mode === 'remove' ? [] : present.filter((row) => meant.has(row.student_id));
  return {
    active: present.filter((row) => row.status === 'active').length,
    entering: mode === 'remove' ? [] : [...meant].filter((id) => !known.has(id)),
    reopened: stays.filter((row) => isReopened(row.status)).map((row) => row.id),
    leaving: present.filter(isLeaving).map((row) => row.id),
    ignored: mode === 'remove' ? [...meant].filter((id) => !known.has(id)) : [],
  };
}

/** @throws Problem `batch_full`, `over_capacity`. */
async function seatHints({ tx, settings }: PlanContext, batch: Batch, count: number): Promise<SeatHint[]> {
  const seats = {
    capacity: sql`${batch.capacity}::int`,
    students: sql`${count}::int`,
    sectionCapacity: sql`${batch.section_capacity}::int`,
    section: sql`${batch.section}::text`,
  };
  const { fault, warning } = await one(
    tx,
    sql<{ fault: ProblemCode | null; warning: SeatHint | null }>`
    select ${seatFault(seats, settings)} as fault, ${seatWarning(seats, settings)} as warning`,
  );
  if (fault === 'batch_full') throw new Problem(fault, { label: batch.name, capacity: batch.capacity });
  const { section_capacity: capacity, section } = batch;
  if (fault !== null) throw new Problem(fault, { students: count, capacity, section });
  return warning === null ? [] : [warning];
}

type SeatHint = Readonly<Record<string, unknown>>;
