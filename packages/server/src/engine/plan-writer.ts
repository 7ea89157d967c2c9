/** Turns the selects of a kind into the items and changes of an operation. */
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';
import {
  columnNames,
  columnTypes,
  getEntity,
  rowJson,
  table,
  type Entities,
  type Entity,
} from '../db/entity.ts';
import type { Plan } from './kind.ts';
import { expectRows } from './many-rows.ts';

const ITEM_COLUMNS = [
  'item_no', 'row_no', 'key', 'subject_id', 'label', 'input', 'action', 'code', 'detail', 'warnings',
]; // prettier-ignore

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
        insert into operation_items (org_id, operation_id, ${itemColumns()})
        select ${target.org}, ${target.operation}, ${itemColumns('item')} from (${select}) item order by item_no`.execute(
        tx.db,
      );
      await expectRows(tx, Number(numAffectedRows));
    },
    insert: (name, select) => {
      const entity = getEntity(entities, name);
      return write(sql`
        insert into changes (org_id, operation_id, item_no, entity, entity_id, action, after)
        select ${target.org}, ${target.operation}, c.item_no, ${name}, c.id, 'insert', ${withDefaults(entity)}
        from (${select}) c`);
    },
    update: (name, select) => {
      const entity = getEntity(entities, name);
      return write(sql`
        insert into changes (org_id, operation_id, item_no, entity, entity_id, action, before, after, version_read)
        select ${target.org}, ${target.operation}, c.item_no, ${name}, c.id, 'update', d.before, d.after, e.version
        from (${select}) c
        join ${table(entity)} e on e.org_id = ${tx.orgId} and e.id = c.id
        cross join lateral ${difference(entity)} d
        where d.after is not null`);
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
    each: (name, select) =>
      write(eachStatement(tx.orgId, target, getEntity(entities, name), select)),
  };
}

function itemColumns(of?: string): RawBuilder<unknown> {
  return sql.join(ITEM_COLUMNS.map((name) => sql.ref(of === undefined ? name : `${of}.${name}`)));
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
): RawBuilder<unknown> {
  return sql`
    with planned as materialized (
      select ${itemColumns('c')}, c.id, c.change, e.version as version_read, d.before as old_values,
        case c.change when 'insert' then ${withDefaults(entity)} else d.after end as new_values
      from (${select} offset 0) c
      left join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.id and c.change = 'update'
      cross join lateral ${difference(entity, sql`c.change = 'update'`)} d
    ), item as (
      insert into operation_items (org_id, operation_id, ${itemColumns()})
      select ${target.org}, ${target.operation}, item_no, row_no, key, subject_id, label, input,
        case when change = 'update' and new_values is null then 'skip' else action end,
        case when change = 'update' and new_values is null then 'unchanged' else code end,
        detail, warnings
      from planned
    )
    insert into changes (org_id, operation_id, item_no, entity, entity_id, action, before, after, version_read)
    select ${target.org}, ${target.operation}, c.item_no, ${entity.name}, c.id, c.change,
      c.old_values, c.new_values, c.version_read
    from planned c where c.new_values is not null`;
}

function withDefaults(entity: Entity): RawBuilder<unknown> {
  return sql`${JSON.stringify(entity.defaults ?? {})}::jsonb || c.after`;
}

/**
 * Of row `e` and the values `c.after`: what the columns that differ hold before and after; nulls where none differs.
 * `offset 0` keeps the row's JSON from being built once a column; where `when` does not hold, nothing is compared at all.
 */
function difference(entity: Entity, when = sql`true`): RawBuilder<unknown> {
  return sql`(
    select jsonb_object_agg(a.key, cur.row_json -> a.key) as before, jsonb_object_agg(a.key, a.value) as after
    from (select ${rowJson(entity, 'e')} as row_json where case when ${when} then ${differs(entity)} else false end offset 0) cur
    join lateral jsonb_each(c.after) a on a.value is distinct from cur.row_json -> a.key)`;
}

/**
 * Whether `c.after` says anything else than row `e`, column by column in their own types: of 100,000 rows that are as a
 * file says, this takes a third of the time of making JSON of them.
 */
function differs(entity: Entity): RawBuilder<unknown> {
  const different = columnNames(entity).map((name) => {
    const [said, held] = [sql.ref(`said.${name}`), sql.ref(`e.${name}`)];
    return sql`(${said} is distinct from ${held} and c.after ? ${sql.lit(name)})`;
  });
  return sql`(select ${sql.join(different, sql` or `)} from jsonb_to_record(c.after) as said(${columnTypes(entity)}))`;
}
