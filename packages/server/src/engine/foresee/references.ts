/** Rows that name others: who is named is there when the run comes to it, and who goes is named by nobody who stays. */
import { sql, type RawBuilder } from 'kysely';
import { table, type Entity } from '../../db/entity.ts';
import type { ReferenceRule } from '../../db/table-rules.ts';
import {
  breach,
  changesOf,
  hasWrites,
  NOTHING_FOUND,
  plannedRows,
  rulesOf,
  sameKeys,
  type Findings,
  type Foreseen,
} from './planned-rows.ts';

/** Planned rows of the entity that name a row which is not there, or goes. */
export function missingReferences(plan: Foreseen, entity: Entity): Findings {
  if (entity.isKept === true || !hasWrites(plan, entity, 'insert', 'update')) return NOTHING_FOUND;
  const found = rulesOf(plan, entity).references.map((rule) => namings(plan, entity, rule));
  return {
    faults: found.map((naming) => sql`select item_no, code, detail from (${naming}) naming where not is_there`),
    pairs: found.map(
      (naming) => sql`
      select item_no, other_no, code, detail, false as is_key from (${naming}) naming where is_there and other_no <> item_no`,
    ),
  };
}

/** Each naming: `is_there` when the plan has run, and `other_no`, the item that makes the row which is named. */
function namings(plan: Foreseen, entity: Entity, rule: ReferenceRule): RawBuilder<unknown> {
  const { orgId } = plan.tx;
  const { parent, columns, keys } = rule;
  const wanted = sql`
    select item_no, ${sql.join(columns.map((name) => sql.ref(name)))} from ${plannedRows(plan, entity, columns)} row
    where ${sql.join(
      columns.map((name) => sql`${sql.ref(name)} is not null`),
      sql` and `,
    )}`;
  const said = entity.refusals?.[rule.name] ?? 'reference_missing';
  const [column = 'id'] = columns;
  const code = sql`${said}::text as code, ${breach(entity, rule.name, column)} || jsonb_build_object('value', ${sql.ref(`w.${column}`)}) as detail`;
  const named = plan.entities.find((one) => one.table === parent && one.isKept !== true);
  const held = sql`left join ${sql.table(parent)} e on e.org_id = ${orgId} and ${sameKeys('w', columns, 'e', keys)}`;
  if (named === undefined || !hasWrites(plan, named, 'insert', 'update', 'delete'))
    return sql`select w.item_no, ${code}, e.id is not null as is_there, null::int as other_no from (${wanted}) w ${held}`;
  return sql`
    with made as materialized (select ${sql.join([...new Set(['item_no', 'id', 'action', ...keys])].map((name) => sql.ref(name)))} from ${plannedRows(plan, named)} row)
    select w.item_no, ${code},
      m.id is not null or (e.id is not null and d.entity_id is null and l.id is null) as is_there,
      case when e.id is null or d.entity_id is not null then m.item_no end as other_no
    from (${wanted}) w ${held}
    left join made m on ${sameKeys('w', columns, 'm', keys)}
    left join changes d on ${changesOf(plan, named, 'd')} and d.entity_id = e.id and d.action = 'delete'
    left join made l on l.id = e.id and l.action = 'update' and not (${sameKeys('w', columns, 'l', keys)}) is not false`;
}

/** Rows of the entity that go, or lose a key, while others that stay name them. */
export function strandedReferences(plan: Foreseen, entity: Entity): Findings {
  if (entity.isKept === true || !hasWrites(plan, entity, 'delete', 'update')) return NOTHING_FOUND;
  const found = plan.entities
    .filter((child) => child.isKept !== true)
    .flatMap((child) =>
      rulesOf(plan, child)
        .references.filter(({ parent }) => parent === entity.table)
        .flatMap((rule) => leavings(plan, entity, child, rule)),
    );
  return {
    faults: found.map((leaving) => sql`select item_no, code, detail from (${leaving}) leaving where other_no is null`),
    pairs: found.map(
      (leaving) => sql`
      select item_no, other_no, code, detail, false as is_key from (${leaving}) leaving where other_no <> item_no`,
    ),
  };
}

/** Each row that goes and is named by `child`: `other_no` is the item that ends the naming, null where none does. */
function leavings(plan: Foreseen, entity: Entity, child: Entity, rule: ReferenceRule): RawBuilder<unknown>[] {
  const { orgId } = plan.tx;
  const { columns, keys } = rule;
  const list = sql.join(keys.map((name) => sql.ref(`e.${name}`)));
  const loses = keyColumns(plan, entity, keys);
  const gone = [
    ...(hasWrites(plan, entity, 'delete')
      ? [
          sql`
      select c.item_no, e.id, ${list} from changes c join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.entity_id
      where ${changesOf(plan, entity)} and c.action = 'delete'`,
        ]
      : []),
    ...(loses.length > 0 && hasWrites(plan, entity, 'update')
      ? [
          sql`
      select row.item_no, e.id, ${list} from ${plannedRows(plan, entity, loses)} row join ${table(entity)} e on e.org_id = ${orgId} and e.id = row.id
      where row.action = 'update' and (${sameKeys('row', keys, 'e', keys)}) is not true`,
        ]
      : []),
  ];
  if (gone.length === 0) return [];
  const renamed = hasWrites(plan, child, 'update')
    ? sql`or x.action = 'update' and exists (
        select from ${plannedRows(plan, child, columns)} y where y.id = k.id and (${sameKeys('y', columns, 'g', keys)}) is not true)`
    : sql``;
  return [
    sql`
    select g.item_no, 'still_referenced'::text as code, ${breach(entity, rule.name)} as detail,
      case when x.action = 'delete' ${renamed} then x.item_no end as other_no
    from (${sql.join(gone, sql` union all `)}) g(item_no, gone_id, ${sql.join(keys.map((name) => sql.ref(name)))})
    join ${table(child)} k on k.org_id = ${orgId} and ${sameKeys('k', columns, 'g', keys)}
    left join changes x on ${changesOf(plan, child, 'x')} and x.entity_id = k.id and x.action <> 'insert'`,
  ];
}

/** The columns whose change takes a key away: none for ids, which never change. */
function keyColumns(plan: Foreseen, entity: Entity, keys: readonly string[]): string[] {
  const { generated } = rulesOf(plan, entity);
  const own = (key: string): readonly string[] => generated.find(({ name }) => name === key)?.columns ?? [key];
  return keys.flatMap(own).filter((name) => name !== 'id');
}
