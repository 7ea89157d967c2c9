/** Numbers with a limit that the engine keeps: of more rows than there is room for, the last in the order of items are refused. */
import { sql, type RawBuilder } from 'kysely';
import { getEntity, rowJson, table, type Counter, type Entity } from '../../db/entity.ts';
import { breach, changesOf, hasWrites, NOTHING_FOUND, type Findings, type Foreseen } from './planned-rows.ts';

export function fullCounters(plan: Foreseen, entity: Entity): Findings {
  const { counter } = entity;
  if (counter?.limit === undefined || !hasWrites(plan, entity, 'insert', 'update')) return NOTHING_FOUND;
  const parent = getEntity(plan.entities, counter.parent);
  const rule = counter.limit.rule;
  const code = parent.refusals?.[rule] ?? 'rule_violated';
  const seats = takenSeats(plan, entity, counter, counter.limit.column);
  return {
    faults: [
      sql`select item_no, ${code}::text as code, ${breach(parent, rule)} as detail from (${seats}) seat where nth > room + freed`,
    ],
    pairs: [
      sql`select item_no, last_freed as other_no, null::text as code, null::jsonb as detail, false as is_key from (${seats}) seat
      where nth > room and nth <= room + freed and last_freed > item_no`,
    ],
  };
}

/**
 * Each item that takes more at a parent than it gives: `nth` is how many are taken up to and with it, `room` what is free
 * now, `freed` what other items give back, the last of them `last_freed`.
 */
function takenSeats(plan: Foreseen, entity: Entity, counter: Counter, limit: string): RawBuilder<unknown> {
  const { orgId } = plan.tx;
  const parent = getEntity(plan.entities, counter.parent);
  const via = (row: RawBuilder<unknown>) => sql`(${row} ->> ${counter.via})::uuid`;
  const counted = (row: RawBuilder<unknown>) => sql`${row} ->> 'status' = any(${[...counter.statuses]}::text[])`;
  return sql`
    with row as materialized (
      select c.item_no, was.before, case when c.action <> 'delete' then coalesce(was.before, '{}') || c.after end as after
      from changes c left join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.entity_id and c.action <> 'insert'
      cross join lateral (select case when c.action <> 'insert' then ${rowJson(entity, 'e')} end as before offset 0) was
      where ${changesOf(plan, entity)}
    ), move as (
      select item_no, parent_id, sum(seats) as seats from (
        select item_no, ${via(sql`before`)} as parent_id, -1 as seats from row where before is not null and ${counted(sql`before`)}
        union all select item_no, ${via(sql`after`)}, 1 from row where after is not null and ${counted(sql`after`)}) seat
      where parent_id is not null group by item_no, parent_id having sum(seats) <> 0
    ), freed as (
      select parent_id, -sum(seats) as seats, max(item_no) as last_no from move where seats < 0 and ${plan.givesBack} group by parent_id
    ), parent as (
      select p.id, coalesce((c.after ->> ${limit})::int, p.${sql.ref(limit)}) - p.${sql.ref(counter.column)} as room
      from ${table(parent)} p left join changes c on ${changesOf(plan, parent)} and c.entity_id = p.id and c.action = 'update'
      where p.org_id = ${orgId} and p.id in (select parent_id from move where seats > 0)
      union all select c.entity_id, (c.after ->> ${limit})::int from changes c where ${changesOf(plan, parent)} and c.action = 'insert')
    select m.item_no, sum(m.seats) over (partition by m.parent_id order by m.item_no) as nth, p.room,
      coalesce(f.seats, 0) as freed, f.last_no as last_freed
    from move m join parent p on p.id = m.parent_id and p.room is not null left join freed f on f.parent_id = m.parent_id
    where m.seats > 0`;
}
