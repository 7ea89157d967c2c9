/** Keys by which a request that is sent twice is known: after a day each may be used anew, and none is kept. */
import { inOrg, type Database, type OrgTransaction } from '../db/database.ts';

const KEPT_HOURS = 24;

export async function forgetOldKeys(database: Database, now: Date): Promise<void> {
  const orgs = await database.global.selectFrom('orgs').select('id').execute();
  for (const { id } of orgs) await inOrg(database, id, (tx) => forgetOldKeysIn(tx, now));
}

export async function forgetOldKeysIn(tx: OrgTransaction, now: Date): Promise<void> {
  const until = new Date(now.getTime() - KEPT_HOURS * 3_600_000);
  await tx.db.deleteFrom('idempotency_keys').where('org_id', '=', tx.orgId).where('created_at', '<', until).execute();
}
