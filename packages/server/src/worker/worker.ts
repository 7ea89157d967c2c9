/**
 * Takes jobs from the queue and calls the engine a slice at a time. Any number of processes may run it on one database.
 *
 * It keeps nothing that another process could not read: a job says "go on with operation X", and X knows where it is.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker';
import { z } from 'zod';
import type { Database } from '../db/database.ts';
import type { Engine } from '../engine/index.ts';
import { applySlice } from '../engine/run/chunk.ts';
import { LONG_FLAG, TASKS } from '../engine/queue.ts';
import { planLate } from '../engine/verbs/plan-late.ts';
import { beginScheduled, enqueueNext, holdBack, putOffPlanning } from '../engine/run/trouble.ts';
import { forgetOldKeys } from '../tenancy/old-keys.ts';
import { openDueAssignments } from '../school/assignments/open-due.ts';
import type { Mailer } from './deliver-mail.ts';
import { deliverDue } from './deliver.ts';
import { forgetOldDrafts } from './forget-drafts.ts';
import { forgetOldMessages } from './forget-messages.ts';
import { longSlots, type LongSlots } from './long-slots.ts';
import { repeat, type Periodic } from './periodic.ts';
import { checkCountsAtNight, moveBatchesByDate } from './upkeep.ts';
import { startWatch, type Watch } from './watch.ts';

export interface WorkerOptions {
  readonly engine: Engine;
  readonly database: Database;
  /** Jobs worked at the same time. */
  readonly concurrency?: number;
  /** Left out, messages wait for a worker that has one. */
  readonly mailer?: Mailer | undefined;
  /** Where links in messages lead. */
  readonly publicUrl?: string | undefined;
  readonly log: (level: 'info' | 'error', message: string, meta?: unknown) => void;
}

export interface Worker {
  /** Finishes the chunks in hand and gives the jobs back. */
  stop(): Promise<void>;
}

/** Long enough to be cheap, short enough that a small operation never waits for it. */
const SLICE_MS = 2_000;
const PUT_OFF_MS = 1_000;
const RESTART_MS = 500;
const DELIVER_EVERY_MS = 1_000;
const OPEN_EVERY_MS = 15_000;
const UPKEEP_EVERY_MS = 20 * 60_000;

const payloadSchema = z.object({ org_id: z.uuid(), operation_id: z.uuid() });
type Handler = (orgId: string, operationId: string) => Promise<void>;

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const stopping = new AbortController();
  const watch = await startWatch(options);
  const running = supervise(options, watch, stopping.signal);
  const repeated = periodicWork(options).map((one) => repeat(one, stopping.signal, options.log));
  return {
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all(repeated);
      await watch.stop();
    },
  };
}

/** A piece a line. */
function periodicWork({ engine, database, mailer, publicUrl }: WorkerOptions): Periodic[] {
  const delivery = { database, now: engine.now, mailer: mailer ?? null, publicUrl };
  return [
    { name: 'Delivering messages', everyMs: DELIVER_EVERY_MS, work: (signal) => deliverDue(delivery, signal) },
    { name: 'Opening assignments', everyMs: OPEN_EVERY_MS, work: () => openDueAssignments(database, engine.now()) },
    { name: 'Moving batches by their dates', everyMs: UPKEEP_EVERY_MS, work: () => moveBatchesByDate(engine) },
    { name: 'Checking numbers of students', everyMs: UPKEEP_EVERY_MS, work: () => checkCountsAtNight(engine) },
    {
      name: 'Deleting old drafts',
      everyMs: UPKEEP_EVERY_MS,
      work: (signal) => forgetOldDrafts(database, engine.now(), signal),
    },
    { name: 'Deleting old keys', everyMs: UPKEEP_EVERY_MS, work: () => forgetOldKeys(database, engine.now()) },
    {
      name: 'Deleting old messages',
      everyMs: UPKEEP_EVERY_MS,
      work: (signal) => forgetOldMessages(database, engine.now(), signal),
    },
  ];
}

/** Runs the queue until told to stop; after a lost database it is started anew. */
async function supervise(options: WorkerOptions, watch: Watch, signal: AbortSignal): Promise<void> {
  const untilStopped = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => {
      resolve();
    }),
  );
  const isStopping = (): boolean => signal.aborted;
  while (!isStopping()) {
    try {
      const runner = await startRunner(options, watch, signal);
      await Promise.race([runner.promise, untilStopped]);
      if (isStopping()) await stopRunner(runner, watch);
    } catch (error) {
      if (!isStopping()) options.log('error', 'The queue stopped; starting it again.', { error: String(error) });
      await watch.forget();
    }
    if (!isStopping()) await sleep(RESTART_MS);
  }
}

async function startRunner(options: WorkerOptions, watch: Watch, signal: AbortSignal): Promise<Runner> {
  const { engine, database } = options;
  const events: WorkerEvents = new EventEmitter();
  // Jobs are held in the name of the pool, not of the worker within it.
  events.on('pool:create', ({ workerPool }) => {
    watch.add(workerPool.id);
  });
  const concurrency = options.concurrency ?? 2;
  const slots = longSlots(concurrency);
  const handlers = taskHandlers(engine, signal, slots, options.log);
  const taskList = Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      async (payload: unknown) => {
        const { org_id: orgId, operation_id: operationId } = payloadSchema.parse(payload);
        await handle(orgId, operationId);
      },
    ]),
  );
  return run({
    pgPool: database.pool,
    taskList,
    events,
    concurrency,
    noHandleSignals: true,
    pollInterval: 1_000,
    logger: quietLogger(options.log),
    parsedCronItems: [],
    forbiddenFlags: () => (slots.isFull() ? [LONG_FLAG] : null),
    // Without a delay nobody waits for these writes, and one that fails with the database would end the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
}

function taskHandlers(
  engine: Engine,
  signal: AbortSignal,
  slots: LongSlots,
  log: WorkerOptions['log'],
): Record<string, Handler> {
  return {
    [TASKS.continue]: async (orgId, operationId) => {
      try {
        const isDone = await applySlice(engine, orgId, operationId, SLICE_MS, signal);
        if (!isDone) await enqueueNext(engine, orgId, operationId);
      } catch (error) {
        log('error', 'A chunk failed and will be tried again.', { orgId, operationId, error: String(error) });
        await holdBack(engine, orgId, operationId, String(error), Math.random());
      }
    },
    [TASKS.plan]: async (orgId, operationId) => {
      // Two slots may have asked at the same moment, when there was room for one.
      if (slots.isFull()) return putOffPlanning(engine, orgId, operationId, PUT_OFF_MS);
      return slots.hold(() => planLate(engine, orgId, operationId));
    },
    [TASKS.begin]: (orgId, operationId) => beginScheduled(engine, orgId, operationId),
  };
}

/** The queue says that it has stopped a little before it has given its jobs back. */
async function stopRunner(runner: Runner, watch: Watch): Promise<void> {
  await runner.stop();
  await watch.untilReleased();
}

function quietLogger(log: WorkerOptions['log']): Logger {
  return new Logger(() => (level: string, message, meta) => {
    if (level === 'error') log('error', message, meta);
  });
}
