/**
 * A plan never promises what cannot be done. Whatever kind made it, the items of a plan that the database or the rules of
 * the school would refuse get their code in the preview, and the others run.
 *
 * 1. Every finder looks at the rows as they would be: values, keys, references, counters, the rules of entities and the
 *    actor's reach. It says which items would fail.
 * 2. These become errors and lose their changes. What others were to get from them is not there any more: look again,
 *    until nothing more is found.
 * 3. Items that need each other, as one takes what the other gives up, are noted: no chunk ends between them.
 */
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import { schemaRules } from '../../db/table-rules.ts';
import type { Asked } from '../engine.ts';
import type { Kind, PlanContext } from '../kind.ts';
import type { PlanWrites } from '../operation.ts';
import { joinByHash } from '../plan/planner-hints.ts';
import { takenKeys } from './keys.ts';
import { hasWrites, type Findings, type Foreseen } from './planned-rows.ts';
import { missingReferences, strandedReferences } from './references.ts';
import { brokenRules, outOfReach } from './rules.ts';
import { fullCounters } from './seats.ts';
import { refusedValues } from './values.ts';

/** Of more changes the planner has to be told: it takes rows just written for one, and loops over them once for each. */
const LOOPED_CHANGES_MAX = 200;

/** So often is looked again after items failed; each time at least one more has. */
const ROUNDS_MAX = 1_000;

/** @param planId - Under which the plan is written: the operation, or a shadow of it. */
export async function foresee(asked: Asked, kind: Kind, context: PlanContext, planId: string): Promise<void> {
  const { tx, engine } = asked;
  const schema = await schemaRules(tx, engine.database);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const writes = await countWrites(tx, planId);
    if (writes.reduce((sum, { count }) => sum + count, 0) > LOOPED_CHANGES_MAX) await joinByHash(tx);
    const plan: Foreseen = { tx, entities: engine.entities, schema, planId, writes };
    const findings = findingsOf(asked, kind, context, plan);
    const faults = findings.flatMap((found) => found.faults);
    if (faults.length === 0 || (await markFaults(tx, planId, faults)) === 0) return keepTogether(tx, planId, findings);
  }
  throw new Error('The items of a plan fail one after the other without end.');
}

function findingsOf(asked: Asked, kind: Kind, context: PlanContext, plan: Foreseen): Findings[] {
  const touched = plan.entities.filter((entity) => hasWrites(plan, entity, 'insert', 'update', 'delete'));
  const unjudged = touched.filter((entity) => kind.judges?.rows?.includes(entity.name) !== true);
  const finders = [refusedValues, takenKeys, missingReferences];
  return [
    ...touched.flatMap((entity) => [brokenRules(plan, entity, context), fullCounters(plan, entity)]),
    ...unjudged.flatMap((entity) => finders.map((find) => find(plan, entity))),
    ...(kind.judges?.goings === true ? [] : touched.map((entity) => strandedReferences(plan, entity))),
    outOfReach(asked, plan),
  ];
}

async function countWrites(tx: OrgTransaction, planId: string): Promise<PlanWrites[]> {
  return rows(
    tx,
    sql<PlanWrites>`
    select entity, action, count(*) as count from changes
    where org_id = ${tx.orgId} and operation_id = ${planId} group by entity, action`,
  );
}

/** @returns how many items fail by it. */
async function markFaults(tx: OrgTransaction, planId: string, faults: readonly RawBuilder<unknown>[]): Promise<number> {
  const found = await rows(
    tx,
    sql`
    with fault as materialized (
      select distinct on (item_no) item_no, code, detail from (${sql.join(
        faults.map((fault, place) => sql`(select item_no, code, detail, ${sql.lit(place)} as place from (${fault}) f)`),
        sql` union all `,
      )}) found
      order by item_no, place, code
    ), marked as (
      update operation_items i set action = 'error', code = f.code, detail = coalesce(i.detail, '{}') || jsonb_build_object('label', i.label) || f.detail
      from fault f where i.org_id = ${tx.orgId} and i.operation_id = ${planId} and i.item_no = f.item_no)
    delete from changes c using fault f where c.org_id = ${tx.orgId} and c.operation_id = ${planId} and c.item_no = f.item_no
    returning c.item_no`,
  );
  return found.length;
}

/** A later item whose row has to go, or come, first is worked in the same chunk. */
async function keepTogether(tx: OrgTransaction, planId: string, findings: readonly Findings[]): Promise<void> {
  const pairs = findings.flatMap((found) => found.pairs);
  if (pairs.length === 0) return;
  const { uncut, hands_on } = await one(
    tx,
    sql<{ uncut: string | null; hands_on: boolean }>`
    select range_agg(int4range(item_no, other_no)) filter (where other_no > item_no)::text as uncut, count(*) > 0 as hands_on
    from (${sql.join(
      pairs.map((pair) => sql`(${pair})`),
      sql` union all `,
    )}) pair`,
  );
  if (!hands_on) return;
  await rows(
    tx,
    sql`
    update operations set uncut = coalesce(${uncut}, '{}')::int4multirange, hands_on = true
    where org_id = ${tx.orgId} and id = ${planId}`,
  );
}
