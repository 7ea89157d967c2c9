/** Deletes messages whose fate was settled long ago: delivered, dropped or given up. What waits is never deleted. */
import { sql } from 'kysely';
import { inOrg, rows, type Database } from '../db/database.ts';

/** Longer than any undo is possible: an undo tells those who had been told. */
const KEPT_DAYS = 90;
/** In one transaction. */
const DELETE_ROWS = 1_000;

export async function forgetOldMessages(database: Database, now: Date, signal?: AbortSignal): Promise<void> {
  const orgs = await database.global.selectFrom('orgs').select('id').execute();
  for (const { id } of orgs) {
    while (signal?.aborted !== true && (await forgetSome(database, id, now)));
  }
}

/** @returns whether there may be more. */
async function forgetSome(database: Database, orgId: string, now: Date): Promise<boolean> {
  const until = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
  // The last attempt of a settled message is when it was settled. When it was written, never later, is in the index.
  const deleted = await inOrg(database, orgId, (tx) =>
    rows(
      tx,
      sql`
      with old as (
        select id from outbox
        where org_id = ${orgId} and status in ('delivered', 'dropped', 'failed') and created_at < ${until} and next_attempt_at < ${until}
        limit ${DELETE_ROWS} for update skip locked)
      delete from outbox m using old where m.org_id = ${orgId} and m.id = old.id returning m.id`,
    ),
  );
  return deleted.length === DELETE_ROWS;
}
