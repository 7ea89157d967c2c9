/** Rows of any table of the registry, as they stand: one, a page of them, their parts, and what refers to them. */
import { Problem, problemError, type ProblemError } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import { getEntity, type Entities, type Entity } from '../../db/entity.ts';

export type Row = Readonly<Record<string, unknown>>;

/** @param visible - Condition on the row `t`. @throws Problem `not_found`, also for rows that may not be seen. */
export async function getRow(
  tx: OrgTransaction,
  entity: Entity,
  id: string,
  visible: RawBuilder<unknown> = sql`true`,
): Promise<Row> {
  const [row] = isUuid(id.toLowerCase())
    ? await rows(
        tx,
        sql<Row>`select t.* from ${sql.table(entity.table)} t where t.org_id = ${tx.orgId} and t.id = ${id} and ${visible}`,
      )
    : [];
  if (row === undefined) throw new Problem('not_found');
  return row;
}

export interface RowsWanted {
  /** Condition on the row `t`. */
  readonly visible: RawBuilder<unknown>;
  readonly under: { readonly column: string; readonly id: string } | null;
  /** Text on the row `t` by which they are ordered, and in which `q` is looked for. */
  readonly order: RawBuilder<string>;
  readonly q: string | undefined;
  /** Order and id of the last row of the page before. */
  readonly after: readonly string[] | null;
  readonly limit: number;
  readonly count: boolean;
}

type Found = Row & { readonly id: string; readonly order_key: string };

/** One row more than the limit, where there are so many; and how many match in all, where that is asked for. */
export async function listRows(
  tx: OrgTransaction,
  entity: Entity,
  { visible, under, order, q, after, limit, count }: RowsWanted,
): Promise<{ found: Found[]; total: number | null }> {
  const pattern = `%${(q ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  const matching = sql`
    from ${sql.table(entity.table)} t
    where t.org_id = ${tx.orgId} and ${visible}
      and ${under === null ? sql`true` : sql`${sql.ref(`t.${under.column}`)} = ${under.id}`}
      and ${q === undefined ? sql`true` : sql`fold(${order}) like fold(${pattern})`}`;
  const beyond = after === null ? sql`true` : sql`(${order}, t.id) > (${after[0]}, ${after[1]}::uuid)`;
  const found = await rows(
    tx,
    sql<Found>`
    select t.*, ${order} as order_key ${matching} and ${beyond} order by ${order}, t.id limit ${limit + 1}`,
  );
  if (!count) return { found, total: null };
  return { found, ...(await one(tx, sql<{ total: number }>`select count(*) as total ${matching}`)) };
}

/** The ids of the rows that are parts of one. */
export async function findPartIds(tx: OrgTransaction, part: Entity, id: string): Promise<string[]> {
  if (part.partOf === undefined) throw new Error(`A ${part.name} is part of nothing.`);
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select id from ${sql.table(part.table)} where org_id = ${tx.orgId} and ${sql.ref(part.partOf.column)} = ${id}`,
  );
  return found.map((row) => row.id);
}

/** One fault for each value that refers to nothing in the organization. */
export async function findBrokenReferences(
  tx: OrgTransaction,
  entities: Entities,
  entity: Entity,
  values: Row,
): Promise<ProblemError[]> {
  const faults: ProblemError[] = [];
  for (const [column, target] of Object.entries(entity.references ?? {})) {
    const id = values[column];
    if (id == null) continue;
    const { table } = getEntity(entities, target);
    const known = await rows(tx, sql`select from ${sql.table(table)} where org_id = ${tx.orgId} and id = ${id}::uuid`);
    if (known.length > 0) continue;
    const reason = `there is no ${target.replaceAll('_', ' ')} with this id`;
    faults.push(problemError('invalid_value', { field: column, reason }));
  }
  return faults;
}

/**
 * @param parts - Entities whose rows go with it.
 * @throws Problem `still_in_use`, naming what refers to the row and how often.
 */
export async function assertUnused(
  tx: OrgTransaction,
  entities: Entities,
  entity: Entity,
  id: string,
  parts: readonly string[] = [],
): Promise<void> {
  const used: { entity: string; count: number }[] = [];
  for (const other of entities.filter(({ name }) => !parts.includes(name))) {
    const columns = Object.entries(other.references ?? {}).filter(([, target]) => target === entity.name);
    if (columns.length === 0) continue;
    const refers = sql.join(
      columns.map(([column]) => sql`${sql.ref(column)} = ${id}`),
      sql` or `,
    );
    const { count } = await one(
      tx,
      sql<{ count: number }>`
      select count(*) as count from ${sql.table(other.table)} where org_id = ${tx.orgId} and (${refers})`,
    );
    if (count > 0) used.push({ entity: other.name, count });
  }
  if (used.length === 0) return;
  const words = used.map(
    ({ entity: name, count }) => `${String(count)} ${name.replaceAll('_', ' ')}${count === 1 ? '' : 's'}`,
  );
  throw new Problem('still_in_use', { used_by: words.join(', '), used });
}
