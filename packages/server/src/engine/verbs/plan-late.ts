/** A plan that a request left to the worker. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg } from '../../db/database.ts';
import { findActor } from '../../tenancy/actor.ts';
import type { Engine } from '../engine.ts';
import { fileInput, lockOperation, update, type Operation } from '../operation.ts';
import { failPlanning, planOperation } from '../plan/plan.ts';
import { logged } from '../run/pause-broken.ts';
import { confirm } from './confirm.ts';

/**
 * Makes the plan, and starts it where its maker asked for that beforehand. What refuses one of them is kept with the
 * operation, which then waits for a person.
 */
export async function planLate(engine: Engine, orgId: string, operationId: string): Promise<void> {
  const planned = await unlessRefused(
    () => planOperation(engine, orgId, operationId),
    (reason) => failPlanning(engine, orgId, operationId, reason),
  );
  if (planned === null || fileInput(planned).starts_when_planned !== true) return;
  await unlessRefused(
    () => startPlanned(engine, planned),
    (reason) => leaveWaiting(engine, planned, reason),
  );
}

async function unlessRefused<T>(work: () => Promise<T>, refused: (reason: string) => Promise<void>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await refused(error.message);
    return null;
  }
}

async function startPlanned(engine: Engine, { org_id: orgId, id, ...planned }: Operation): Promise<Operation> {
  const actor = await inOrg(engine.database, orgId, (tx) => findActor(tx, planned.created_by_account));
  if (actor === null) throw new Problem('forbidden');
  return confirm({ engine, actor }, id, { planHash: planned.plan_hash ?? undefined });
}

/** Whoever plans it again looks at the plan before it starts. */
async function leaveWaiting(engine: Engine, { org_id: orgId, id }: Operation, reason: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await lockOperation(tx, id);
    await update(tx, operation, {
      input: sql<string>`input - 'starts_when_planned'`,
      error_log: logged(engine, operation, reason),
    });
  });
}
