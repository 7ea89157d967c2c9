import { sql } from 'kysely';
import { one } from '../db/database.ts';
import { type Asked, invalidState, type Operation, writeAudit } from '../engine/index.ts';
import { steerRelease, type ReleaseSteering } from '../school/assignments/releases.ts';

/**
 * Steers one group of a staggered release, and writes down who did.
 * @param operation - Locked. @throws Problem `invalid_state` before it has ended; those of {@link steerRelease}.
 */
export async function moveRelease(
  { tx, engine, actor }: Asked,
  operation: Operation,
  steering: ReleaseSteering,
): Promise<void> {
  if (operation.phase !== 'done') throw invalidState(operation, 'steering a release');
  const { timezone } = await one(tx, sql<{ timezone: string }>`select timezone from orgs where id = ${tx.orgId}`);
  await steerRelease(tx, operation.id, steering, { now: engine.now(), timezone, actorId: actor.userId });
  const { release, action, date = null } = steering;
  await writeAudit(tx, { action: 'release', operationId: operation.id, actor, detail: { release, action, date } });
}
