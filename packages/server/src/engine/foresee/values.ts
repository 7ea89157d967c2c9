/** Values that the table itself refuses: its checks, and columns that may not be empty. */
import { sql, type RawBuilder } from 'kysely';
import { columnNames, type Entity } from '../../db/entity.ts';
import {
  breach,
  hasWrites,
  NOTHING_FOUND,
  plannedRows,
  rulesOf,
  type Findings,
  type Foreseen,
} from './planned-rows.ts';

export function refusedValues(plan: Foreseen, entity: Entity): Findings {
  if (entity.isKept === true || !hasWrites(plan, entity, 'insert', 'update')) return NOTHING_FOUND;
  const { checks, required } = rulesOf(plan, entity);
  const columns = Object.keys(entity.columns);
  const empty = required
    .filter((name) => columns.includes(name))
    .map((name) => broken(sql`${sql.ref(name)} is null`, 'required', breach(entity, `${entity.table}_${name}`, name)));
  // A check on a number that the engine keeps is judged with the number.
  const known = [...columnNames(entity), 'id'];
  const refused = checks
    .filter((check) => check.columns.every((name) => known.includes(name)))
    .map(({ name, expression }) =>
      broken(sql`not (${sql.raw(expression)})`, entity.refusals?.[name] ?? 'rule_violated', breach(entity, name)),
    );
  if (empty.length + refused.length === 0) return NOTHING_FOUND;
  const fault = sql`
    select item_no, fault ->> 0 as code, fault -> 1 as detail
    from (select item_no, case ${sql.join([...empty, ...refused], sql` `)} end as fault from ${plannedRows(plan, entity)} row) judged
    where fault is not null`;
  return { faults: [fault], pairs: [] };
}

function broken(isBroken: RawBuilder<unknown>, code: string, detail: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`when ${isBroken} then jsonb_build_array(${code}::text, ${detail})`;
}
