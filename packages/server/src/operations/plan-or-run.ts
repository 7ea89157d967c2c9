/** For doors that answer a plan and a run alike: the same operation, left as it is planned, or done. */
import { sql } from 'kysely';
import { inOrg, one } from '../db/database.ts';
import {
  applyIfSmall,
  type Asked,
  type Asker,
  confirmPlanned,
  draft,
  type NewOperation,
  type Operation,
  plan,
  planIn,
  runAndRead,
} from '../engine/index.ts';

type Reading<T> = (asked: Asked, operation: Operation) => Promise<T>;

/** Within the request. @param read - In the same transaction; when it throws, nothing was done. */
export async function planOrRun<T>(by: Asker, wanted: NewOperation, isPlan: boolean, read: Reading<T>): Promise<T> {
  if (!isPlan) return runAndRead(by, wanted, read);
  return inOrg(by.engine.database, by.actor.orgId, async (tx) => {
    const asked = { ...by, tx };
    return read(asked, await planIn(asked, await draft(asked, wanted)));
  });
}

/**
 * Planned as every operation is, within the request or behind it, and done by a worker.
 * @returns `count` is null where the plan is not made yet.
 */
export async function planOrRunLater(
  by: Asker,
  wanted: NewOperation,
  isPlan: boolean,
  count: Reading<number>,
): Promise<{ operation: Operation; count: number | null }> {
  const made = await inOrg(by.engine.database, by.actor.orgId, async (tx) => {
    const asked = { ...by, tx };
    const operation = await plan(asked, await draft(asked, { ...wanted, startsWhenPlanned: !isPlan }));
    if (operation.plan_hash === null) return { operation, count: null };
    const left = isPlan ? operation : await confirmPlanned(asked, operation, {});
    return { operation: left, count: await count(asked, left) };
  });
  if (!isPlan) await applyIfSmall(by.engine, made.operation);
  return made;
}

/** How many items have a key: those without are what others share. */
export async function countKeyed({ tx }: Asked, { id }: Operation): Promise<number> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(*) as count from operation_items
    where org_id = ${tx.orgId} and operation_id = ${id} and key is not null`,
  );
  return count;
}
