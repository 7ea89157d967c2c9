/** The groups of a staggered release: which there are, and how each is steered once the operation has ended. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import { beginAssignments } from './begin.ts';

const YEARS_AHEAD_MAX = 2;

export interface Release {
  readonly release: number;
  readonly state: 'scheduled' | 'held' | 'released' | 'withdrawn';
  /** When it begins or began; null while it is held. */
  readonly start_at: Date | null;
  readonly students: number;
}

export interface ReleaseSteering {
  readonly release: number;
  readonly action: 'release_now' | 'hold' | 'move';
  /** The new first day; of `move` alone. */
  readonly date: string | undefined;
}

/** In their order; none where the operation was not staggered. */
export async function listReleases(tx: OrgTransaction, operationId: string): Promise<Release[]> {
  return rows(
    tx,
    sql<Release>`
    select g.release, min(a.start_at) as start_at, count(distinct g.student_id) as students,
      case when bool_or(a.state = 'scheduled' and a.start_at is null) then 'held' when bool_or(a.state = 'scheduled') then 'scheduled'
           when bool_or(a.state <> 'withdrawn') then 'released' else 'withdrawn' end as state
    from (${given(tx.orgId, operationId)}) g left join assignments a on a.org_id = ${tx.orgId} and a.id = g.id
    group by g.release order by g.release`,
  );
}

/** Numbers of the items of one release. */
export async function itemsOfRelease(tx: OrgTransaction, operationId: string, release: number): Promise<number[]> {
  const found = await rows(
    tx,
    sql<{ item_no: number }>`
    select item_no from (${given(tx.orgId, operationId)}) g where release = ${release} order by 1`,
  );
  return found.map(({ item_no: itemNo }) => itemNo);
}

/**
 * Releases a group now, holds it, or moves its first day; a due date moves along. Like the calendar, this edits no record
 * of what was given: an undo takes it back all the same.
 *
 * @throws Problem `not_found` for a group that is not there, `conflict` for one that has begun or is withdrawn, `invalid_dates`.
 */
export async function steerRelease(
  tx: OrgTransaction,
  operationId: string,
  steering: ReleaseSteering,
  by: { now: Date; timezone: string; actorId: string | null },
): Promise<void> {
  await assertWaiting(tx, operationId, steering.release);
  const group = sql`a.id in (
    select id from (${given(tx.orgId, operationId)}) g where release = ${steering.release})`;
  if (steering.action === 'hold') return setTimes(tx, group, sql`null::timestamptz`, sql`null::timestamptz`);
  const day =
    steering.action === 'move'
      ? await dayOf(tx, steering, by)
      : sql`(${by.now}::timestamptz at time zone ${by.timezone})::date`;
  const later = (planned: string) => laterDay(planned, day, by.timezone);
  const due = later('due_at');
  if (steering.action === 'move') return setTimes(tx, group, later('start_at'), due);
  const sameTime = sql`${by.now}::timestamptz + ((i.input -> 'values' ->> 'due_at')::timestamptz - (i.input -> 'values' ->> 'start_at')::timestamptz)`;
  await setTimes(
    tx,
    group,
    sql`${by.now}::timestamptz`,
    sql`case when ${due} > ${by.now} then ${due} else ${sameTime} end`,
  );
  await beginAssignments(tx, group, by.actorId);
}

/** What the operation inserted, as planned. */
function given(orgId: string, operationId: string): RawBuilder<unknown> {
  return sql`
    select i.item_no, i.subject_id as student_id, (i.input ->> 'release')::int as release, c.entity_id as id
    from operation_items i
    join changes c on c.org_id = ${orgId} and c.operation_id = i.operation_id and c.item_no = i.item_no
      and c.entity = 'assignment' and c.action = 'insert'
    where i.org_id = ${orgId} and i.operation_id = ${operationId} and i.status = 'success' and i.input ->> 'release' is not null`;
}

async function assertWaiting(tx: OrgTransaction, operationId: string, release: number): Promise<void> {
  const found = (await listReleases(tx, operationId)).find((one) => one.release === release);
  if (found === undefined) throw new Problem('not_found');
  if (found.state === 'scheduled' || found.state === 'held') return;
  throw new Problem('conflict', {
    message: `Release ${String(release)} is ${found.state}.`,
    correction: 'Only a release that has not begun can be steered.',
  });
}

/** The first day that was asked for. */
async function dayOf(
  tx: OrgTransaction,
  { date }: ReleaseSteering,
  { now, timezone }: { now: Date; timezone: string },
): Promise<RawBuilder<unknown>> {
  if (date === undefined) throw new Problem('required', { field: 'date' });
  const { isAhead } = await one(
    tx,
    sql<{ isAhead: boolean }>`
    select ${date}::date > today and ${date}::date < today + make_interval(years => ${YEARS_AHEAD_MAX}) as "isAhead"
    from (select (${now}::timestamptz at time zone ${timezone})::date as today) local`,
  );
  if (!isAhead) {
    const reason = 'the new day has to come after today, within two years';
    throw new Problem('invalid_dates', { field: 'date', reason });
  }
  return sql`${date}::date`;
}

/** A planned time of item `i`, as many days later or earlier as the day of its start is. */
function laterDay(planned: string, day: RawBuilder<unknown>, zone: string): RawBuilder<unknown> {
  const local = (name: string) => sql`((i.input -> 'values' ->> ${sql.lit(name)})::timestamptz at time zone ${zone})`;
  return sql`((${local(planned)} + make_interval(days => ${day} - ${local('start_at')}::date)) at time zone ${zone})`;
}

/** @param group - A condition on assignments `a`. Only those that wait are touched; their item is `i`. */
async function setTimes(
  tx: OrgTransaction,
  group: RawBuilder<unknown>,
  startAt: RawBuilder<unknown>,
  dueAt: RawBuilder<unknown>,
): Promise<void> {
  await rows(
    tx,
    sql`
    update assignments a set start_at = ${startAt}, due_at = ${dueAt}, updated_at = now()
    from changes c
    join operation_items i on i.org_id = ${tx.orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
    where a.org_id = ${tx.orgId} and a.state = 'scheduled' and c.org_id = ${tx.orgId} and c.entity_id = a.id
      and c.operation_id = a.operation_id and c.action = 'insert' and ${group}`,
  );
}
