/**
 * Which operation works next, and how a worker hears of it.
 *
 * 1. A confirmed operation is `queued`. An organization has at most LIMITS.processingPerOrgMax at work, and besides
 *    LIMITS.inRequestPerOrgMax small ones: these are *admitted*, by priority, then size, then arrival; an operation that
 *    touches the rows of one at work waits.
 * 2. An admitted operation has one entry in the job queue, `continue_operation`, written in the transaction that
 *    admitted it. A job works a slice of a few seconds and queues its successor behind the others, so that small
 *    operations overtake large ones and organizations take turns.
 * 3. Work of a lower lane is taken first, so that of two slots that take turns every other second both are there for a
 *    medium operation, however many large ones wait. Plans cannot be interrupted: they carry a flag by which a worker
 *    keeps half of its slots free of them.
 * 4. The entry says only "go on with X": a job that runs twice, late or not at all does no harm, because all state is
 *    in the operation. The worker's watch puts back what is lost.
 */
import { LIMITS, Problem, type Lane } from '@muster/contract';
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../db/database.ts';
import { move, type Mover, type Said } from './moves.ts';
import { update, type Operation, planCounts, lockOperation } from './operation.ts';
import { expectRows } from './plan/planner-hints.ts';
export const TASKS = { continue: 'continue_operation', plan: 'plan_operation', begin: 'begin_operation' } as const;
export type Task = (typeof TASKS)[keyof typeof TASKS];

/** On the entries of work that goes on until it is done, however long that takes. */
export const LONG_FLAG = 'long';

/** Lower numbers run earlier. */
const LANE_PRIORITY: Readonly<Record<Lane, number>> = { small: 0, medium: 10, large: 20 };
const CANDIDATES_MAX = 20;

/** Adds or moves the one job of this operation. @param delayMs - Earliest start from now, in milliseconds. */
export async function enqueue(tx: OrgTransaction, operation: Operation, task: Task, delayMs = 0): Promise<void> {
  const payload = JSON.stringify({ org_id: operation.org_id, operation_id: operation.id });
  await rows(
    tx,
    sql`
    select graphile_worker.add_job(
      identifier => ${task}::text, payload => ${payload}::json, job_key => ${jobKey(operation.id)}::text,
      job_key_mode => 'replace', run_at => now() + make_interval(secs => ${delayMs / 1000}::float8),
      priority => ${LANE_PRIORITY[operation.lane]}::int, flags => ${task === TASKS.plan ? [LONG_FLAG] : null}::text[])`,
  );
}

/** Puts back a job that is lost; one that waits or runs is left as it is. */
export async function enqueueLost(tx: OrgTransaction, operation: Operation, task: Task): Promise<void> {
  const { waiting } = await one(
    tx,
    sql<{ waiting: boolean }>`
    select exists (select from graphile_worker._private_jobs where key = ${jobKey(operation.id)} and attempts < max_attempts) as waiting`,
  );
  if (!waiting) await enqueue(tx, operation, task);
}

export async function dequeue(tx: OrgTransaction, operationId: string): Promise<void> {
  await rows(tx, sql`select graphile_worker.remove_job(${jobKey(operationId)}::text)`);
}

function jobKey(operationId: string): string {
  return `operation:${operationId}`;
}

/**
 * Admits waiting operations of the organization while there is room. Called whenever one is confirmed, resumed or ends.
 * @param inRequest - The operation that the caller will work itself: its job is only a safety net.
 */
export async function admit(tx: OrgTransaction, inRequest?: string): Promise<void> {
  await rows(tx, sql`select pg_advisory_xact_lock(hashtextextended(${`admit ${tx.orgId}`}, 0))`);
  const running = await one(
    tx,
    sql<{ small: number; others: number }>`
    select count(*) filter (where lane = 'small') as small, count(*) filter (where lane <> 'small') as others from operations
    where org_id = ${tx.orgId} and status in ('queued', 'processing') and admitted_at is not null`,
  );
  const room = {
    small: LIMITS.inRequestPerOrgMax - running.small,
    others: LIMITS.processingPerOrgMax - running.others,
  };
  for (const candidate of await waiting(tx)) {
    const kept = candidate.lane === 'small' ? 'small' : 'others';
    if (room[kept] <= 0 || (await touchesRunningRows(tx, candidate))) continue;
    const admitted = await update(tx, candidate, { admitted_at: sql`now()` });
    await enqueue(tx, admitted, TASKS.continue, candidate.id === inRequest ? 2 * LIMITS.inRequestMs : 0);
    room[kept] -= 1;
  }
}

/** Whether an operation at work changes rows that this one would update or delete: it waits for them. */
async function touchesRunningRows(tx: OrgTransaction, operation: Operation): Promise<boolean> {
  if (planCounts(operation).writes.every(({ action }) => action === 'insert')) return false;
  const atWork = await rows(
    tx,
    sql<{ id: string }>`
    select id from operations
    where org_id = ${tx.orgId} and id <> ${operation.id} and admitted_at is not null and status in ('queued', 'processing')`,
  );
  if (atWork.length === 0) return false;
  await expectRows(tx, operation.total_items);
  const [found] = await rows(
    tx,
    sql`
    select from changes mine
    join changes theirs on theirs.org_id = ${tx.orgId} and theirs.entity_id = mine.entity_id
    where mine.org_id = ${tx.orgId} and mine.operation_id = ${operation.id} and mine.action <> 'insert'
      and theirs.operation_id = any(${atWork.map(({ id }) => id)}::uuid[])
    limit 1`,
  );
  return found !== undefined;
}

/** When a place is likely to be free, in seconds; the organization's largest operations take minutes. */
const FULL_FOR_SECONDS = 60;

/** @throws Problem `queue_full` when so many wait already that another would only stand behind them. */
export async function assertRoomToWait(tx: OrgTransaction): Promise<void> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(*) as count from operations
    where org_id = ${tx.orgId} and status = 'queued' and admitted_at is null and lane <> 'small'`,
  );
  if (count >= LIMITS.waitingPerOrgMax) throw new Problem('queue_full', { count, seconds: FULL_FOR_SECONDS });
}

/** Small ones come first whatever waits; the others by priority, then in order of arrival. */
async function waiting(tx: OrgTransaction): Promise<Operation[]> {
  return (
    tx.db
      .selectFrom('operations')
      .selectAll()
      .where('org_id', '=', tx.orgId)
      .where('status', '=', 'queued')
      .where('admitted_at', 'is', null)
      .orderBy(sql`lane = 'small'`, 'desc')
      .orderBy('priority', 'desc')
      .orderBy('queued_at')
      .orderBy('id')
      .limit(CANDIDATES_MAX)
      // One that somebody holds is being cancelled, or admits itself when its own transaction gets here.
      .forUpdate()
      .skipLocked()
      .execute()
  );
}

export interface QueueStatus {
  readonly by_status: Readonly<Record<string, number>>;
  readonly waiting: number;
  readonly running: number;
  readonly oldest_waiting_seconds: number;
  readonly next: readonly string[];
}

/** State of the organization's queue: counts by status, how many wait and run, and which come next. */
export async function queueStatus(tx: OrgTransaction): Promise<QueueStatus> {
  const counts = await rows(
    tx,
    sql<{ status: string; count: number }>`
    select status, count(*) as count from operations where org_id = ${tx.orgId} group by status`,
  );
  const next = await tx.db
    .selectFrom('operations')
    .select(['id', 'queued_at'])
    .where('org_id', '=', tx.orgId)
    .where('status', '=', 'queued')
    .orderBy('priority', 'desc')
    .orderBy('queued_at')
    .orderBy('id')
    .limit(CANDIDATES_MAX)
    .execute();
  const byStatus = Object.fromEntries(counts.map((row) => [row.status, row.count]));
  const oldest = Math.min(...next.map((row) => row.queued_at?.getTime() ?? Infinity));
  return {
    by_status: byStatus,
    waiting: byStatus['queued'] ?? 0,
    running: byStatus['processing'] ?? 0,
    oldest_waiting_seconds: Number.isFinite(oldest) ? Math.max(0, Math.round((Date.now() - oldest) / 1000)) : 0,
    next: next.map((row) => row.id),
  };
}

/**
 * Queues a confirmed operation; it is admitted at once where there is room.
 * @param inRequest - Its id, where the caller will work it: the job is then only a safety net.
 */
export async function enterQueue(
  mover: Mover,
  operation: Operation,
  name: 'confirm' | 'due' | 'resume',
  said: Said = {},
  inRequest?: string,
): Promise<Operation> {
  await move(mover, operation, name, said);
  await admit(mover.tx, inRequest);
  return lockOperation(mover.tx, operation.id);
}
