/**
 * A plan never promises what cannot be done. Whatever kind made it, the items of a plan that the database or the rules of
 * the school would refuse get their code in the preview, and the others run.
 *
 * 1. Every finder looks at the rows as they would be: values, keys, references, counters, the rules of entities and the
 *    actor's reach. It says which items would fail.
 * 2. These become errors and lose their changes, and with them all that need what they would have given up, however long
 *    the chain. What else rests on them, as seats and rules do, is found by looking again, until nothing more is.
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
import { secondChanges } from './one-change.ts';
import { missingReferences, strandedReferences } from './references.ts';
import { brokenRules, outOfReach } from './rules.ts';
import { fullCounters } from './seats.ts';
import { refusedValues } from './values.ts';

/** Of more changes the planner has to be told: it takes rows just written for one, and loops over them once for each. */
const LOOPED_CHANGES_MAX = 200;

/**
 * Seats are given back by whoever leaves, and who gets them is known only when it is known who does: each round. A longer
 * chain of those who wait for each other ends: from then on nobody counts on what others would give back.
 */
const SEAT_ROUNDS_MAX = 25;

/** @param planId - Under which the plan is written: the operation, or a shadow of it. */
export async function foresee(asked: Asked, kind: Kind, context: PlanContext, planId: string): Promise<void> {
  const { tx, engine } = asked;
  const schema = await schemaRules(tx, engine.database);
  const judged = await judgedRows(tx, kind, planId);
  // Each round at least one more item has failed.
  for (let round = 0; ; round++) {
    const writes = await countWrites(tx, planId);
    if (writes.reduce((sum, { count }) => sum + count, 0) > LOOPED_CHANGES_MAX) await joinByHash(tx);
    const givesBack = round < SEAT_ROUNDS_MAX;
    const plan: Foreseen = { tx, entities: engine.entities, schema, planId, writes, givesBack, judged };
    const findings = findingsOf(asked, kind, context, plan);
    if ((await markFaults(tx, planId, findings)) === 0) return keepTogether(tx, planId, findings);
  }
}

function findingsOf(asked: Asked, kind: Kind, context: PlanContext, plan: Foreseen): Findings[] {
  const touched = plan.entities.filter((entity) => hasWrites(plan, entity, 'insert', 'update', 'delete'));
  const unjudged = touched.filter((entity) => !plan.judged.includes(entity.name));
  const finders = [refusedValues, takenKeys, missingReferences];
  return [
    ...touched.flatMap((entity) => [brokenRules(plan, entity, context), fullCounters(plan, entity)]),
    ...unjudged.flatMap((entity) => finders.map((find) => find(plan, entity))),
    ...(kind.judges?.goings === true ? [] : touched.map((entity) => strandedReferences(plan, entity))),
    outOfReach(asked, plan),
    secondChanges(plan),
  ];
}

/** The entities whose rows the kind has judged in this plan. */
async function judgedRows(tx: OrgTransaction, { judges }: Kind, planId: string): Promise<readonly string[]> {
  const { rows: judged = [], unless } = judges ?? {};
  if (unless === undefined) return judged;
  const found = await rows(
    tx,
    sql`select from operation_items i where i.org_id = ${tx.orgId} and i.operation_id = ${planId} and ${unless} limit 1`,
  );
  return found.length === 0 ? judged : [];
}

async function countWrites(tx: OrgTransaction, planId: string): Promise<PlanWrites[]> {
  return rows(
    tx,
    sql<PlanWrites>`
    select entity, action, count(*) as count from changes
    where org_id = ${tx.orgId} and operation_id = ${planId} group by entity, action`,
  );
}

/**
 * Items that fail by themselves, then all that need one that fails: pairs are followed to their end in one statement.
 * @returns how many changes are gone by it.
 */
async function markFaults(tx: OrgTransaction, planId: string, findings: readonly Findings[]): Promise<number> {
  const faults = findings.flatMap((found) => found.faults);
  if (faults.length === 0) return 0;
  const pairs = findings.flatMap((found) => found.pairs);
  const found = await rows(
    tx,
    sql`
    with recursive fault as materialized (
      select distinct on (item_no) item_no, code, detail from (${inOrder(faults)}) found order by item_no, place, code
    ), pair as materialized (
      -- Looked for only where something fails: the condition is asked once, before anything is read.
      select * from (${pairs.length === 0 ? NO_PAIR : inOrder(pairs)}) pair where (select count(*) > 0 from fault) and code is not null
    ), failing as (
      select item_no from fault union select pair.item_no from failing join pair on pair.other_no = failing.item_no
    ), said as materialized (
      select distinct on (item_no) item_no, code, detail from (
        select item_no, code, detail, 0 as is_by_other, 0 as place from fault
        union all select item_no, code, detail, 1, place from pair where other_no in (select item_no from failing)) said
      order by item_no, is_by_other, place
    ), marked as (
      update operation_items i set action = 'error', code = f.code, detail = coalesce(i.detail, '{}') || jsonb_build_object('label', i.label) || f.detail
      from said f where i.org_id = ${tx.orgId} and i.operation_id = ${planId} and i.item_no = f.item_no)
    delete from changes c using said f where c.org_id = ${tx.orgId} and c.operation_id = ${planId} and c.item_no = f.item_no
    returning c.item_no`,
  );
  return found.length;
}

const NO_PAIR = sql`select null::int as item_no, null::int as other_no, null::text as code, null::jsonb as detail, 0 as place where false`;

/** All rows of the selects, each with its `place` among them. */
function inOrder(selects: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join(
    selects.map((select, place) => sql`(select s.*, ${sql.lit(place)} as place from (${select}) s)`),
    sql` union all `,
  );
}

/** A later item whose row has to go, or come, first is worked in the same chunk. */
async function keepTogether(tx: OrgTransaction, planId: string, findings: readonly Findings[]): Promise<void> {
  const pairs = findings.flatMap((found) => found.pairs);
  if (pairs.length === 0) return;
  const { uncut, hands_on } = await one(
    tx,
    sql<{ uncut: string | null; hands_on: boolean }>`
    select range_agg(int4range(item_no, other_no)) filter (where other_no > item_no)::text as uncut, coalesce(bool_or(is_key), false) as hands_on
    from (${inOrder(pairs)}) pair`,
  );
  if (uncut === null && !hands_on) return;
  await rows(
    tx,
    sql`
    update operations set uncut = coalesce(${uncut}, '{}')::int4multirange, hands_on = ${hands_on}
    where org_id = ${tx.orgId} and id = ${planId}`,
  );
}
