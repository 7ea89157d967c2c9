/** Whether a plan is still the one that would be made now, and what differs where it is not. */
import { LIMITS, Problem } from '@muster/contract';
import { sql } from 'kysely';
import { rows, savepoint, type OrgTransaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { Engine, Asked } from '../engine.ts';
import { type Operation, type PlanCounts, planCounts, touchedEntities } from '../operation.ts';
import { seenItems } from '../reach.ts';
import { expectRows } from './planner-hints.ts';
import { writePlan } from './plan.ts';

/** One item that the same plan, made now, would treat differently. */
export interface PlanDifference {
  readonly item_no: number;
  readonly label: string;
  readonly was: string | null;
  readonly now: string | null;
}

/**
 * The plan is the one that was looked at, is not too old, and would be made the same way now.
 * @param made - In the name of its maker.
 * @param reader - Who is told what differs.
 */
export async function assertFresh(
  made: Asked,
  operation: Operation,
  planHash: string | undefined,
  reader: Asked,
): Promise<void> {
  const { engine } = made;
  if (planHash === undefined) return;
  if (planHash !== operation.plan_hash) throw stale(countDifferences(operation, planHash), 'a newer preview was made');
  const expires = operation.plan_expires_at?.getTime() ?? 0;
  if (operation.scheduled_at === null && engine.now().getTime() > expires) {
    throw stale([{ item_no: 0, label: 'The whole preview', was: 'fresh', now: 'expired' }], 'the preview expired');
  }
  const found = await changesSincePlan(made, operation);
  if (found.length === 0) return;
  const listed = found.slice(0, LISTED_MAX);
  const hidden = await outOfSight(reader, operation, listed);
  const differences = listed.filter((one) => !hidden.has(one.item_no));
  throw stale(differences, 'the data changed', { count: found.length, hidden: hidden.size });
}

const LISTED_MAX = 100;

function stale(differences: readonly PlanDifference[], reason: string, more: object = {}): Problem {
  return new Problem('plan_stale', { count: differences.length, reason, differences, ...more });
}

/** Items of the plan that whoever asks sees no more, as their rights are others than when it was made. */
async function outOfSight(
  reader: Asked,
  { id }: Operation,
  differences: readonly PlanDifference[],
): Promise<ReadonlySet<number>> {
  const visible = await seenItems(reader, id);
  if (visible === null) return new Set();
  const { tx } = reader;
  const found = await rows(
    tx,
    sql<{ item_no: number }>`
    select i.item_no from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${id} and i.item_no = any(${differences.map((one) => one.item_no)}::int[])
      and (${visible}) is not true`,
  );
  return new Set(found.map((one) => one.item_no));
}

/** What the counts of an earlier preview and of the present one differ in. */
function countDifferences(operation: Operation, planHash: string): PlanDifference[] {
  const history: unknown[] = Array.isArray(operation.plan_history) ? operation.plan_history : [];
  const earlier = history.find((entry) => isPlanned(entry) && entry.plan_hash === planHash);
  const was = isPlanned(earlier) ? earlier.counts.actions : {};
  const now = planCounts(operation).actions;
  const actions = [...new Set([...Object.keys(was), ...Object.keys(now)])];
  const differing = actions.filter((action) => was[action] !== now[action]);
  if (differing.length === 0)
    return [{ item_no: 0, label: 'The whole preview', was: planHash, now: operation.plan_hash }];
  return differing.map((action) => ({
    item_no: 0,
    label: action,
    was: String(was[action] ?? 0),
    now: String(now[action] ?? 0),
  }));
}

function isPlanned(entry: unknown): entry is { plan_hash: string; counts: PlanCounts } {
  return typeof entry === 'object' && entry !== null && 'plan_hash' in entry && 'counts' in entry;
}

/**
 * What changed since the plan was made. Plans of up to LIMITS.replanItemsMax items are made again beside the present
 * one and compared; of larger ones the versions of the rows to be changed are compared.
 */
async function changesSincePlan(asked: Asked, operation: Operation): Promise<PlanDifference[]> {
  const { tx, engine } = asked;
  if (operation.total_items > LIMITS.replanItemsMax) return staleRows(tx, engine, operation);
  const shadow = newId();
  const now = operation.planned_at ?? engine.now();
  const undone = new Error('the shadow plan is only compared');
  let differences: PlanDifference[] = [];
  await savepoint(tx, async () => {
    await writePlan(asked, operation, { writeTo: shadow, now });
    differences = await comparePlans(tx, operation.id, shadow);
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return differences;
}

/** One pass over both plans: a plan just written has no statistics, and joins of it are planned as if it had one row. */
async function comparePlans(tx: OrgTransaction, was: string, now: string): Promise<PlanDifference[]> {
  const hash = sql`hash_record_extended(row(entity_id, action, before, after, version_read), 0)`;
  const of = (side: string) =>
    sql`(max(action) filter (where side = ${side}), max(subject) filter (where side = ${side}), sum(hash) filter (where side = ${side}))`;
  return rows(
    tx,
    sql<PlanDifference>`
    with line as (
      select item_no, case operation_id when ${was} then 'was' else 'now' end as side, label,
        action || coalesce(' ' || code, '') as action, subject_id::text as subject, null::numeric as hash
      from operation_items where org_id = ${tx.orgId} and operation_id in (${was}, ${now})
      union all
      select item_no, case operation_id when ${was} then 'was' else 'now' end, null, null, null, ${hash}
      from changes where org_id = ${tx.orgId} and operation_id in (${was}, ${now}))
    select item_no, coalesce(max(label) filter (where side = 'now'), max(label)) as label,
      max(action) filter (where side = 'was') as was, max(action) filter (where side = 'now') as now
    from line group by item_no having ${of('was')} is distinct from ${of('now')}
    order by 1`,
  );
}

async function staleRows(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<PlanDifference[]> {
  await expectRows(tx, operation.total_items);
  const found: PlanDifference[] = [];
  for (const entity of touchedEntities(engine.entities, operation, ['update', 'delete'])) {
    found.push(
      ...(await rows(
        tx,
        sql<PlanDifference>`
      select i.item_no, i.label, i.action as was, case when e.id is null then 'gone' else 'changed' end as now
      from changes c
      join operation_items i on i.org_id = ${tx.orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
      left join ${sql.table(entity.table)} e on e.org_id = ${tx.orgId} and e.id = c.entity_id
      where c.org_id = ${tx.orgId} and c.operation_id = ${operation.id} and c.entity = ${entity.name}
        and c.action <> 'insert' and e.version is distinct from c.version_read
      order by 1 limit 100`,
      )),
    );
  }
  return found;
}
