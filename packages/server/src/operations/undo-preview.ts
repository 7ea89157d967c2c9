/** What an undo would take back and what it would leave, row by row: of an item some rows may be taken back and others not. */
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../db/database.ts';
import { planCounts, type Asked, type Engine, type Operation } from '../engine/index.ts';
import { seen } from '../engine/report.ts';

export interface UndoCounts {
  readonly will_reverse: number;
  readonly kept: number;
  readonly cannot: number;
}

/** A row that stays. `label` is null where it has no other name than its item. */
export interface KeptRow {
  readonly item_no: number;
  readonly entity: string | null;
  readonly id: string | null;
  readonly label: string | null;
  readonly code: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Parts of a row are counted with it: an assignment with its steps is one. */
export async function countUndoRows(tx: OrgTransaction, engine: Engine, plan: Operation): Promise<UndoCounts> {
  const { kept, cannot } = await one(
    tx,
    sql<{ kept: number; cannot: number }>`
    select count(*) filter (where not is_stuck) as kept, count(*) filter (where is_stuck) as cannot from (${stayingRows(tx, plan.id, sql`true`)}) stay`,
  );
  const reversed = planCounts(plan).writes.map(({ entity, count }) => countWholes(tx, engine, plan, entity, count));
  return { kept, cannot, will_reverse: (await Promise.all(reversed)).reduce((sum, count) => sum + count, 0) };
}

/** The first rows that stay, in the order of the items: those that somebody changed, or those that cannot go. */
export async function listKeptRows(
  asked: Asked,
  planId: string,
  wanted: { isStuck: boolean; limit: number },
): Promise<KeptRow[]> {
  const { tx } = asked;
  return rows(
    tx,
    sql<KeptRow>`
    select item_no, entity, id, label, code, detail from (${stayingRows(tx, planId, await seen(asked, planId))}) stay
    where is_stuck = ${wanted.isStuck} order by item_no, n limit ${wanted.limit}`,
  );
}

/** @param condition - On items `i`. */
function stayingRows(tx: OrgTransaction, planId: string, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select i.item_no, k.n, k.row ->> 'entity' as entity, k.row ->> 'id' as id, k.row ->> 'label' as label,
      coalesce(k.row ->> 'code', i.code) as code, coalesce(i.detail, '{}') - '{kept,stays,retires}'::text[] || coalesce(jsonb_strip_nulls(k.row), '{}') as detail,
      i.action = 'error' or k.row ->> 'code' = 'in_use_since' as is_stuck
    from operation_items i
    left join lateral jsonb_array_elements(case when i.action <> 'error' or i.code = 'in_use_since' then i.detail -> 'kept' end) with ordinality k(row, n) on true
    where i.org_id = ${tx.orgId} and i.operation_id = ${planId} and (i.action in ('skip', 'error') or i.detail ? 'kept')
      and ${condition}`;
}

async function countWholes(
  tx: OrgTransaction,
  engine: Engine,
  plan: Operation,
  name: string,
  count: number,
): Promise<number> {
  const { partOf } = engine.entities.find((entity) => entity.name === name) ?? {};
  const mayBePart = planCounts(plan).writes.some(({ entity }) => entity === partOf?.entity);
  if (partOf === undefined || !mayBePart) return count;
  const { alone } = await one(
    tx,
    sql<{ alone: number }>`
    select count(*) as alone from changes c
    where c.org_id = ${tx.orgId} and c.operation_id = ${plan.id} and c.entity = ${name} and not exists (
      select from changes w where w.org_id = ${tx.orgId} and w.operation_id = ${plan.id} and w.item_no = c.item_no
        and w.entity_id = (coalesce(c.before, c.after) ->> ${partOf.column})::uuid)`,
  );
  return alone;
}
