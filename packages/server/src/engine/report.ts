/**
 * Reading what was planned and what became of it, as far as whoever asks may see it. Pages follow the item number, so that
 * any page costs the same.
 */
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../db/database.ts';
import type { Asked } from './engine.ts';
import { seenItems } from './reach.ts';

export interface ItemQuery {
  /** Only these. */
  readonly itemNos?: readonly number[] | undefined;
  readonly status?: string | undefined;
  readonly action?: string | undefined;
  readonly code?: string | undefined;
  /** Only items that change something: neither skips nor errors. */
  readonly changing?: boolean | undefined;
  /** Only items with warnings. */
  readonly warned?: boolean | undefined;
  /** Only items after this number. */
  readonly after?: number | undefined;
  /** Leaves out so many of those that match; costs as much as reading them. */
  readonly offset?: number | undefined;
  readonly limit: number;
}

type ItemFilter = Omit<ItemQuery, 'limit' | 'offset'>;

/** One item as it is stored: the code and what its words need, not the words. */
export interface ItemView {
  readonly item_no: number;
  readonly row_no: number | null;
  readonly key: string | null;
  readonly subject_id: string | null;
  readonly label: string;
  /** The row of the file where there is one, otherwise what the kind took down. */
  readonly input: unknown;
  readonly action: string;
  readonly status: string;
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly warnings: readonly Readonly<Record<string, unknown>>[] | null;
  readonly processed_at: Date | null;
}

/**
 * A page of items. Failed ones, and those with a code, are found by the index on codes; the others along the key. Their
 * rows are asked for with `= any(…)`, so that they are found by their key: a join took the whole file for each page.
 */
export async function listItems(asked: Asked, operationId: string, query: ItemQuery): Promise<ItemView[]> {
  const { tx } = asked;
  return rows(
    tx,
    sql<ItemView>`
    with page as (
      select i.* from operation_items i where ${matching(tx, operationId, query)} and ${await seen(asked, operationId)}
      order by i.item_no limit ${query.limit} offset ${query.offset ?? 0})
    select page.item_no, row_no, page.key, page.subject_id, page.label, page.action, page.status, page.code,
      page.detail, page.warnings, page.processed_at, coalesce(page.input, to_jsonb(s.cells)) as input
    from page
    left join (
      select row_no, cells from staged_rows where org_id = ${tx.orgId} and operation_id = ${operationId}
        and row_no = any(array(select row_no from page)) offset 0) s using (row_no)
    order by page.item_no`,
  );
}

/** How many items match, whatever the page. */
export async function countItems(asked: Asked, operationId: string, query: ItemFilter): Promise<number> {
  const visible = (await seenItems(asked, operationId, true)) ?? sql`true`;
  return count(asked.tx, sql`${matching(asked.tx, operationId, query)} and ${visible}`);
}

/** How many items match that are not shown to whoever asks. */
export async function countHidden(asked: Asked, operationId: string, query: ItemFilter = {}): Promise<number> {
  const { tx } = asked;
  const visible = await seenItems(asked, operationId, true);
  if (visible === null) return 0;
  return count(tx, sql`${matching(tx, operationId, query)} and ${visible} is not true`);
}

async function count(tx: OrgTransaction, condition: RawBuilder<unknown>): Promise<number> {
  const found = await one(
    tx,
    sql<{ count: number }>`select count(*) as count from operation_items i where ${condition}`,
  );
  return found.count;
}

/** Failed items by code. */
export async function countErrors(asked: Asked, operationId: string): Promise<Record<string, number>> {
  const { tx } = asked;
  const codes = await rows(
    tx,
    sql<{ code: string; count: number }>`
    select code, count(*) as count from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and ${HAS_FAILED} and ${await seen(asked, operationId)}
    group by code`,
  );
  return Object.fromEntries(codes.map((row) => [row.code, row.count]));
}

/** Condition: items `i` of this operation that whoever asks may see. */
export async function seen(asked: Asked, operationId: string): Promise<RawBuilder<unknown>> {
  return (await seenItems(asked, operationId)) ?? sql`true`;
}

/** Items `i` that match. Where none of them is merely unchanged, the condition says so, and the small index on codes is used. */
function matching(tx: OrgTransaction, operationId: string, query: ItemFilter): RawBuilder<unknown> {
  const isTelling =
    query.status === 'failed' || query.action === 'error' || (query.code !== undefined && query.code !== 'unchanged');
  const conditions = [
    sql`i.org_id = ${tx.orgId} and i.operation_id = ${operationId}`,
    query.itemNos === undefined ? null : sql`i.item_no = any(${[...query.itemNos]}::int[])`,
    query.after === undefined ? null : sql`i.item_no > ${query.after}`,
    query.status === undefined ? null : sql`i.status = ${query.status}`,
    query.action === undefined ? null : sql`i.action = ${query.action}`,
    query.code === undefined ? null : sql`i.code = ${query.code}`,
    isTelling ? sql`i.code <> 'unchanged'` : null,
    query.changing === true ? sql`i.action not in ('skip', 'error')` : null,
    query.warned === true ? sql`i.warnings is not null` : null,
  ].filter((condition) => condition !== null);
  return sql.join(conditions, sql` and `);
}

export interface ChangeView {
  readonly item_no: number;
  readonly entity: string;
  readonly entity_id: string;
  readonly action: 'insert' | 'update' | 'delete';
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** The changes of these items, field by field. */
export async function listChanges(
  asked: Asked,
  operationId: string,
  itemNos: readonly number[],
): Promise<ChangeView[]> {
  const { tx } = asked;
  const visible = await seenItems(asked, operationId);
  const ofVisible =
    visible === null
      ? sql`true`
      : sql`item_no in (
          select i.item_no from operation_items i where i.org_id = ${tx.orgId} and i.operation_id = ${operationId}
            and i.item_no = any(${[...itemNos]}::int[]) and ${visible})`;
  return rows(
    tx,
    sql<ChangeView>`
    select item_no, entity, entity_id, action, before, after from changes
    where org_id = ${tx.orgId} and operation_id = ${operationId} and item_no = any(${[...itemNos]}::int[]) and ${ofVisible}
    order by item_no, entity, entity_id`,
  );
}

export interface TakenBack {
  readonly item_no: number;
  /** The last undo that took back one of its rows. */
  readonly by: string;
  /** Whether none of its rows is left as the item wrote it. */
  readonly is_whole: boolean;
}

/** Which of these items are taken back, whole or in part: an undo reversed what they wrote, and nothing reversed the undo. */
export async function listTakenBack(
  tx: OrgTransaction,
  operationId: string,
  itemNos: readonly number[],
): Promise<TakenBack[]> {
  const own = sql`
    own as materialized (
      select item_no, entity, entity_id from changes
      where org_id = ${tx.orgId} and operation_id = ${operationId} and item_no = any(${[...itemNos]}::int[]))`;
  // Asked for with `= any(…)`, the few rows of a page are found by their ids, however many the undo has.
  const ofThese = sql`c.entity_id = any(array(select entity_id from own))`;
  return rows(tx, sql<TakenBack>`${takenBack(tx.orgId, operationId, own, ofThese)} select * from taken_back`);
}

/** How many items of an operation are taken back whole. */
export async function countTakenBack(tx: OrgTransaction, operationId: string): Promise<number> {
  const own = sql`
    own as materialized (
      select c.item_no, c.entity, c.entity_id from changes c
      join operation_items i on i.org_id = ${tx.orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
      where c.org_id = ${tx.orgId} and c.operation_id = ${operationId} and i.status = 'success')`;
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    ${takenBack(tx.orgId, operationId, own, sql`true`)} select count(*) as count from taken_back where is_whole`,
  );
  return count;
}

/**
 * A row is taken back when more undos than undos of these reversed it. CTEs up to `taken_back`, with the columns of
 * {@link TakenBack}. Rows are brought together by grouping: while statistics are behind, a join of both sides compared
 * each of 30,000 rows with each.
 * @param own - The CTE `own`: rows that the items in question changed.
 * @param wanted - Condition on changes `c` of undos.
 */
function takenBack(
  orgId: string,
  operationId: string,
  own: RawBuilder<unknown>,
  wanted: RawBuilder<unknown>,
): RawBuilder<TakenBack> {
  return sql`
    with recursive undo as (
      select id, 1 as side from operations where org_id = ${orgId} and undo_of = ${operationId} and successful_items > 0
      union all
      select o.id, -undo.side from operations o join undo on o.undo_of = undo.id
      where o.org_id = ${orgId} and o.successful_items > 0
    ), ${own}, touched as (
      select item_no, entity, entity_id, 0 as side, null::uuid as undo_id from own
      union all
      select null, c.entity, c.entity_id, undo.side, undo.id
      from undo
      join changes c on c.org_id = ${orgId} and c.operation_id = undo.id and ${wanted}
      join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
      where i.status = 'success'
    ), written as (
      select max(item_no) as item_no, case when sum(side) > 0 then max(undo_id::text) filter (where side = 1) end as by
      from touched group by entity, entity_id
    ), taken_back as (
      select item_no, max(by) as by, bool_and(by is not null) as is_whole
      from written where item_no is not null group by item_no having max(by) is not null)`;
}

/** Condition: items `i` that failed. Said with the code, so that the index on codes is used: it leaves out what is unchanged. */
export const HAS_FAILED: RawBuilder<unknown> = sql`i.status = 'failed' and i.code <> 'unchanged'`;

/** Condition on items: all, or only these. */
export function chosen(itemNos: readonly number[] | undefined, column = sql`item_no`): ReturnType<typeof sql> {
  return itemNos === undefined ? sql`true` : sql`${column} = any(${[...itemNos]}::int[])`;
}
