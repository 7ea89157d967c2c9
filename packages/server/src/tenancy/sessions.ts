/**
 * Sign-ins: a token of 256 random bits, of which the database knows only the SHA-256.
 *
 * A sign-in ends in an organization when its person stops being active there or falls to a lesser role, whatever did that: it
 * remembers the version of the person, and counts while no right was lost with a later one (`users.rights_version`).
 */
import { createHash, randomBytes } from 'node:crypto';
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, isUuid, type Database } from '../db/database.ts';
import { findMemberships } from './accounts.ts';
import type { Origin } from './actor.ts';

export const SESSION_HOURS = 8;
/** Without a request for so long, a sign-in ends. */
const IDLE_MINUTES = 60;
/** How exactly the last request is remembered. */
const USED_EXACT_MS = 60_000;
const SESSIONS_LISTED_MAX = 200;

export interface Session {
  readonly accountId: string;
  readonly isSystemAdmin: boolean;
  /** The organization named at sign-in. */
  readonly chosenOrgId: string | null;
  readonly personVersions: PersonVersions;
}

/** Organization → version of its person when the sign-in began; where the person was not active it is left out. */
const personVersions = z.record(z.string(), z.int());
export type PersonVersions = Readonly<z.infer<typeof personVersions>>;

export async function openSession(
  database: Database,
  accountId: string,
  chosenOrgId: string | null,
  now: Date,
  { ip, userAgent }: Origin = {},
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + SESSION_HOURS * 3_600_000);
  await database.global.deleteFrom('sessions').where('expires_at', '<', now).execute();
  await database.global
    .insertInto('sessions')
    .values({
      token_hash: sha256(token),
      account_id: accountId,
      chosen_org_id: chosenOrgId,
      expires_at: expiresAt,
      created_at: now,
      used_at: now,
      ip: ip ?? null,
      user_agent: userAgent ?? null,
      person_versions: JSON.stringify(await readPersonVersions(database, accountId)),
    })
    .execute();
  return { token, expiresAt };
}

async function readPersonVersions(database: Database, accountId: string): Promise<PersonVersions> {
  const found: Record<string, number> = {};
  for (const { org_id: orgId, user_id: userId } of await findMemberships(database, accountId)) {
    const person = await inOrg(database, orgId, (tx) =>
      tx.db
        .selectFrom('users')
        .select('version')
        .where('org_id', '=', orgId)
        .where('id', '=', userId)
        .where('status', '=', 'active')
        .executeTakeFirst(),
    );
    if (person !== undefined) found[orgId] = person.version;
  }
  return found;
}

/** Null also for one that was not used for `idleMinutes`. */
export async function findSession(
  database: Database,
  token: string,
  now: Date,
  idleMinutes = IDLE_MINUTES,
): Promise<Session | null> {
  const found = await database.global
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .select([
      'sessions.id',
      'sessions.account_id',
      'sessions.chosen_org_id',
      'sessions.person_versions',
      'sessions.used_at',
      'accounts.is_system_admin',
    ])
    .where('sessions.token_hash', '=', sha256(token))
    .where('sessions.expires_at', '>', now)
    .where('sessions.used_at', '>', new Date(now.getTime() - idleMinutes * 60_000))
    .executeTakeFirst();
  if (found === undefined) return null;
  if (now.getTime() - found.used_at.getTime() > USED_EXACT_MS)
    await database.global.updateTable('sessions').set({ used_at: now }).where('id', '=', found.id).execute();
  return {
    accountId: found.account_id,
    isSystemAdmin: found.is_system_admin,
    chosenOrgId: found.chosen_org_id,
    personVersions: personVersions.parse(found.person_versions),
  };
}

export interface OpenSession {
  readonly id: string;
  readonly created_at: Date;
  readonly used_at: Date;
  readonly expires_at: Date;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly is_current: boolean;
}

/** The sign-ins of an account that are open, the one used last first. @param token - The one that asks. */
export async function listSessions(
  database: Database,
  { accountId, token }: { accountId: string; token: string },
  now: Date,
  idleMinutes = IDLE_MINUTES,
): Promise<OpenSession[]> {
  return database.global
    .selectFrom('sessions')
    .select(['id', 'created_at', 'used_at', 'expires_at', 'ip', 'user_agent'])
    .select(sql<boolean>`token_hash = ${sha256(token)}`.as('is_current'))
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .where('used_at', '>', new Date(now.getTime() - idleMinutes * 60_000))
    .orderBy('used_at', 'desc')
    .limit(SESSIONS_LISTED_MAX)
    .execute();
}

/** @throws Problem `not_found` for one that is not of the account. */
export async function endSession(database: Database, accountId: string, id: string): Promise<void> {
  if (!isUuid(id)) throw new Problem('not_found');
  const ended = await database.global
    .deleteFrom('sessions')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
  if (ended === undefined) throw new Problem('not_found');
}

/** Lets a sign-in count in an organization that its account came to while it was open, and ends the others of the account. */
export async function admitSession(
  database: Database,
  token: string,
  { accountId, orgId, version }: { accountId: string; orgId: string; version: number },
): Promise<void> {
  await endOtherSessions(database, accountId, token);
  await database.global
    .updateTable('sessions')
    .set({ person_versions: sql`person_versions || ${JSON.stringify({ [orgId]: version })}::jsonb` })
    .where('token_hash', '=', sha256(token))
    .execute();
}

/** @param kept - Token of the one that goes on; null for none. */
export async function endOtherSessions(database: Database, accountId: string, kept: string | null): Promise<void> {
  const all = database.global.deleteFrom('sessions').where('account_id', '=', accountId);
  await (kept === null ? all : all.where('token_hash', '!=', sha256(kept))).execute();
}

export async function closeSession(database: Database, token: string): Promise<void> {
  await database.global.deleteFrom('sessions').where('token_hash', '=', sha256(token)).execute();
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
