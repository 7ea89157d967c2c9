/**
 * Weekly classes and where they clash.
 *
 * Two classes clash when a teacher is in both, the day is equal, the times overlap (touching ends do not) and the dates
 * that their batches have in common hold such a day. Only batches that are active or upcoming count.
 */
import { sql, type RawBuilder } from 'kysely';
import { DAYS } from './fields.ts';
import { isOpenBatch } from '../states.ts';

const SUGGESTIONS_MAX = 6;
const STEP_MINUTES = 15;
/** Times of day that are suggested first where a teacher has said nothing of their own, in minutes. */
const USUAL_DAY = { begins: 8 * 60, ends: 20 * 60 };

/** The classes in a timetable as a table: `n`, `day`, `day_no`, `start_time`, `end_time`, and `begins`, `ends` in minutes. */
export function slotsOf(timetable: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select n::int, x.day, array_position(${[...DAYS]}::text[], x.day) as day_no, x.start_time, x.end_time,
      ${minutes(sql`x.start_time`)} as begins, ${minutes(sql`x.end_time`)} as ends
    from rows from (jsonb_to_recordset(${timetable}) as (day text, start_time text, end_time text)) with ordinality x(day, start_time, end_time, n)
    where x.start_time ~ '^\\d\\d:\\d\\d$' and x.end_time ~ '^\\d\\d:\\d\\d$')`;
}

function minutes(time: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(left(${time}, 2)::int * 60 + right(${time}, 2)::int)`;
}

/**
 * CTEs `held`, `busy` and `clash` over a relation `wanted` of batches as they would be, with `item_no`, `batch_id`,
 * `name`, `status`, `start_date`, `end_date`, `timetable`, `teacher_ids`, `is_compared` (false: saved as it was) and
 * `is_good` (false: will not be saved). `clash` has for each item that clashes the `conflicts` and the first class that
 * has to move; of two items of one plan the later one clashes.
 */
export function clashes(orgId: string): RawBuilder<unknown> {
  return sql`
    held as materialized (
      select w.item_no, w.batch_id, w.name, t.teacher_id, w.is_compared, daterange(w.start_date, w.end_date, '[]') as dates, s.*
      from wanted w cross join lateral unnest(w.teacher_ids) t(teacher_id) cross join lateral ${slotsOf(sql`w.timetable`)} s
      where w.is_good and ${isOpenBatch(sql`w.status`)}
    ), busy as materialized (
      select 0 as item_no, b.id as batch_id, b.name, t.teacher_id, daterange(b.start_date, b.end_date, '[]') as dates, s.*
      from batch_teachers t
      join batches b on b.org_id = ${orgId} and b.id = t.batch_id and ${isOpenBatch(sql`b.status`)}
      cross join lateral ${slotsOf(sql`b.timetable`)} s
      where t.org_id = ${orgId} and t.teacher_id in (select teacher_id from held where is_compared)
        and not exists (select from wanted w where w.is_good and w.batch_id = b.id)
      union all select item_no, batch_id, name, teacher_id, dates, n, day, day_no, start_time, end_time, begins, ends from held
    ), clash as (
      select h.item_no, min(h.n) as n, jsonb_agg(distinct jsonb_build_object(
        'batch_id', o.batch_id, 'batch_name', o.name, 'day', o.day, 'start_time', o.start_time, 'end_time', o.end_time)) as conflicts
      from held h
      join busy o on o.teacher_id = h.teacher_id and o.item_no < h.item_no and o.day = h.day and ${meet('o', 'h')}
        and o.begins < h.ends and h.begins < o.ends
      where h.is_compared group by h.item_no)`;
}

/** Condition: the dates of both hold the day of the week of the second. Dates without an end hold all. */
function meet(one: string, other: string): RawBuilder<unknown> {
  const common = sql`(${sql.ref(`${one}.dates`)} * ${sql.ref(`${other}.dates`)})`;
  const daysUntil = sql`(${sql.ref(`${other}.day_no`)} - extract(isodow from lower(${common}))::int + 7) % 7`;
  return sql`(not isempty(${common}) and coalesce(lower(${common}) + ${daysUntil} < upper(${common}), true))`;
}

/**
 * Free times for the class that has to move, of equal length, as a JSON list: none overlaps another class of the
 * teachers or of the batch, all lie within the availability of each teacher who has told it. The same time on another
 * day comes first, then what is nearest.
 * @param clash - Alias of a row of `clash`.
 */
export function suggestions(orgId: string, clash: string): RawBuilder<unknown> {
  const itemNo = sql.ref(`${clash}.item_no`);
  const overlaps = (other: string) =>
    sql`${sql.ref(`${other}.day`)} = c.day and ${sql.ref(`${other}.begins`)} < c.begins + c.length and c.begins < ${sql.ref(`${other}.ends`)}`;
  const written = (at: RawBuilder<unknown>) => sql`to_char(time '00:00' + make_interval(mins => ${at}), 'HH24:MI')`;
  return sql`(
    with moved as (
      select distinct on (h.item_no) h.*, h.ends - h.begins as length from held h
      where h.item_no = ${itemNo} and h.n = ${sql.ref(`${clash}.n`)} order by h.item_no
    ), told as (
      select p.user_id, s.* from teacher_profiles p cross join lateral ${slotsOf(sql`p.availability`)} s
      where p.org_id = ${orgId} and p.user_id in (select teacher_id from held h where h.item_no = ${itemNo})
    ), start as (
      select generate_series(0, 24 * 60 - 1, ${STEP_MINUTES}::int) as begins union select begins from told
    ), c as (
      select d.day, d.n::int as day_no, start.begins, m.length, m.begins as wanted_at, m.n as moved_n, m.dates
      from moved m cross join unnest(${[...DAYS]}::text[]) with ordinality d(day, n) cross join start
      where start.begins + m.length < 24 * 60
    ), free as (
      select c.day, c.begins, c.length, row_number() over (
        order by c.begins < ${USUAL_DAY.begins} or c.begins + c.length > ${USUAL_DAY.ends}, abs(c.begins - c.wanted_at), c.day_no) as place
      from c
      where not exists (select from busy o where ${overlaps('o')} and ${meet('o', 'c')} and o.item_no < ${itemNo}
          and o.teacher_id in (select teacher_id from held h where h.item_no = ${itemNo}))
        and not exists (select from held h where h.item_no = ${itemNo} and h.n <> c.moved_n and ${overlaps('h')})
        and not exists (
          select from (select distinct user_id from told) t where not exists (
            select from told a where a.user_id = t.user_id and a.day = c.day and a.begins <= c.begins and c.begins + c.length <= a.ends))
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'day', day, 'start_time', ${written(sql`begins`)}, 'end_time', ${written(sql`begins + length`)}) order by place), '[]')
    from free where place <= ${SUGGESTIONS_MAX})`;
}
