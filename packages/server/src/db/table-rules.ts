/** What the database itself asks of the rows of a table, read from its catalog: the rules stand in the migrations alone. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from './database.ts';

/** A unique index. Expressions are SQL over the columns of the table by their bare names. */
export interface UniqueRule {
  readonly name: string;
  readonly expressions: readonly string[];
  /** Condition under which a row counts; null where each does. */
  readonly condition: string | null;
  /** All columns on which expressions and condition rest, `org_id` apart. */
  readonly columns: readonly string[];
  readonly nullsAreEqual: boolean;
}

export interface CheckRule {
  readonly name: string;
  readonly expression: string;
  readonly columns: readonly string[];
}

/** `columns` of this table name a row of `parent` by its `keys`; `org_id`, which both begin with, apart. */
export interface ReferenceRule {
  readonly name: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly keys: readonly string[];
}

export interface TableRules {
  readonly uniques: readonly UniqueRule[];
  readonly checks: readonly CheckRule[];
  readonly references: readonly ReferenceRule[];
  /** Columns that may not be null. */
  readonly required: readonly string[];
  /** Columns that follow from others: name, expression, and the columns it rests on. */
  readonly generated: readonly { name: string; expression: string; columns: readonly string[] }[];
}

/** By table. */
export type SchemaRules = ReadonlyMap<string, TableRules>;

const known = new WeakMap<object, Promise<SchemaRules>>();

/**
 * Of all tables of an organization; read once for each database, as a schema changes by migrations alone.
 * @param owner - What lives as long as the database is open.
 */
export async function schemaRules(tx: Pick<OrgTransaction, 'db'>, owner: object): Promise<SchemaRules> {
  const found = known.get(owner) ?? readRules(tx);
  known.set(owner, found);
  found.catch(() => known.delete(owner));
  return found;
}

async function readRules(tx: Pick<OrgTransaction, 'db'>): Promise<SchemaRules> {
  const found = await rows(
    tx,
    sql<{ name: string; rules: TableRules }>`
    with col as (
      select attrelid as t, attnum as n, attname::text as name, attnotnull, attgenerated from pg_attribute
      where attnum > 0 and not attisdropped
    ), tab as (
      select c.oid as t, c.relname::text as name from pg_class c
      where c.relnamespace = current_schema::regnamespace and c.relkind = 'r' and exists (select from col where col.t = c.oid and col.name = 'org_id')
    ), uniques as (
      select i.indrelid as t, jsonb_agg(jsonb_build_object('name', x.relname,
        'expressions', (select jsonb_agg(pg_get_indexdef(i.indexrelid, k, true) order by k) from generate_series(2, i.indnkeyatts) k),
        'condition', pg_get_expr(i.indpred, i.indrelid),
        'columns', (select coalesce(jsonb_agg(distinct col.name), '[]') from pg_depend d join col on col.t = d.refobjid and col.n = d.refobjsubid
          where d.objid = i.indexrelid and d.refobjid = i.indrelid and col.name <> 'org_id'),
        'nullsAreEqual', i.indnullsnotdistinct) order by x.relname) as rules
      from pg_index i join pg_class x on x.oid = i.indexrelid
      where i.indisunique and not i.indisprimary and i.indnkeyatts > 1 group by 1
    ), checks as (
      select k.conrelid as t, jsonb_agg(jsonb_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, k.conrelid),
        'columns', (select jsonb_agg(col.name) from col where col.t = k.conrelid and col.n = any(k.conkey))) order by k.conname) as rules
      from pg_constraint k where k.contype = 'c' group by 1
    ), keys as (
      select k.conrelid as t, jsonb_agg(jsonb_build_object('name', k.conname, 'parent', p.relname,
        'columns', (select jsonb_agg(col.name order by a.at) from unnest(k.conkey) with ordinality a(n, at) join col on col.t = k.conrelid and col.n = a.n where col.name <> 'org_id'),
        'keys', (select jsonb_agg(col.name order by a.at) from unnest(k.confkey) with ordinality a(n, at) join col on col.t = k.confrelid and col.n = a.n where col.name <> 'org_id')) order by k.conname) as rules
      from pg_constraint k join pg_class p on p.oid = k.confrelid join tab on tab.t = k.confrelid
      where k.contype = 'f' group by 1
    ), made as (
      select d.adrelid as t, jsonb_agg(jsonb_build_object('name', col.name, 'expression', pg_get_expr(d.adbin, d.adrelid),
        'columns', (select jsonb_agg(distinct c.name) from pg_depend dep join col c on c.t = dep.refobjid and c.n = dep.refobjsubid
          where dep.classid = 'pg_attrdef'::regclass and dep.objid = d.oid and dep.refobjid = d.adrelid and c.name <> col.name))) as rules
      from pg_attrdef d join col on col.t = d.adrelid and col.n = d.adnum and col.attgenerated = 's' group by 1
    )
    select tab.name, jsonb_build_object('uniques', coalesce(uniques.rules, '[]'), 'checks', coalesce(checks.rules, '[]'),
      'references', coalesce(keys.rules, '[]'), 'generated', coalesce(made.rules, '[]'),
      'required', (select coalesce(jsonb_agg(col.name), '[]') from col where col.t = tab.t and col.attnotnull)) as rules
    from tab left join uniques using (t) left join checks using (t) left join keys using (t) left join made using (t)`,
  );
  return new Map(found.map(({ name, rules }) => [name, rules]));
}
