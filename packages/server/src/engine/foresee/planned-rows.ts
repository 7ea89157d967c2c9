/** The rows of one entity as a plan would leave them, and the keys that it gives up. */
import { sql, type RawBuilder } from 'kysely';
import type { OrgTransaction } from '../../db/database.ts';
import { calledIn, columnNames, columnTypes, rowJson, table, type Entities, type Entity } from '../../db/entity.ts';
import type { SchemaRules, TableRules } from '../../db/table-rules.ts';
import type { PlanWrites } from '../operation.ts';

/** A plan that is looked at before anybody sees it. */
export interface Foreseen {
  readonly tx: OrgTransaction;
  readonly entities: Entities;
  readonly schema: SchemaRules;
  /** Under which the plan is written. */
  readonly planId: string;
  readonly writes: readonly PlanWrites[];
  /** Whether a seat counts as free that an item of the plan gives back. */
  readonly givesBack: boolean;
  /** Entities whose rows the kind has judged itself. */
  readonly judged: readonly string[];
}

/**
 * What a finder says: faults as `item_no, code, detail`, and pairs as `item_no, other_no, code, detail, is_key`: the item
 * needs what the other gives up or makes. `code` is what it fails by when the other fails, null where that is not certain;
 * `is_key` says that the run has to free a value before it gives it.
 */
export interface Findings {
  readonly faults: readonly RawBuilder<unknown>[];
  readonly pairs: readonly RawBuilder<unknown>[];
}

export const NOTHING_FOUND: Findings = { faults: [], pairs: [] };

export function rulesOf({ schema }: Foreseen, entity: Entity): TableRules {
  const found = schema.get(entity.table);
  if (found === undefined) throw new Error(`The catalog knows no table ${entity.table}.`);
  return found;
}

export function hasWrites({ writes }: Foreseen, entity: Entity, ...actions: readonly PlanWrites['action'][]): boolean {
  return writes.some((write) => write.entity === entity.name && actions.includes(write.action));
}

/** Condition on changes `alias` of the plan that are about the entity. */
export function changesOf({ tx, planId }: Foreseen, entity: Entity, alias = 'c'): RawBuilder<unknown> {
  const of = (column: string) => sql.ref(`${alias}.${column}`);
  return sql`${of('org_id')} = ${tx.orgId} and ${of('operation_id')} = ${planId} and ${of('entity')} = ${entity.name}`;
}

/**
 * A table expression: `item_no`, `action` (insert or update), `changed` (the planned values alone), `before` (the whole row
 * as JSON; null for an insert), and every column of the table as it would be, generated ones included.
 *
 * @param touched - Of the updates only those that change one of these columns.
 */
export function plannedRows(plan: Foreseen, entity: Entity, touched?: readonly string[]): RawBuilder<unknown> {
  const { orgId } = plan.tx;
  const chosen = touched === undefined ? sql`true` : sql`(c.action = 'insert' or c.after ?| ${[...touched]}::text[])`;
  const columns = columnNames(entity).map((name) => sql.ref(`r.${name}`));
  const generated = rulesOf(plan, entity).generated.map(
    ({ name, expression }) => sql`, (${sql.raw(expression)}) as ${sql.ref(name)}`,
  );
  return sql`(
    select p.* ${sql.join(generated, sql` `)} from (
      select c.item_no, c.action, c.after as changed, c.org_id, c.entity_id as id, held.before, ${sql.join(columns)}
      from changes c
      left join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.entity_id and c.action = 'update'
      cross join lateral (select case c.action when 'update' then ${rowJson(entity, 'e')} end as before offset 0) held
      cross join lateral jsonb_to_record(case c.action when 'insert' then c.after else held.before || c.after end) as r(${columnTypes(entity)})
      where ${changesOf(plan, entity)} and c.action <> 'delete' and ${chosen} offset 0) p)`;
}

/** `left.a = right.b and …` */
export function sameKeys(
  left: string,
  columns: readonly string[],
  right: string,
  keys: readonly string[],
): RawBuilder<unknown> {
  const pairs = columns.map(
    (name, at) => sql`${sql.ref(`${left}.${name}`)} = ${sql.ref(`${right}.${keys[at] ?? name}`)}`,
  );
  return sql.join(pairs, sql` and `);
}

/** What the database would say of a row that breaks the rule, in the form of a failed item's detail. */
export function breach(entity: Entity, constraint: string, fields = ''): RawBuilder<unknown> {
  const detail = {
    constraint,
    entity: calledIn(entity),
    field: fields,
    fields,
    reason: `it breaks the rule ${constraint}`,
  };
  return sql`${JSON.stringify(detail)}::jsonb`;
}
