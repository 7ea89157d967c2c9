/**
 * Whether there is a seat: one verdict for every way of enrolling.
 *
 * A batch's own capacity always counts. That of its section counts where the organization says so (`enforce_capacity`), and
 * is hinted at where it does not.
 */
import { sql, type RawBuilder } from 'kysely';
import type { RuleContext } from '../../db/entity.ts';
import { code } from '../../engine/kind.ts';
import { because } from '../because.ts';

type Settings = Readonly<Record<string, unknown>>;

/** In SQL: a batch as it would be once somebody has come in. */
export interface Seats {
  /** Of the batch; null is without limit. */
  readonly capacity: RawBuilder<unknown>;
  /** How many are in it then. */
  readonly students: RawBuilder<unknown>;
  readonly sectionCapacity: RawBuilder<unknown>;
  readonly section: RawBuilder<unknown>;
}

/** Of a relation with columns of these names. */
export const SEATS: Seats = {
  capacity: sql`capacity`,
  students: sql`students`,
  sectionCapacity: sql`section_capacity`,
  section: sql`section`,
};

/** The code of why somebody has no seat; null where they have one. */
export function seatFault(seats: Seats, settings: Settings): RawBuilder<unknown> {
  return sql`case when ${seats.students} > ${seats.capacity} then ${code('batch_full')}
    when ${isCapacityEnforced(settings)} and ${isSectionExceeded(seats)} then ${code('over_capacity')} end`;
}

/** What fills the words of `over_capacity`; nothing for another code. */
export function seatDetail(seats: Seats, fault: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case ${fault} when ${code('over_capacity')} then ${said(seats)} else '{}' end`;
}

function said({ students, sectionCapacity, section }: Seats): RawBuilder<unknown> {
  return sql`jsonb_build_object('students', ${students}, 'capacity', ${sectionCapacity}, 'section', ${section})`;
}

/** The hint that a section is exceeded, `{code, …}`; null where it is not, or where that is a fault. */
export function seatWarning(seats: Seats, settings: Settings): RawBuilder<unknown> {
  return sql`case when not ${isCapacityEnforced(settings)} and ${isSectionExceeded(seats)} then
    jsonb_build_object('code', ${code('over_capacity')}) || ${said(seats)} end`;
}

function isSectionExceeded({ students, sectionCapacity }: Seats): RawBuilder<unknown> {
  return sql`coalesce(${students} > ${sectionCapacity}, false)`;
}

export function isCapacityEnforced(settings: Settings): boolean {
  return settings['enforce_capacity'] === true;
}

/**
 * Planned enrollments beyond the capacity of the section of their batch. Seats that the same plan frees are free, the
 * others are given in the order of the items.
 */
export function sectionFaults(planned: RawBuilder<unknown>, { orgId, alsoPlanned }: RuleContext): RawBuilder<unknown> {
  const held = (row: string) =>
    sql`case when p.${sql.ref(row)} ->> 'status' = 'active' then (p.${sql.ref(row)} ->> 'batch_id')::uuid end`;
  return sql`
    with move as materialized (
      select p.item_no, p.id, ${held('before')} as left_id, ${held('after')} as entered_id from ${planned} p
    ), freed as (
      select left_id as batch_id, count(*) as seats from move where left_id is distinct from entered_id group by left_id
    ), taken as (
      select item_no, entered_id as batch_id, row_number() over (partition by entered_id order by item_no, id) as place
      from move where entered_id is not null and entered_id is distinct from left_id
    ), room as (
      select b.id, b.section_id, b.enrolled_students from batches b where b.org_id = ${orgId} and b.id in (select batch_id from taken)
      union all
      select n.id, (n.after ->> 'section_id')::uuid, 0 from ${alsoPlanned('batch')} n where n.action = 'insert'
    ), seated as (
      select t.item_no, s.name, s.capacity, room.enrolled_students - coalesce(freed.seats, 0) + t.place as students
      from taken t join room on room.id = t.batch_id
      join sections s on s.org_id = ${orgId} and s.id = room.section_id
      left join freed on freed.batch_id = t.batch_id
    )
    select item_no, ${code('over_capacity')} as code, ${because('over_capacity', { students: sql`students`, capacity: sql`capacity`, section: sql`name` })} - 'code'
    from seated where students > capacity`;
}
