/**
 * Values that only one row may have. One that another row has is free where the plan takes it from that row; then both
 * items run together, as the run frees what is handed on before it gives it (run/hand-on.ts).
 */
import { sql, type RawBuilder } from 'kysely';
import { table, type Entities, type Entity } from '../../db/entity.ts';
import type { UniqueRule } from '../../db/table-rules.ts';
import {
  breach,
  changesOf,
  hasWrites,
  NOTHING_FOUND,
  plannedRows,
  rulesOf,
  type Findings,
  type Foreseen,
} from './planned-rows.ts';

export function takenKeys(plan: Foreseen, entity: Entity): Findings {
  if (entity.isKept === true || !hasWrites(plan, entity, 'insert', 'update')) return NOTHING_FOUND;
  const rules = rulesOf(plan, entity).uniques.filter(({ columns }) => columns.length > 0 && !columns.includes('id'));
  const found = rules.map((rule) => clashes(plan, entity, rule));
  return {
    faults: found.map((clash) => sql`select item_no, code, detail from (${clash}) clash where other_no is null`),
    pairs: found.map(
      (clash) =>
        sql`select item_no, other_no, code, detail, true as is_key from (${clash}) clash where other_no is not null`,
    ),
  };
}

/** Planned keys that are not simply free: `other_no` is the item that frees it, null where nobody does. */
function clashes(plan: Foreseen, entity: Entity, rule: UniqueRule): RawBuilder<unknown> {
  const { orgId } = plan.tx;
  const code = entity.refusals?.[rule.name] ?? 'already_exists';
  const detail = breach(entity, rule.name, fieldsOf(entity, rule));
  const wanted = sql`select item_no, id, action, ${keyOf(rule)} as key from ${plannedRows(plan, entity, rule.columns)} row where ${counts(rule)}`;
  return sql`
    with wanted as materialized (${wanted}
    ), held as (select id, ${keyOf(rule)} as key from ${table(entity)} where org_id = ${orgId} and ${counts(rule)}
    ), met as (
      select w.item_no, w.action, h.id as holder, w.key from wanted w join held h on h.key = w.key and h.id <> w.id)
    select m.item_no, ${code}::text as code, ${detail} as detail,
      case when ${mayHandOn(plan.entities, entity, rule)} and not exists (select from wanted k where k.id = m.holder and k.key = m.key) then g.item_no end as other_no
    from met m left join changes g on ${changesOf(plan, entity, 'g')} and g.entity_id = m.holder and (g.action = 'delete' or g.after ?| ${[...rule.columns]}::text[])
    union all
    select item_no, ${code}, ${detail}, null from (
      select item_no, row_number() over (partition by key order by item_no) as nth from wanted) twin where nth > 1`;
}

/** Of the row at hand, as one value that compares as the index does. */
function keyOf({ expressions, nullsAreEqual }: UniqueRule): RawBuilder<unknown> {
  const parts = expressions.map((expression) =>
    nullsAreEqual ? sql`coalesce((${sql.raw(expression)})::text, '')` : sql`(${sql.raw(expression)})::text`,
  );
  return parts.length === 1 ? sql`${parts[0]}` : sql`array[${sql.join(parts)}]`;
}

/** Whether the row at hand takes part in the index, and has a key that can be met. */
function counts({ expressions, condition, nullsAreEqual }: UniqueRule): RawBuilder<unknown> {
  const given = nullsAreEqual ? [] : expressions.map((expression) => sql`(${sql.raw(expression)}) is not null`);
  const conditions = condition === null ? given : [sql`(${sql.raw(condition)})`, ...given];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

/** Whether the run can free the key of change `g` before it is taken by `m`; see run/write-changes.ts for the order. */
function mayHandOn(entities: Entities, entity: Entity, rule: UniqueRule): RawBuilder<unknown> {
  if (textColumn(entity, rule) !== null) return sql`true`;
  if (goesFirst(entities, entity))
    return sql`(g.action = 'delete' or ${entity.endsFirst === true} and m.action = 'insert')`;
  return sql`false`;
}

/** The column of a key that can hold something else for a moment; null where it has none. */
export function textColumn(entity: Entity, { expressions }: UniqueRule): string | null {
  const names = expressions.map((expression) => /^(?:fold\()?(\w+)\)?$/.exec(expression)?.[1] ?? '');
  return names.find((name) => entity.columns[name] === 'text') ?? null;
}

/** Whether rows of it are deleted before any is inserted: nobody refers to them. */
export function goesFirst(entities: Entities, entity: Entity): boolean {
  const isReferredTo = entities.some((child) => Object.values(child.references ?? {}).includes(entity.name));
  return entity.endsFirst === true || !isReferredTo;
}

/** users_email_key → email, as a failed statement is read. */
function fieldsOf(entity: Entity, { name }: UniqueRule): string {
  return /^(.+)_key$/.exec(name.replace(`${entity.table}_`, ''))?.[1] ?? '';
}
