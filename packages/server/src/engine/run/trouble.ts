/** What happens to an operation whose chunk failed for no fault of its items: it waits and tries again, then pauses. */
import { inOrg } from '../../db/database.ts';
import type { Engine } from '../engine.ts';
import { isScheduled, lockOperation, makerOf, update } from '../operation.ts';
import { logged, pauseBroken } from './pause-broken.ts';
import { enqueue, enqueueLost, TASKS, enterQueue } from '../queue.ts';
import { writeEvent } from '../record.ts';

const ATTEMPTS_MAX = 5;

/**
 * After 1, 2, 4, 8 and 16 seconds (each ±20 %) the chunk is tried again; then the operation is paused with the error in
 * its log, and somebody can resume it. Attempts count anew after each chunk that succeeds.
 *
 * @param random - Between 0 and 1; spreads the attempts of several operations.
 */
export async function holdBack(
  engine: Engine,
  orgId: string,
  operationId: string,
  reason: string,
  random: number,
): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, operationId);
    if (operation.status !== 'processing' && operation.status !== 'queued') return;
    const attempts = operation.attempts + 1;
    await writeEvent(tx, {
      name: 'operation.processing.error',
      operationId,
      actorId: makerOf(operation),
      payload: { attempts, reason },
    });
    if (attempts > ATTEMPTS_MAX) {
      await pauseBroken(tx, engine, operation, reason);
      return;
    }
    const held = await update(tx, operation, { attempts, error_log: logged(engine, operation, reason) });
    await enqueue(tx, held, TASKS.continue, 1000 * 2 ** (attempts - 1) * (0.8 + 0.4 * random));
  });
}

/** The slice is over and there is more to do: the rest queues behind the others. */
export async function enqueueNext(engine: Engine, orgId: string, operationId: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, operationId);
    if (operation.status === 'processing') await enqueue(tx, operation, TASKS.continue);
  });
}

/** There is no room to make the plan now; it is tried again in a while. */
export async function putOffPlanning(
  engine: Engine,
  orgId: string,
  operationId: string,
  delayMs: number,
): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, operationId);
    if (operation.phase === 'planning') await enqueue(tx, operation, TASKS.plan, delayMs);
  });
}

/** The time of a scheduled operation has come. */
export async function beginScheduled(engine: Engine, orgId: string, operationId: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, operationId);
    if (isScheduled(operation)) await enterQueue({ tx, engine, actor: null }, operation, 'due');
  });
}

/** Puts the job of an unfinished operation back where it is lost. */
export async function putBack(engine: Engine, orgId: string, operationId: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, operationId);
    const isAtWork =
      operation.admitted_at !== null && (operation.status === 'queued' || operation.status === 'processing');
    if (isAtWork) await enqueueLost(tx, operation, TASKS.continue);
    else if (operation.phase === 'planning') await enqueueLost(tx, operation, TASKS.plan);
  });
}
