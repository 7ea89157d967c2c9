/**
 * The operation that somebody asks for, and which of its items they see. Of 100,000 items each may have to be looked at, so
 * that it matters how and how often.
 */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../db/database.ts';
import type { Asked } from './engine.ts';
import { getOperation, lockOperation, planCounts, type Operation } from './operation.ts';
import { maySteer, visibleItems, wholeOperations, type Reach } from './rights.ts';

/** @throws Problem `not_found` for an operation that does not exist or may not be seen: both look the same. */
export async function getVisible(asked: Asked, id: string): Promise<Operation> {
  const { tx } = asked;
  await assertVisible(asked, id);
  return getOperation(tx, id);
}

/** The operation, locked, for somebody who may steer it. @throws Problem `not_found`, or `forbidden` where it is only visible. */
export async function lockSteerable(asked: Asked, id: string): Promise<Operation> {
  const { tx, actor } = asked;
  await assertVisible(asked, id);
  const operation = await lockOperation(tx, id);
  if (!maySteer(actor, operation)) throw new Problem('forbidden');
  return operation;
}

async function assertVisible(asked: Asked, id: string): Promise<void> {
  const { tx, actor } = asked;
  const { created_by_account: maker } = await getOperation(tx, id);
  if (actor.role === 'student') throw new Problem('not_found');
  if (maker === actor.accountId) return;
  const seen = actor.role === 'teacher' ? sql`false` : await seenItems(asked, id, true);
  if (seen === null) return;
  const [found] = await rows(
    tx,
    sql`select from operation_items i where i.org_id = ${tx.orgId} and i.operation_id = ${id} and ${seen} limit 1`,
  );
  if (found === undefined) throw new Problem('not_found');
}

/** What a read has looked up already: a page, its count and the number of hidden items ask the same. */
const known = new WeakMap<OrgTransaction, Map<string, Promise<RawBuilder<unknown>>>>();

/**
 * A condition on items `i` of the operation; null where whoever asks sees each.
 * @param isForAll - All its items are asked about. In a read their numbers are then found once, for all that follows in it;
 *   otherwise each item is looked at as it comes, until a page is full.
 */
export async function seenItems(
  asked: Asked,
  operationId: string,
  isForAll = false,
): Promise<RawBuilder<unknown> | null> {
  const { tx, engine, actor } = asked;
  if (engine.authority.scopeOf(actor) === null) return null;
  const found = known.get(tx)?.get(operationId);
  if (found !== undefined) return found;
  const reach = await reachOf(asked, operationId);
  if (!isForAll || tx.isReadOnly !== true) return visibleItems(engine, actor, reach);
  const finding = findSeen(asked, reach);
  known.set(tx, (known.get(tx) ?? new Map<string, Promise<RawBuilder<unknown>>>()).set(operationId, finding));
  return finding;
}

/** Only what the operation changes is asked about. */
async function reachOf({ tx }: Asked, operationId: string): Promise<Reach> {
  const { writes } = planCounts(await getOperation(tx, operationId));
  return { operationId, entities: [...new Set(writes.map(({ entity }) => entity))] };
}

/** Set-based: one pass over the changes instead of a look at those of each item takes a tenth. */
async function findSeen({ tx, engine, actor }: Asked, reach: Reach): Promise<RawBuilder<unknown>> {
  const { operationId, entities } = reach;
  const whole = wholeOperations(engine, actor) ?? sql`true`;
  const { is_whole: isWhole } = await one(
    tx,
    sql<{ is_whole: boolean }>`
    select exists (select from operations o where o.org_id = ${tx.orgId} and o.id = ${operationId} and ${whole}) as is_whole`,
  );
  if (isWhole) return sql`true`;
  const beyond = engine.authority.outOfReach(actor, entities) ?? sql`false`;
  const { ranges } = await one(
    tx,
    sql<{ ranges: string }>`
    select coalesce(range_agg(int4range(i.item_no, i.item_no + 1)), '{}')::text as ranges from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and (
      i.subject_id in (${engine.authority.scopeOf(actor) ?? sql`select null::uuid`}) or i.subject_id is null and i.item_no in (
        select c.item_no from changes c where c.org_id = ${tx.orgId} and c.operation_id = ${operationId}
        group by c.item_no having bool_and((${beyond}) is not true)))`,
  );
  return sql`i.item_no <@ ${ranges}::int4multirange`;
}
