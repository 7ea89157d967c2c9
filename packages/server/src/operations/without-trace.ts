import { inOrg, type Database, type OrgTransaction } from '../db/database.ts';

/** Runs `work` in a transaction that is rolled back whatever happens: it is done for real, and nothing stays of it. */
export async function withoutTrace<T>(
  database: Database,
  orgId: string,
  work: (tx: OrgTransaction) => Promise<T>,
): Promise<T> {
  const rolledBack = new Error('The transaction was only to be looked at.');
  const results: T[] = [];
  try {
    await inOrg(database, orgId, async (tx) => {
      results.push(await work(tx));
      throw rolledBack;
    });
  } catch (error) {
    if (error !== rolledBack) throw error;
  }
  const [result] = results;
  if (result === undefined) throw new Error('The work gave no result.');
  return result;
}
