/**
 * Applies a confirmed plan, chunk by chunk; one transaction a chunk.
 *
 * 1. Take the operation's row lock and look at its status: pause, cancel and lost rights take effect within a chunk.
 * 2. Leave out items whose subject the initiator may no longer change, or who cannot be worked with any more.
 * 3. Lock the rows to be changed; leave out items whose rows are not as the preview saw them.
 * 4. Write the rest (write-changes.ts). A statement that fails is tried again on halves, until the guilty items stand
 *    alone; these are tried once more when all others are written, because they may have needed one of them.
 * 5. Mark the items, keep the counters, say what happened. Then commit, all of it or nothing.
 *
 * Never read or write an item's changes outside this order, and never without the operation's lock.
 */
import { LIMITS } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { inOrg, one, rows, savepoint, type OrgTransaction } from '../../db/database.ts';
import { newId, plannedId } from '../../db/ids.ts';
import { findActor, type Actor } from '../../tenancy/actor.ts';
import { takesItemsAlone } from './deaths.ts';
import { getKind, mayStart, type Engine } from '../engine.ts';
import { findDrift } from './drift.ts';
import { findItemFault, isItemFault, type ItemFault } from './item-fault.ts';
import { finish } from './finish.ts';
import { eventPrefix, type Kind } from '../kind.ts';
import {
  getOperation,
  lockOperation,
  makerOf,
  update,
  type Operation,
  type OperationValues,
  planCounts,
  skippedByPlan,
} from '../operation.ts';
import { joinByHash, refreshStatistics } from '../plan/planner-hints.ts';
import { move, type Mover } from '../moves.ts';
import { goesOn } from './pause-broken.ts';
import { dequeue, enqueue, TASKS } from '../queue.ts';
import { writeEvent } from '../record.ts';
import { isWholeOrgAdmin, maySteer } from '../rights.ts';
import { inRange, type ItemRange, nextItems } from './range.ts';
import { writeChanges } from './write-changes.ts';

/** Chunks grow while they take less than this, in milliseconds, and shrink when they take three times as long. */
const FAST_CHUNK_MS = 300;
/** Items a chunk where nothing is to be written: they are only marked, which takes a few microseconds each. */
const IDLE_CHUNK_ITEMS = 100_000;

/** Applies a small operation now. After LIMITS.inRequestMs the rest is left to the worker. */
export async function applyInRequest(engine: Engine, operation: Operation): Promise<Operation> {
  const isDone = await applySlice(engine, operation.org_id, operation.id, LIMITS.inRequestMs);
  return inOrg(engine.database, operation.org_id, async (tx) => {
    if (isDone) await dequeue(tx, operation.id);
    else await enqueue(tx, operation, TASKS.continue);
    return getOperation(tx, operation.id);
  });
}

/** Applies all of it in the caller's transaction: a single edit is planned, confirmed and applied as one. */
export async function applyIn(tx: OrgTransaction, engine: Engine, operationId: string): Promise<Operation> {
  while (await applyChunk(tx, engine, operationId));
  return getOperation(tx, operationId);
}

/**
 * Applies chunks for a while.
 * @param sliceMs - Stops before the first chunk that would begin later than this, in milliseconds.
 * @param signal - Stops after the chunk in hand.
 * @returns true when there is nothing more to do for now: done, paused, cancelled, or never confirmed.
 */
export async function applySlice(
  engine: Engine,
  orgId: string,
  operationId: string,
  sliceMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + sliceMs;
  for (let chunk = 0; chunk === 0 || (Date.now() < end && signal?.aborted !== true); chunk++) {
    if (chunk <= 1) await refreshStatistics(engine, orgId, operationId);
    const more = await inOrg(engine.database, orgId, (tx) => applyChunk(tx, engine, operationId));
    if (!more) return true;
  }
  return false;
}

/** @returns whether another chunk is to be applied. */
async function applyChunk(tx: OrgTransaction, engine: Engine, operationId: string): Promise<boolean> {
  const began = Date.now();
  const operation = await begin({ tx, engine, actor: null }, await lockOperation(tx, operationId));
  if (operation === null) return false;
  const kind = getKind(engine, operation.kind);
  const range = await nextRange(tx, operation);
  if (range === null) {
    await finish(tx, engine, operation);
    return false;
  }
  const faults = await applyItems(tx, engine, operation, range, kind);
  await markItems(tx, operation, kind, range, faults);
  const now = await advance(tx, operation, kind, range, Date.now() - began);
  return goesOn(tx, engine, now, now.processed_items - operation.processed_items, faults);
}

/** Puts an admitted operation to work; null for one that was paused, cancelled or is done. */
async function begin(mover: Mover, operation: Operation): Promise<Operation | null> {
  if (operation.status === 'queued' && operation.admitted_at !== null) {
    return move(mover, operation, 'start', operation.started_at === null ? { values: firstStart(operation) } : {});
  }
  return operation.status === 'processing' ? operation : null;
}

/** What the plan skips is counted once, when the work begins; items may have failed before, by the death of their workers. */
function firstStart(operation: Operation): OperationValues {
  const skipped = skippedByPlan(operation);
  return {
    started_at: sql<Date>`now()`,
    skipped_items: operation.skipped_items + skipped,
    processed_items: operation.processed_items + skipped,
  };
}

async function nextRange(tx: OrgTransaction, operation: Operation): Promise<ItemRange | null> {
  const isIdle = planCounts(operation).writes.length === 0;
  const chunkItems = takesItemsAlone(operation) ? 1 : operation.chunk_items;
  const next = await nextItems(tx, operation, isIdle ? IDLE_CHUNK_ITEMS : chunkItems);
  return next === null ? null : { operationId: operation.id, ...next, without: [] };
}

/** @returns the items that were not written, each with its reason. */
async function applyItems(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  range: ItemRange,
  kind: Kind,
): Promise<ItemFault[]> {
  const actor = await findActor(tx, operation.created_by_account);
  const mayGoOn = actor !== null && (await mayWork(tx, engine, actor, operation));
  const revoked = await findRevoked(tx, engine, operation, mayGoOn ? actor : null, range);
  const unfit = await findUnfit(tx, operation, actor, without(range, revoked), kind);
  const barred = [...revoked, ...unfit];
  await joinByHash(tx);
  const drifted = await findDrift(tx, engine.entities, operation, without(range, barred));
  const left = without(range, [...barred, ...drifted]);
  return [...barred, ...drifted, ...(await write(tx, engine, operation, left))];
}

/** Items `i` that would change something. */
function pendingItems(orgId: string, range: ItemRange): RawBuilder<unknown> {
  return sql`
    i.org_id = ${orgId} and i.operation_id = ${range.operationId} and i.item_no between ${range.first} and ${range.last}
      and i.item_no <> all(${[...range.without]}::int[]) and i.status = 'pending' and i.action not in ('skip', 'error')`;
}

/** Subjects who cannot be worked with any more, whoever asks. */
async function findUnfit(
  tx: OrgTransaction,
  operation: Operation,
  actor: Actor | null,
  range: ItemRange,
  kind: Kind,
): Promise<ItemFault[]> {
  if (actor === null) return [];
  const { orgId } = tx;
  const unfit = kind.bars?.({ orgId, actor, overrideReason: operation.override_reason });
  if (unfit == null) return [];
  return rows(
    tx,
    sql<ItemFault>`
    select i.item_no, u.code, jsonb_build_object('label', i.label) as detail
    from operation_items i cross join lateral (${unfit}) u where ${pendingItems(orgId, range)} order by 1`,
  );
}

/** @param actor - Null for somebody who may not go on with any of it. */
async function findRevoked(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  actor: Actor | null,
  range: ItemRange,
): Promise<ItemFault[]> {
  const touched = planCounts(operation).writes.map(({ entity }) => entity);
  const scope = actor === null ? null : engine.authority.scopeOf(actor);
  const refused = actor === null ? null : engine.authority.outOfReach(actor, touched);
  const reasons = [
    actor === null ? sql`true` : null,
    scope === null
      ? null
      : sql`(i.subject_id is not null and not exists (select from (${scope}) s where s.id = i.subject_id))`,
    refused === null
      ? null
      : sql`i.item_no in (select c.item_no from changes c where ${inRange(tx.orgId, range)} and ${refused})`,
  ].filter((reason) => reason !== null);
  if (reasons.length === 0) return [];
  const revoked = await rows(
    tx,
    sql<{ item_no: number }>`
    select i.item_no from operation_items i where ${pendingItems(tx.orgId, range)} and (${sql.join(reasons, sql` or `)})`,
  );
  return revoked.map(({ item_no }) => ({ item_no, code: 'permission_revoked', detail: {} }));
}

/** Who undoes needs, until the end, to steer what is undone, and the right to have done it. */
async function mayWork(tx: OrgTransaction, engine: Engine, actor: Actor, operation: Operation): Promise<boolean> {
  if (!mayStart(getKind(engine, operation.kind), actor)) return false;
  if (operation.undo_of === null) return true;
  const undone = await getOperation(tx, operation.undo_of);
  const mightHaveDone = isWholeOrgAdmin(actor) || mayStart(getKind(engine, undone.kind), actor);
  return mightHaveDone && maySteer(actor, undone);
}

/**
 * Writes the changes of a range. Items that were refused get another turn together once the others are written, as long
 * as that helps: one may have needed another that stood in the other half.
 */
async function write(tx: OrgTransaction, engine: Engine, operation: Operation, range: ItemRange): Promise<ItemFault[]> {
  let faults = await writeOrBisect(tx, engine, operation, range);
  for (let before = Infinity; faults.length > 0 && faults.length < before;) {
    before = faults.length;
    faults = await writeOrBisect(tx, engine, operation, only(range, faults));
  }
  return faults;
}

/** Writes the changes of a range; where the database refuses, halves it until the guilty items are found. */
async function writeOrBisect(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  range: ItemRange,
): Promise<ItemFault[]> {
  try {
    await savepoint(tx, () => writeChanges(tx, engine, operation, range));
    return [];
  } catch (error) {
    if (!isItemFault(error)) throw error;
    if (range.first === range.last) return [findItemFault(engine.entities, error, range.first)];
  }
  const middle = Math.floor((range.first + range.last) / 2);
  const lower = await writeOrBisect(tx, engine, operation, { ...range, last: middle });
  const upper = await writeOrBisect(tx, engine, operation, { ...range, first: middle + 1 });
  return [...lower, ...upper];
}

function without(range: ItemRange, faults: readonly ItemFault[]): ItemRange {
  return { ...range, without: [...range.without, ...faults.map((fault) => fault.item_no)] };
}

function only(range: ItemRange, faults: readonly ItemFault[]): ItemRange {
  const itemNos = faults.map((fault) => fault.item_no);
  return { ...range, first: Math.min(...itemNos), last: Math.max(...itemNos), only: itemNos };
}

/** Gives every pending item of the range its end, counts them, and writes the events of those that are done. */
async function markItems(
  tx: OrgTransaction,
  operation: Operation,
  kind: Kind,
  range: ItemRange,
  faults: readonly ItemFault[],
): Promise<void> {
  if (faults.length > 0) {
    await rows(
      tx,
      sql`
      update operation_items i set status = 'failed', code = f.code, detail = coalesce(i.detail, '{}') || f.detail, processed_at = statement_timestamp()
      from jsonb_to_recordset(${JSON.stringify(faults)}::jsonb) as f(item_no integer, code text, detail jsonb)
      where i.org_id = ${tx.orgId} and i.operation_id = ${range.operationId} and i.item_no = f.item_no`,
    );
  }
  const ended = await one(
    tx,
    sql<{ success: number; failed: number }>`
    with marked as (
      update operation_items
      set status = case action when 'error' then 'failed' else 'success' end, processed_at = statement_timestamp()
      where org_id = ${tx.orgId} and operation_id = ${range.operationId} and item_no between ${range.first} and ${range.last}
        and status = 'pending'
      returning status)
    select count(*) filter (where status = 'success') as success, count(*) filter (where status = 'failed') as failed from marked`,
  );
  await update(tx, operation, {
    successful_items: sql`successful_items + ${ended.success}::int`,
    failed_items: sql`failed_items + ${ended.failed + faults.length}::int`,
    processed_items: sql`processed_items + ${ended.success + ended.failed + faults.length}::int`,
  });
  if (kind.says?.done !== undefined && ended.success > 0) {
    await writeItemEvents(tx, operation, kind.says.done, range, 'success');
  }
  if (ended.failed + faults.length > 0) {
    const name = `${eventPrefix(kind)}.processing.error`;
    await writeItemEvents(tx, operation, name, range, 'failed');
  }
}

async function writeItemEvents(
  tx: OrgTransaction,
  operation: Operation,
  event: string | RawBuilder<unknown>,
  range: ItemRange,
  status: 'success' | 'failed',
): Promise<void> {
  const names = typeof event === 'string' ? sql`array[${event}::text]` : event;
  // By their ids events are read in the order in which they happen: these happen now, not when the operation was made.
  const now = newId();
  await rows(
    tx,
    sql`
    insert into events (org_id, id, name, operation_id, actor_id, payload)
    select org_id, ${plannedId(now, sql`'event ' || item_no || ' ' || event_name`, sql`item_no`)}, event_name, operation_id, ${makerOf(operation)}::uuid,
      jsonb_strip_nulls(jsonb_build_object('item_no', item_no, 'subject_id', subject_id, 'key', key, 'code', code))
    from operation_items cross join unnest(${names}) event_name
    where org_id = ${tx.orgId} and operation_id = ${operation.id} and item_no between ${range.first} and ${range.last}
      and status = ${status}`,
  );
}

async function advance(
  tx: OrgTransaction,
  operation: Operation,
  kind: Kind,
  range: ItemRange,
  tookMs: number,
): Promise<Operation> {
  const now = await update(tx, operation, {
    next_item_no: range.last + 1,
    chunks_done: operation.chunks_done + 1,
    chunk_items: nextChunkItems(operation.chunk_items, kind, tookMs),
    attempts: 0,
  });
  await writeEvent(tx, {
    name: `${eventPrefix(kind)}.processing.progress`,
    operationId: operation.id,
    actorId: makerOf(operation),
    payload: { processed: now.processed_items, total: now.total_items, chunk: now.chunks_done, took_ms: tookMs },
  });
  return now;
}

function nextChunkItems(items: number, kind: Kind, tookMs: number): number {
  // A size below the kind's own was asked for, and stays.
  if (items < kind.chunk.items) return items;
  const most = kind.chunk.itemsMax ?? kind.chunk.items;
  if (tookMs < FAST_CHUNK_MS) return Math.max(items, Math.min(most, items * 2));
  return tookMs > 3 * FAST_CHUNK_MS && items > kind.chunk.items ? Math.ceil(items / 2) : items;
}
