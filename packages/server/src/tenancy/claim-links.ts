/** One-time links by which a person sets a password. The link names its row; its secret is stored as SHA-256. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '@muster/contract';
import { inOrg, isUuid, type Database } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { assertSoleMembership, giveAccount, resetPassword } from './accounts.ts';
import { sha256 } from './sessions.ts';

const CLAIM_DAYS = 7;

/**
 * Makes a link and ends the ones before it.
 * @throws Problem `conflict` when the person's account is also used elsewhere: see {@link resetPassword}.
 */
export async function createClaimLink(
  database: Database,
  person: { orgId: string; userId: string; accountId: string | null },
  now: Date,
): Promise<string> {
  if (person.accountId !== null) await assertSoleMembership(database, person.accountId);
  const id = newId();
  const secret = randomBytes(32).toString('base64url');
  await inOrg(database, person.orgId, async (tx) => {
    await tx.db
      .deleteFrom('claim_links')
      .where('org_id', '=', tx.orgId)
      .where('user_id', '=', person.userId)
      .where('used_at', 'is', null)
      .execute();
    await tx.db
      .insertInto('claim_links')
      .values({
        org_id: tx.orgId,
        id,
        user_id: person.userId,
        token_hash: sha256(secret),
        expires_at: new Date(now.getTime() + CLAIM_DAYS * 86_400_000),
      })
      .execute();
  });
  return `${person.orgId}.${id}.${secret}`;
}

/** Where a browser claims it. @param publicUrl - Address under which people reach the server. */
export function claimAddress(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/$/, '')}/claim?token=${encodeURIComponent(token)}`;
}

/** @throws Problem `not_found` for a link that is unknown, used or expired, or whose person is not active. */
export async function claim(
  database: Database,
  token: string,
  password: string,
  now: Date,
): Promise<{ userId: string }> {
  const [orgId = '', id = '', secret = ''] = token.split('.');
  if (!isUuid(orgId) || !isUuid(id)) throw new Problem('not_found');
  const person = await useLink(database, { orgId, id, secret }, now);
  if (person.accountId === null) await giveAccount(database, { ...person, orgId }, password);
  else await resetPassword(database, person.accountId, password);
  return { userId: person.userId };
}

/** Marks the link as used first: of two requests with one link only one goes on. */
async function useLink(
  database: Database,
  link: { orgId: string; id: string; secret: string },
  now: Date,
): Promise<{ userId: string; accountId: string | null; email: string | null }> {
  return inOrg(database, link.orgId, async (tx) => {
    const found = await tx.db
      .selectFrom('claim_links')
      .innerJoin('users', (join) =>
        join.onRef('users.org_id', '=', 'claim_links.org_id').onRef('users.id', '=', 'claim_links.user_id'),
      )
      .select(['claim_links.token_hash', 'users.id', 'users.account_id', 'users.email'])
      .where('claim_links.org_id', '=', link.orgId)
      .where('claim_links.id', '=', link.id)
      .where('claim_links.used_at', 'is', null)
      .where('claim_links.expires_at', '>', now)
      .where('users.status', '=', 'active')
      .forUpdate('claim_links')
      .executeTakeFirst();
    if (found === undefined || !timingSafeEqual(found.token_hash, sha256(link.secret))) throw new Problem('not_found');
    await tx.db
      .updateTable('claim_links')
      .set({ used_at: now })
      .where('org_id', '=', link.orgId)
      .where('id', '=', link.id)
      .execute();
    return { userId: found.id, accountId: found.account_id, email: found.email };
  });
}
