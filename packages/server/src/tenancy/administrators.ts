import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';

/** Ids of those who look after the whole organization of the transaction. */
export async function administrators(tx: OrgTransaction): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select id from users where org_id = ${tx.orgId} and status = 'active' and 'subscriber_admin' = any(roles)`,
  );
  return found.map(({ id }) => id);
}
