/** Deletes drafts that nobody confirmed: with them go the files that were uploaded for them. */
import { sql } from 'kysely';
import { inOrg, rows, type Database, type OrgTransaction } from '../db/database.ts';
import { newId, plannedId } from '../db/ids.ts';
import { eraseDrafts } from '../engine/index.ts';

/** Counted from the last change. */
const KEPT_DAYS = 30;
/** In one transaction; each may have many rows. */
const DRAFTS_MAX = 20;

export async function forgetOldDrafts(database: Database, now: Date, signal?: AbortSignal): Promise<void> {
  const orgs = await database.global.selectFrom('orgs').select('id').execute();
  const until = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
  for (const { id } of orgs) {
    while (signal?.aborted !== true && (await inOrg(database, id, (tx) => forgetSome(tx, until))));
  }
}

/** @returns whether there may be more. */
async function forgetSome(tx: OrgTransaction, until: Date): Promise<boolean> {
  // One that is confirmed for later is pending as well, and has been queued.
  const old = await rows(
    tx,
    sql<{ id: string }>`
    select id from operations
    where org_id = ${tx.orgId} and status = 'pending' and queued_at is null and updated_at < ${until}
    order by id limit ${DRAFTS_MAX} for update skip locked`,
  );
  if (old.length === 0) return false;
  const ids = old.map(({ id }) => id);
  await rows(
    tx,
    sql`
    insert into audit (org_id, id, action, operation_id, actor_role)
    select ${tx.orgId}, ${plannedId(newId(), sql`id::text`)}, 'discard', id, 'engine' from unnest(${ids}::uuid[]) id`,
  );
  await eraseDrafts(tx, ids);
  return old.length === DRAFTS_MAX;
}
