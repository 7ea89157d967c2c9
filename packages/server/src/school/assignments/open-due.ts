import { sql } from 'kysely';
import { inOrg, type Database } from '../../db/database.ts';
import { beginAssignments } from './begin.ts';

/** Opens the assignments whose start has come, in all organizations. */
export async function openDueAssignments(database: Database, now: Date): Promise<void> {
  const { rows: due } = await database.pool.query<{ org_id: string }>('select find_due_assignments($1) as org_id', [
    now,
  ]);
  for (const { org_id: orgId } of due)
    await inOrg(database, orgId, (tx) => beginAssignments(tx, sql`a.start_at <= ${now}`));
}
