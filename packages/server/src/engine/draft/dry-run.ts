import { inOrg } from '../../db/database.ts';
import type { Asked, Asker } from '../engine.ts';

/** Does `work` for real in a transaction that is rolled back whatever happens: what it finds is what would be done. */
export async function dryRun<T>(asker: Asker, work: (asked: Asked) => Promise<T>): Promise<T> {
  const rolledBack = new Error('The transaction was only to be looked at.');
  const results: T[] = [];
  try {
    await inOrg(asker.engine.database, asker.actor.orgId, async (tx) => {
      results.push(await work({ ...asker, tx }));
      throw rolledBack;
    });
  } catch (error) {
    if (error !== rolledBack) throw error;
  }
  const [result] = results;
  if (result === undefined) throw new Error('The work gave no result.');
  return result;
}
