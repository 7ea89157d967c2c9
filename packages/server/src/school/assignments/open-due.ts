import { sql } from 'kysely';
import { inOrg, rows, type Database } from '../../db/database.ts';

/**
 * Opens the assignments whose start has come, in all organizations. The calendar edits no record: versions stay, so
 * that an undo does not count it as a change made since.
 */
export async function openDueAssignments(database: Database, now: Date): Promise<void> {
  const { rows: due } = await database.pool.query<{ org_id: string }>(
    'select find_due_assignments($1) as org_id',
    [now],
  );
  for (const { org_id: orgId } of due) {
    await inOrg(database, orgId, (tx) =>
      rows(
        tx,
        sql`
        update assignments set state = 'open', updated_at = now()
        where org_id = ${orgId} and state = 'scheduled' and start_at <= ${now}`,
      ),
    );
  }
}
