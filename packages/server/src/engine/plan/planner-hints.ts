/** What the database's planner cannot know: how many rows a plan has. */
import type { OrgTransaction } from '../../db/database.ts';

/** From so many rows a wrong join costs more than reading an organization's whole table once. */
export const MANY_ROWS = 1_000;

/** Tells the planner, for the rest of the transaction, that a plan of so many rows is read. */
export async function expectRows(tx: OrgTransaction, count: number): Promise<void> {
  if (count <= MANY_ROWS) return;
  await joinByHash(tx);
  // Hashes of 100,000 rows with their JSON then stay in memory instead of going to files and back.
  await tx.client.query("set local work_mem = '128MB'");
}

/**
 * Joins hash for the rest of the transaction, and never go row by row.
 *
 * Rows that this transaction wrote have no statistics: the planner takes them for one, and a nested loop over 20,000 of
 * them took minutes instead of a second; sorting both sides for a merge takes three times as long as hashing one.
 * Whoever calls this keeps both sides of each join small by their indexes.
 */
export async function joinByHash(tx: OrgTransaction): Promise<void> {
  await tx.client.query('set local enable_nestloop = off; set local enable_mergejoin = off');
}
