/** Sign-ins: a token of 256 random bits, of which the database knows only the SHA-256. */
import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../db/database.ts';

export const SESSION_HOURS = 8;

export interface Session {
  readonly accountId: string;
  readonly isSystemAdmin: boolean;
  /** The organization named at sign-in. */
  readonly chosenOrgId: string | null;
}

export async function openSession(
  database: Database,
  accountId: string,
  chosenOrgId: string | null,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + SESSION_HOURS * 3_600_000);
  await database.global.deleteFrom('sessions').where('expires_at', '<', now).execute();
  await database.global
    .insertInto('sessions')
    .values({ token_hash: sha256(token), account_id: accountId, chosen_org_id: chosenOrgId, expires_at: expiresAt })
    .execute();
  return { token, expiresAt };
}

export async function findSession(database: Database, token: string, now: Date): Promise<Session | null> {
  const found = await database.global
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .select(['sessions.account_id', 'sessions.chosen_org_id', 'accounts.is_system_admin'])
    .where('sessions.token_hash', '=', sha256(token))
    .where('sessions.expires_at', '>', now)
    .executeTakeFirst();
  if (found === undefined) return null;
  return { accountId: found.account_id, isSystemAdmin: found.is_system_admin, chosenOrgId: found.chosen_org_id };
}

export async function closeSession(database: Database, token: string): Promise<void> {
  await database.global.deleteFrom('sessions').where('token_hash', '=', sha256(token)).execute();
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
