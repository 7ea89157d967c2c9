/**
 * What becomes of each row that an operation changed, when it is undone.
 *
 * 1. A row is kept where it is not as the operation left it, and where others refer to what would go.
 * 2. With a row are kept the whole that it is part of and the parts of it, and the rows that it refers to: what was made
 *    for it stays with it. All other rows of the item are taken back.
 * 3. A created row that was worked with since is *retired* instead, in mode `all` and where its entity says how; its parts stay.
 */
import { sql, type RawBuilder } from 'kysely';
import { columnNames, getEntity, rowJson, table, type Entities, type Entity } from '../../db/entity.ts';
import { code } from '../kind.ts';
import { changesByOthers, lastOf } from './last-changes.ts';

export interface Undone {
  readonly orgId: string;
  readonly operationId: string;
  readonly entities: Entities;
  /** The entities that it changed. */
  readonly touched: readonly Entity[];
  /** Only these items; undefined for all. */
  readonly itemNos: readonly number[] | undefined;
  readonly mode: 'all' | 'untouched_only';
}

/**
 * One item for each successful item of the operation, last first. Its `detail` says which rows stay: `stays`, the ids of all
 * that are not taken back; `retires`, of these the ones that are retired; `kept`, those that stand for themselves as
 * `{entity, id, label, code, who, when, operation_id, used_by}`. An item of which all rows stay is skipped, or an error.
 */
export function undoItems(undone: Undone): RawBuilder<unknown> {
  const { orgId, operationId, mode } = undone;
  return sql`
    with recursive compared as materialized (${comparedRows(undone)}
    ), use as materialized (${uses(undone)}
    ), used as materialized (
      select id, string_agg(distinct used_by, ', ') as used_by from use where not is_own group by id
    ), judged as materialized (
      select c.*, used.used_by, coalesce(c.difference, case when used.id is not null then coalesce(c.loses_key, ${code('in_use_since')}) end) as reason
      from compared c left join used on used.id = c.entity_id
    ), later as materialized (${changesByOthers(orgId, operationId, sql`array(select entity_id from judged where reason is not null)`)}
    ), found as materialized (
      select j.*, j.may_retire and j.entity_id not in (select l.entity_id from later l where l.action = 'update') as can_retire
      from judged j
    ), edge as materialized (
      -- When the first stays, the second does too: the whole of it, for the same reason; what it refers to; what is part of it.
      select use.user_id as id, use.id as then_id, case when own.whole_id = use.id then null else ${code('in_use_since')} end as reason,
        case when own.whole_id = use.id then null else use.used_by end as used_by
      from use join compared own on own.entity_id = use.user_id where use.is_own
      union all
      select whole_id, entity_id, '', null from compared where whole_id is not null
    ), stay(id, reason, used_by) as (
      select entity_id, reason, used_by from found where reason is not null
      union
      select e.then_id, coalesce(e.reason, s.reason), coalesce(e.used_by, s.used_by) from edge e join stay s on s.id = e.id
    ), told as (
      select id, min(reason) filter (where reason <> '') as reason, min(used_by) as used_by from stay group by id
    ), row as materialized (
      select f.item_no, f.key, f.subject_id, f.label, f.entity, f.entity_id, f.action, f.whole_id, f.row_label, f.person_id,
        t.id is not null as stays, t.id is not null and f.can_retire and ${mode} = 'all' as retires, t.used_by,
        case when f.whole_id is not null then null when f.can_retire and t.reason <> 'gone_since' then ${code('started_since')} else t.reason end as own_reason
      from found f left join told t on t.id = f.entity_id
    ), whole_retires as (
      -- As a join: a list to look in is hashed only while the planner expects it to be short, and it expects far too much.
      select r.*, r.retires or w.id is not null as is_retired
      from row r left join (select distinct entity_id as id from row where retires) w on w.id = r.whole_id
    ), item as (
      select item_no, min(key) as key, min(subject_id::text)::uuid as subject_id, min(label) as label, min(action) as change_action,
        bool_and(stays and not is_retired) as all_stay, min(own_reason) filter (where not is_retired) as reason,
        right(min(own_reason || entity_id::text) filter (where not is_retired), 36)::uuid as because_of,
        min(used_by) filter (where not is_retired) as used_by,
        jsonb_agg(entity_id) filter (where stays) as stays, jsonb_agg(entity_id) filter (where retires) as retires
      from whole_retires group by item_no
    ), last as materialized (${lastOf(orgId, sql`later`)}
    ), kept as (
      select r.item_no, jsonb_agg(jsonb_build_object('entity', r.entity, 'id', r.entity_id, 'label', coalesce(r.row_label, p.display_name),
        'code', r.own_reason, 'used_by', r.used_by, 'who', coalesce(last.who, 'somebody'),
        'when', coalesce(last.at, 'an unknown time'), 'operation_id', last.operation_id) order by r.entity, r.row_label, r.entity_id) as rows
      from whole_retires r left join last on last.entity_id = r.entity_id left join users p on p.org_id = ${orgId} and p.id = r.person_id
      where r.own_reason is not null and not r.is_retired
      group by r.item_no
    )
    ${itemRows(orgId, operationId)}`;
}

/** The items of the undo, of `item`, `kept` and `last`. */
function itemRows(orgId: string, operationId: string): RawBuilder<unknown> {
  return sql`
    select (select max(item_no) from operation_items where org_id = ${orgId} and operation_id = ${operationId}) + 1 - i.item_no as item_no,
      i.item_no as row_no, i.key, i.subject_id, i.label, null::jsonb as input,
      case when not i.all_stay then case i.change_action when 'insert' then 'remove' when 'delete' then 'create' else 'update' end
           when i.reason = ${code('in_use_since')} then 'error' else 'skip' end as action,
      case when i.all_stay then i.reason end as code,
      nullif(jsonb_strip_nulls(jsonb_build_object('stays', case when not i.all_stay then i.stays end, 'retires', i.retires, 'retire', case when i.retires is not null then true end, 'kept', kept.rows))
        || case when i.all_stay then jsonb_build_object('who', coalesce(last.who, 'somebody'), 'when', coalesce(last.at, 'an unknown time'),
             'operation_id', last.operation_id, 'used_by', i.used_by, 'label', i.label) else '{}' end, '{}') as detail,
      case when not i.all_stay and kept.rows is not null then (
        select jsonb_agg(k || jsonb_build_object('label', coalesce(k ->> 'label', i.label))) from jsonb_array_elements(kept.rows) k) end as warnings
    from item i left join kept using (item_no) left join last on last.entity_id = i.because_of`;
}

/** Each row that the chosen items changed, and in what it is not as the operation left it, or null. */
function comparedRows(undone: Undone): RawBuilder<unknown> {
  return sql.join(
    undone.touched.map((entity) => comparedRowsOf(undone, entity)),
    sql` union all `,
  );
}

/** Whether a created row may be retired, unless another operation changed it: it is there and not retired yet. */
function mayRetire(entity: Entity): RawBuilder<unknown> {
  if (entity.retired === undefined) return sql`false`;
  return sql`c.action = 'insert' and e.id is not null and not (${rowJson(entity, 'e')} @> ${JSON.stringify(entity.retired)}::jsonb)`;
}

function comparedRowsOf({ orgId, operationId, itemNos, touched }: Undone, entity: Entity): RawBuilder<unknown> {
  const chosen = itemNos === undefined ? sql`true` : sql`i.item_no = any(${[...itemNos]}::int[])`;
  return sql`
    select i.item_no, i.key, i.subject_id, i.label, c.entity, c.entity_id, c.action, case c.action when 'update' then c.after end as updates,
      ${wholeOf(operationId, entity, touched)} as whole_id, ${rowLabel(entity)} as row_label, ${personId(entity)} as person_id,
      ${mayRetire(entity)} as may_retire, ${losesKey(entity)} as loses_key,
      case
        when c.action = 'delete' then case when e.id is not null then ${code('changed_since')} end
        when e.id is null then ${code('gone_since')}
        when c.action = 'insert' and e.version <> coalesce((c.after ->> 'version')::bigint, 1)
          and jsonb_strip_nulls(${rowJson(entity, 'e')} - 'created_at') <> jsonb_strip_nulls(c.after - '{created_at,version}'::text[]) then ${code('changed_since')}
        when c.action = 'update' and ${entity.isKept === true ? sql`true` : sql`e.version <> c.version_read + 1`}
          and ${rowJson(entity, 'e')} || c.after <> ${rowJson(entity, 'e')} then ${code('changed_since')}
      end as difference
    from operation_items i
    join changes c on c.org_id = ${orgId} and c.operation_id = i.operation_id and c.item_no = i.item_no and c.entity = ${entity.name}
    left join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.entity_id
    where i.org_id = ${orgId} and i.operation_id = ${operationId} and i.status = 'success' and ${chosen}`;
}

/** What to say where an updated row would lose a key that others refer to; null where it would lose none. */
function losesKey(entity: Entity): RawBuilder<unknown> {
  const keys = Object.values(entity.keys ?? {}).map(
    (key) => sql`when c.action = 'update' and ${key.isLost('e', sql`c.before`)} then ${code(key.code)}`,
  );
  return keys.length === 0 ? sql`null::text` : sql`case ${sql.join(keys, sql` `)} end`;
}

/** The row of the same item that a row is part of; null for what stands for itself. */
function wholeOf(operationId: string, { partOf }: Entity, touched: readonly Entity[]): RawBuilder<unknown> {
  if (partOf === undefined || !touched.some(({ name }) => name === partOf.entity)) return sql`null::uuid`;
  const id = sql`(coalesce(c.after -> ${partOf.column}, c.before -> ${partOf.column}, to_jsonb(e.${sql.ref(partOf.column)})) #>> '{}')::uuid`;
  return sql`(
    select w.entity_id from changes w where w.org_id = c.org_id and w.operation_id = ${operationId} and w.item_no = c.item_no and w.entity_id = ${id})`;
}

/** What people call a row; null where it has no name of its own. */
function rowLabel(entity: Entity): RawBuilder<unknown> {
  const own = ['display_name', 'name', 'title'].find((name) => columnNames(entity).includes(name));
  return own === undefined
    ? sql`null::text`
    : sql`coalesce(e.${sql.ref(own)}, c.before ->> ${own}, c.after ->> ${own})`;
}

/** Whom a row without a name is about. */
function personId(entity: Entity): RawBuilder<unknown> {
  const [column] = Object.entries(entity.references ?? {}).find(([, parent]) => parent === 'user') ?? [];
  if (column === undefined) return sql`null::uuid`;
  return sql`coalesce(e.${sql.ref(column)}, (c.before ->> ${column})::uuid)`;
}

/**
 * Who refers to rows that go, or that lose a key: `id`, by `user_id` of the entity `used_by`. `is_own` are rows that the
 * chosen items made or made refer to it: they let it go when they are taken back.
 */
function uses({ orgId, entities, touched }: Undone): RawBuilder<unknown> {
  const names = touched.map((entity) => entity.name);
  const found = entities.flatMap((child) =>
    Object.entries(child.references ?? {})
      .filter(([, parent]) => names.includes(parent))
      .map(
        ([column, parent]) => sql`
        select ${sql.ref(`k.${column}`)} as id, k.id as user_id, ${child.name}::text as used_by, ${column}::text as by_column,
          ${isByKey(getEntity(entities, parent), child, column)}::boolean as by_key
        from ${table(child)} k where k.org_id = ${orgId} and ${sql.ref(`k.${column}`)} is not null`,
      ),
  );
  if (found.length === 0)
    return sql`select null::uuid as id, null::uuid as user_id, null::text as used_by, false as is_own where false`;
  return sql`
    select use.id, use.user_id, use.used_by, own.entity_id is not null as is_own
    from compared c join (${sql.join(found, sql` union all `)}) use on use.id = c.entity_id
      and (c.action = 'insert' or c.loses_key is not null and use.by_key)
    left join compared own on own.entity_id = use.user_id and (own.action = 'insert' or own.updates ? use.by_column)`;
}

/** Whether a column refers to the parent by another key than its id. */
function isByKey(parent: Entity, child: Entity, column: string): boolean {
  const columns = Object.values(parent.keys ?? {}).flatMap((key) => key.columns);
  return columns.some(([table, name]) => table === child.table && name === column);
}
