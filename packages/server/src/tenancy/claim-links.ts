/** One-time links by which a person sets a password. The link names its row; its secret is stored as SHA-256. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem, strongestRole } from '@muster/contract';
import { inOrg, isUuid, type Database, type OrgTransaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { assertSoleMembership, giveAccount, linkPerson, resetPassword } from './accounts.ts';
import type { Actor, Origin } from './actor.ts';
import { assertGoodPassword } from './choose-password.ts';
import { writeOutbox } from './outbox.ts';
import { admitSession, sha256 } from './sessions.ts';
import { writeAccess, type Doer } from './trail.ts';

const CLAIM_DAYS = 7;

export interface LinkedPerson {
  readonly orgId: string;
  readonly userId: string;
  readonly accountId: string | null;
}

/**
 * Makes a link and ends the ones before it. A person whom somebody else makes one for is told so.
 * @param by - Null for a link that goes out in a mail and is shown to nobody.
 * @throws Problem `conflict` when the person's account is also used elsewhere: see {@link resetPassword}.
 */
export async function createClaimLink(
  database: Database,
  person: LinkedPerson,
  by: Actor | null,
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
    await writeAccess(tx, by === null ? 'link_mailed' : 'link_made', person.userId, by);
    if (by !== null && by.userId !== person.userId)
      await writeNotice(tx, 'account.link_made', person.userId, { by: by.name, at: now.toISOString() });
  });
  return `${person.orgId}.${id}.${secret}`;
}

/**
 * Gives a link for the person: to who asks, or, where the person has an account that somebody else could enter with it,
 * by mail to the person alone. Without a mail server there is no other way than to show it, as for a student without an
 * address.
 * @throws Problem `conflict` for an account that is also used elsewhere, and for staff without an address.
 */
export async function giveClaimLink(
  database: Database,
  person: LinkedPerson & { readonly email: string | null; readonly roles: readonly string[] },
  by: Actor,
  { now, sendsMail }: { now: Date; sendsMail: boolean },
): Promise<{ token: string } | { mailedTo: string }> {
  const { orgId, userId, accountId, email } = person;
  const isShown = accountId === null || !sendsMail || (email === null && strongestRole(person.roles) === 'student');
  if (isShown) return { token: await createClaimLink(database, person, by, now) };
  if (email === null) throw new Problem('conflict', WITHOUT_ADDRESS);
  await assertSoleMembership(database, accountId);
  await inOrg(database, orgId, async (tx) => {
    await writeAccess(tx, 'link_made', userId, by, { by_mail: true });
    await writeNotice(tx, 'account.new_link', userId, { by: by.name });
  });
  return { mailedTo: email };
}

const WITHOUT_ADDRESS = {
  field: 'email',
  message: 'The link is sent by mail alone, and this person has no e-mail address.',
  correction: 'Give the person an e-mail address first.',
};

function writeNotice(
  tx: OrgTransaction,
  topic: string,
  recipientId: string,
  payload: Record<string, unknown>,
): Promise<void> {
  return writeOutbox(tx, { topic, recipientId, operationId: null, payload });
}

/** Where a browser claims it: browsers send no fragment, so that no log of a server holds the token. @param publicUrl - Address under which people reach the server. */
export function claimAddress(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/$/, '')}/claim#token=${encodeURIComponent(token)}`;
}

/** @throws Problem `not_found` for a link that is unknown, used or expired, or whose person is not active. */
export async function claim(
  database: Database,
  given: { token: string; password: string },
  origin: Origin,
  now: Date,
): Promise<{ userId: string }> {
  const link = readToken(given.token);
  const by = await inOrg(database, link.orgId, async (tx) => {
    const found = await lockLink(tx, link, now);
    await assertGoodPassword(tx, found.userId, given.password);
    const doer = { ...found, ...origin };
    await endLink(tx, link.id, doer, now);
    return doer;
  });
  const { userId, accountId } = by;
  if (accountId === null) await giveAccount(database, { orgId: link.orgId, userId }, given.password, by);
  else await resetPassword(database, { orgId: link.orgId, userId, accountId }, given.password, by);
  return { userId };
}

/**
 * Whom a link is for, shown to who has it before they choose.
 * @throws Problem `not_found` as {@link claim} does.
 */
export async function readLink(
  database: Database,
  token: string,
  now: Date,
): Promise<{ organization: string; name: string; hasAccount: boolean }> {
  const link = readToken(token);
  return inOrg(database, link.orgId, async (tx) => {
    const { userId, accountId } = await lockLink(tx, link, now);
    const found = await tx.db
      .selectFrom('users')
      .innerJoin('orgs', 'orgs.id', 'users.org_id')
      .select(['orgs.name as organization', 'users.display_name as name'])
      .where('users.org_id', '=', tx.orgId)
      .where('users.id', '=', userId)
      .executeTakeFirstOrThrow();
    return { ...found, hasAccount: accountId !== null };
  });
}

/**
 * Brings an account into another organization: who has the link, and is signed in, becomes the person it was made for.
 * @param session - The sign-in that asks, which counts there from now on; others of the account end.
 * @throws Problem `not_found` as {@link claim} does; `conflict` when the person has an account, or the account a person there.
 */
export async function linkAccount(
  database: Database,
  { token, accountId, session }: { token: string; accountId: string; session: string },
  origin: Origin,
  now: Date,
): Promise<{ orgId: string; userId: string }> {
  const link = readToken(token);
  await assertNotOfOperator(database, accountId);
  const { userId, version } = await inOrg(database, link.orgId, async (tx) => {
    const found = await lockLink(tx, link, now);
    await linkPerson(tx, found.userId, accountId);
    const by = { ...found, accountId, ...origin };
    await endLink(tx, link.id, by, now);
    await writeAccess(tx, 'account_linked', found.userId, by, { is_new: false });
    return found;
  });
  await admitSession(database, session, { accountId, orgId: link.orgId, version });
  return { orgId: link.orgId, userId };
}

/** With a person in one organization it would act in that one alone. */
async function assertNotOfOperator(database: Database, accountId: string): Promise<void> {
  const account = await database.global
    .selectFrom('accounts')
    .select('is_system_admin')
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (account?.is_system_admin !== true) return;
  throw new Problem('conflict', {
    message: 'An account of the operator enters no organization.',
    correction: 'Sign out, open the link again and choose a password.',
  });
}

interface Link {
  readonly orgId: string;
  readonly id: string;
  readonly secret: string;
}

function readToken(token: string): Link {
  const [orgId = '', id = '', secret = ''] = token.split('.');
  if (!isUuid(orgId) || !isUuid(id)) throw new Problem('not_found');
  return { orgId, id, secret };
}

/** Held until the transaction ends: of two requests with one link only one goes on. */
async function lockLink(
  tx: OrgTransaction,
  link: Link,
  now: Date,
): Promise<{ userId: string; accountId: string | null; role: string; version: number }> {
  const found = await tx.db
    .selectFrom('claim_links')
    .innerJoin('users', (join) =>
      join.onRef('users.org_id', '=', 'claim_links.org_id').onRef('users.id', '=', 'claim_links.user_id'),
    )
    .select(['claim_links.token_hash', 'users.id', 'users.account_id', 'users.roles', 'users.version'])
    .where('claim_links.org_id', '=', link.orgId)
    .where('claim_links.id', '=', link.id)
    .where('claim_links.used_at', 'is', null)
    .where('claim_links.expires_at', '>', now)
    .where('users.status', '=', 'active')
    .forUpdate('claim_links')
    .executeTakeFirst();
  if (found === undefined || !timingSafeEqual(found.token_hash, sha256(link.secret))) throw new Problem('not_found');
  const { id: userId, account_id: accountId, roles, version } = found;
  return { userId, accountId, role: strongestRole(roles), version };
}

/** The person is told. */
async function endLink(tx: OrgTransaction, id: string, by: Doer & { userId: string }, now: Date): Promise<void> {
  await tx.db
    .updateTable('claim_links')
    .set({ used_at: now })
    .where('org_id', '=', tx.orgId)
    .where('id', '=', id)
    .execute();
  await writeAccess(tx, 'link_used', by.userId, by);
  await writeNotice(tx, 'account.link_used', by.userId, { at: now.toISOString(), ip: by.ip ?? null });
}
