/** Turns the selects of a kind into the items and changes of an operation. */
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { getEntity, rowJson, table, typesOf, type ColumnType, type Entities, type Entity } from '../../db/entity.ts';
import type { EachValues, Plan } from '../kind.ts';
import { expectRows } from './planner-hints.ts';

const ITEM_COLUMNS = [
  'item_no',
  'row_no',
  'key',
  'subject_id',
  'label',
  'input',
  'action',
  'code',
  'detail',
  'warnings',
];

/**
 * Items and removals are written in the order of their numbers, in which chunks read them: 100,000 removals in another order
 * took a fifth longer to write.
 * @param operationId - Where the plan is written: the operation, or a shadow of it that is compared and dropped.
 */
export function planWriter(tx: OrgTransaction, operationId: string, entities: Entities): Plan {
  const target = { org: sql`${tx.orgId}::uuid`, operation: sql`${operationId}::uuid` };
  const write = async (statement: RawBuilder<unknown>): Promise<void> => {
    await rows(tx, statement);
  };
  return {
    planned: sql`(select * from operation_items where org_id = ${target.org} and operation_id = ${target.operation})`,
    items: async (select) => {
      const { numAffectedRows } = await sql`
        insert into operation_items (org_id, operation_id, ${itemColumns()}, status)
        select ${target.org}, ${target.operation}, ${itemColumns('item')}, ${statusOf(sql`item.action`)}
        from (${select}) item order by item_no`.execute(tx.db);
      await expectRows(tx, Number(numAffectedRows));
    },
    insert: (name, select) => {
      const entity = getEntity(entities, name);
      return write(sql`
        insert into changes (org_id, operation_id, item_no, entity, entity_id, action, after)
        select ${target.org}, ${target.operation}, c.item_no, ${name}, c.id, 'insert', ${defaultsOf(entity)} || c.after
        from (${select}) c`);
    },
    update: (name, select) => {
      const entity = getEntity(entities, name);
      return write(sql`
        insert into changes (org_id, operation_id, item_no, entity, entity_id, action, before, after, version_read)
        select ${target.org}, ${target.operation}, d.item_no, ${name}, d.id, 'update',
          d.difference -> 'before', d.difference -> 'after', d.version
        from (
          select c.item_no, c.id, e.version, case when ${differs(entity)} then ${difference(entity)} end as difference
          from (${select} offset 0) c join ${table(entity)} e on e.org_id = ${tx.orgId} and e.id = c.id offset 0) d
        where d.difference is not null`);
    },
    remove: (name, select) => {
      const entity = getEntity(entities, name);
      return write(sql`
        insert into changes (org_id, operation_id, item_no, entity, entity_id, action, before, version_read)
        select ${target.org}, ${target.operation}, c.item_no, ${name}, c.id, 'delete', ${rowJson(entity, 'e')}, e.version
        from (${select}) c
        join ${table(entity)} e on e.org_id = ${tx.orgId} and e.id = c.id
        order by c.item_no`);
    },
    each: (name, select, values = {}) =>
      write(eachStatement(tx.orgId, target, getEntity(entities, name), select, values)),
  };
}

function itemColumns(of?: string): RawBuilder<unknown> {
  return sql.join(ITEM_COLUMNS.map((name) => sql.ref(of === undefined ? name : `${of}.${name}`)));
}

/** What is skipped ends with its plan: of a file that comes again nothing is left to be marked one by one. */
function statusOf(action: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case ${action} when 'skip' then 'skipped' else 'pending' end`;
}

/**
 * One pass over the kind's select: compares with the present rows, then writes items and changes together. Only what will
 * be written is kept meanwhile: most rows of a file that comes again stay as they are.
 */
function eachStatement(
  orgId: string,
  target: { org: RawBuilder<unknown>; operation: RawBuilder<unknown> },
  entity: Entity,
  select: RawBuilder<unknown>,
  values: EachValues,
): RawBuilder<unknown> {
  const after = wholeAfter(values);
  return sql`
    with compared as materialized (
      select ${itemColumns('c')}, c.id, c.change, e.version as version_read,
        case when c.change = 'insert' then ${defaultsOf(entity)} || ${after} end as row_values,
        case when c.change = 'update' and (${differs(entity, values)}) then ${difference(entity, after)} end as difference
      from (${select} offset 0) c
      left join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.id and c.change = 'update'
    ), planned as (
      select *, change = 'update' and difference is null as is_unchanged from compared
    ), item as (
      insert into operation_items (org_id, operation_id, ${itemColumns()}, status)
      select ${target.org}, ${target.operation}, item_no, row_no, key, subject_id, label, input,
        case when is_unchanged then 'skip' else action end, case when is_unchanged then 'unchanged' else code end, detail, warnings,
        case when is_unchanged then 'skipped' else ${statusOf(sql`action`)} end
      from planned
    )
    insert into changes (org_id, operation_id, item_no, entity, entity_id, action, before, after, version_read)
    select ${target.org}, ${target.operation}, item_no, ${entity.name}, id, change,
      difference -> 'before', coalesce(row_values, difference -> 'after'), version_read
    from planned where row_values is not null or difference is not null`;
}

function defaultsOf(entity: Entity): RawBuilder<unknown> {
  return sql`${JSON.stringify(entity.defaults ?? {})}::jsonb`;
}

/** The values of a row of {@link Plan.each} as one object of columns. */
function wholeAfter({ beside = [], leftOut = [] }: EachValues): RawBuilder<unknown> {
  const given = leftOut.length === 0 ? sql`c.after` : sql`(c.after - ${[...leftOut]}::text[])`;
  if (beside.length === 0) return given;
  const pairs = beside.flatMap((name) => [sql.lit(name), sql.ref(`c.${name}`)]);
  return sql`(${given} || jsonb_strip_nulls(jsonb_build_object(${sql.join(pairs)})))`;
}

/**
 * Of row `e` and the values `after`: what the columns that differ hold, as `{before, after}`; null where none does.
 * `offset 0` keeps the row's JSON from being built once a column.
 */
function difference(entity: Entity, after: RawBuilder<unknown> = sql`c.after`): RawBuilder<unknown> {
  return sql`(
    select jsonb_build_object('before', jsonb_object_agg(a.key, cur.row_json -> a.key), 'after', jsonb_object_agg(a.key, a.value))
    from (select ${rowJson(entity, 'e')} as row_json offset 0) cur
    join lateral jsonb_each(${after}) a on a.value is distinct from cur.row_json -> a.key
    having count(*) > 0)`;
}

/**
 * Whether `c.after`, or a column of `c` beside it, says anything else than row `e`: a plain condition, column by column in
 * their own types. Of 100,000 rows that are as a file says this takes a quarter of a second; made of records or of JSON it
 * took one to three.
 */
function differs(entity: Entity, { beside = [], along = [] }: EachValues = {}): RawBuilder<unknown> {
  const looked = Object.entries(typesOf(entity)).filter(([name]) => !along.includes(name));
  const different = looked.map(([name, type]) => {
    const held = sql.ref(`e.${name}`);
    const own = sql.ref(`c.${name}`);
    if (beside.includes(name)) return sql`(${own} is not null and ${own} is distinct from ${held})`;
    return sql`(${saidColumn(name, type)} is distinct from ${type === 'text[]' ? sql`to_jsonb(${held})` : held} and c.after ? ${sql.lit(name)})`;
  });
  return sql.join(different, sql` or `);
}

/** A value of `c.after` in the type of its column; lists as JSON, which is read faster. */
function saidColumn(name: string, type: ColumnType): RawBuilder<unknown> {
  const key = sql.lit(name);
  if (type === 'text') return sql`c.after ->> ${key}`;
  if (type === 'text[]' || type === 'jsonb') return sql`nullif(c.after -> ${key}, 'null')`;
  return sql`(c.after ->> ${key})::${sql.raw(type)}`;
}
