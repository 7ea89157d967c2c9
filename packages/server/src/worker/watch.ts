/**
 * Tells living workers from dead ones, so that a dead worker's jobs go on within seconds.
 *
 * 1. The name under which a process holds jobs is held as an advisory lock by one session of it. The lock ends with the process.
 * 2. Every second each process looks at who holds jobs. An id that nobody holds, twice in a row, is dead: its jobs are freed.
 *    A process that lives and says nothing any more loses its sessions to the database after a minute, and so its lock.
 * 3. Every few seconds the jobs of unfinished operations that are lost altogether are put back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../db/database.ts';
import type { Engine } from '../engine/index.ts';
import { noteDeath } from '../engine/run/deaths.ts';
import { TASKS } from '../engine/queue.ts';
import { putBack } from '../engine/run/trouble.ts';

export interface Watch {
  /** Holds the id of a worker of this process. */
  add(workerId: string): void;
  /** Lets go of all ids: what they hold is freed as that of a dead process would be. */
  forget(): Promise<void>;
  /** Resolves when no job is held by a worker of this process, after at most a few seconds. */
  untilReleased(): Promise<void>;
  stop(): Promise<void>;
}

interface WatchOptions {
  readonly engine: Engine;
  readonly database: Database;
  readonly log: (level: 'info' | 'error', message: string, meta?: unknown) => void;
}

const LOOK_MS = 1_000;
const PUT_BACK_EVERY = 5;
const RELEASE_TIMEOUT_MS = 5_000;
const LOCK_CLASS = 5_217_332;

const HELD_BY = `
  select distinct locked_by as id from graphile_worker._private_jobs where locked_by is not null
  union select locked_by from graphile_worker._private_job_queues where locked_by is not null`;

interface Job {
  readonly org_id: string;
  readonly operation_id: string;
}
const JOBS_OF = `
  select j.payload ->> 'org_id' as org_id, j.payload ->> 'operation_id' as operation_id
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
  where j.locked_by = any($1::text[]) and t.identifier = $2`;

export async function startWatch(options: WatchOptions): Promise<Watch> {
  const { database } = options;
  const own = new Set<string>();
  const stopping = new AbortController();
  const session = sessionOf(database, own);
  const loop = look(options, session, stopping.signal);
  return {
    add: (workerId) => {
      own.add(workerId);
      session.hold(workerId);
    },
    forget: () => {
      const ids = [...own];
      own.clear();
      return session.release(ids);
    },
    untilReleased: async () => {
      const end = Date.now() + RELEASE_TIMEOUT_MS;
      while (Date.now() < end) {
        const { rows } = await database.pool.query<{ id: string }>(HELD_BY);
        if (!rows.some((row) => own.has(row.id))) return;
        await sleep(50);
      }
    },
    stop: async () => {
      stopping.abort();
      await loop;
      session.close();
    },
  };
}

async function look(options: WatchOptions, session: Session, signal: AbortSignal): Promise<void> {
  let suspects = new Set<string>();
  for (let turn = 1; !signal.aborted; turn++) {
    try {
      await session.ensure();
      suspects = await freeDead(options, suspects);
      if (turn % PUT_BACK_EVERY === 0) await putBackLost(options);
    } catch (error) {
      options.log('error', 'The watch over workers could not look; it will again.', { error: String(error) });
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns ids that looked dead for the first time now. */
async function freeDead(options: WatchOptions, suspects: ReadonlySet<string>): Promise<Set<string>> {
  const { rows } = await options.database.pool.query<{ id: string; dead: boolean }>(
    `select id, pg_try_advisory_xact_lock($1, hashtext(id)) as dead from (${HELD_BY}) held`,
    [LOCK_CLASS],
  );
  const dead = rows.filter((row) => row.dead).map((row) => row.id);
  const twice = dead.filter((id) => suspects.has(id));
  if (twice.length > 0) await takeOver(options, twice);
  return new Set(dead.filter((id) => !suspects.has(id)));
}

/** Frees the jobs of dead workers. Of several processes that see the same death one does it, and counts it. */
async function takeOver({ engine, database, log }: WatchOptions, dead: readonly string[]): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    // Held until the commit: to the others the workers look alive as long.
    const { rows: mine } = await client.query<{ id: string }>(
      'select id from unnest($2::text[]) id where pg_try_advisory_xact_lock($1, hashtext(id))',
      [LOCK_CLASS, dead],
    );
    const workers = mine.map(({ id }) => id);
    const { rows: jobs } = await client.query<Job>(JOBS_OF, [workers, TASKS.continue]);
    for (const job of jobs) await noteDeath(engine, job.org_id, job.operation_id);
    await client.query('select graphile_worker.force_unlock_workers($1::text[])', [workers]);
    await client.query('commit');
    log('info', 'Took over the jobs of dead workers.', { workers });
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function putBackLost({ engine, database }: WatchOptions): Promise<void> {
  const { rows } = await database.pool.query<{ org_id: string; operation_id: string }>(
    'select org_id, operation_id from find_unfinished_operations()',
  );
  for (const row of rows) await putBack(engine, row.org_id, row.operation_id);
}

interface Session {
  hold(workerId: string): void;
  release(workerIds: readonly string[]): Promise<void>;
  /** Opens the session anew when it was lost, and frees what our own workers held when the database went away. */
  ensure(): Promise<void>;
  close(): void;
}

/** The one connection that holds our advisory locks. */
function sessionOf(database: Database, own: ReadonlySet<string>): Session {
  let client: pg.PoolClient | undefined;
  const lock = async (workerId: string): Promise<void> => {
    await client?.query('select pg_advisory_lock($1, hashtext($2))', [LOCK_CLASS, workerId]);
  };
  const giveBack = (): void => {
    const given = client;
    client = undefined;
    // A lost connection is given back as well, or the pool would count it as lent for ever.
    given?.release(true);
  };
  return {
    hold: (workerId) => {
      lock(workerId).catch(giveBack);
    },
    release: async (workerIds) => {
      await client
        ?.query('select pg_advisory_unlock($1, hashtext(id)) from unnest($2::text[]) id', [LOCK_CLASS, [...workerIds]])
        .catch(giveBack);
    },
    ensure: async () => {
      const isAlive = await client?.query('select 1').then(
        () => true,
        () => false,
      );
      if (isAlive === true) return;
      const opened = await database.pool.connect();
      opened.once('error', giveBack);
      client = opened;
      // As long as a transaction may lie idle: whoever is not heard of for that long has stopped.
      await opened.query(
        "select set_config('idle_session_timeout', current_setting('idle_in_transaction_session_timeout'), false)",
      );
      for (const workerId of own) await lock(workerId);
      if (own.size > 0) await opened.query('select graphile_worker.force_unlock_workers($1::text[])', [[...own]]);
    },
    close: giveBack,
  };
}
