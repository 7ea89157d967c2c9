/** What somebody does about the own password: changes it, or asks for a link because it is forgotten. */
import { invalidField, Problem } from '@muster/contract';
import { inOrg, type Database } from '../db/database.ts';
import { findMemberships } from './accounts.ts';
import type { Origin } from './actor.ts';
import {
  ACCOUNT_MAX,
  clearFailures,
  count,
  networkOf,
  normalLogin,
  ofAccount,
  ofForgotten,
  refuseLocked,
} from './attempts.ts';
import { assertGoodPassword, assertUncommon } from './choose-password.ts';
import { writeOutbox } from './outbox.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { endOtherSessions } from './sessions.ts';
import { findCandidates, type SignIn } from './sign-in.ts';
import { recordOwnAccess, writeAccess } from './trail.ts';

/**
 * Sets a new password for who knows the present one, and ends the other sign-ins of the account.
 * @param given.session - Token of the sign-in that goes on.
 * @throws Problem `validation_failed` for the field that is wrong, `account_locked_out` after too many wrong ones.
 */
export async function changePassword(
  database: Database,
  own: SignIn,
  given: { current: string; chosen: string; session: string },
  origin: Origin,
  now: Date,
): Promise<void> {
  const { accountId } = own;
  const countedBy = ofAccount(accountId, 'own password');
  const { waits } = await count(database, [{ by: countedBy, max: ACCOUNT_MAX }], now);
  refuseLocked(waits[0] ?? 0);
  const account = await database.global
    .selectFrom('accounts')
    .select(['password_hash', 'email'])
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (!(await verifyPassword(account?.password_hash ?? null, given.current, accountId)))
    throw invalidField('current_password', 'it is not your present password');
  await clearFailures(database, countedBy);
  if (given.current === given.chosen) throw invalidField('new_password', 'it is your present password; choose another');
  assertUncommon(given.chosen, [account?.email]);
  for (const { orgId, userId } of own.actors)
    if (userId !== null) await inOrg(database, orgId, (tx) => assertGoodPassword(tx, userId, given.chosen));
  const passwordHash = await hashPassword(given.chosen, accountId);
  await database.global
    .updateTable('accounts')
    .set({ password_hash: passwordHash })
    .where('id', '=', accountId)
    .execute();
  await endOtherSessions(database, accountId, given.session);
  await recordOwnAccess(database, 'password_set', own.actors, origin);
}

const LINKS_MAX = 3;
const LINKS_FROM_ADDRESS_MAX = 50;

/**
 * Counts that somebody asks for a link.
 * @throws Problem `account_locked_out` when the name, known or not, or the address asked too often.
 */
export async function countForgotten(database: Database, login: string, { ip = '' }: Origin, now: Date): Promise<void> {
  const name = await normalLogin(database, login);
  const asked = [
    { by: ofForgotten(`name ${name}`), max: LINKS_MAX },
    { by: ofForgotten(`address ${networkOf(ip)}`), max: LINKS_FROM_ADDRESS_MAX },
  ];
  const { waits } = await count(database, asked, now);
  refuseLocked(Math.max(...waits));
}

/**
 * Mails a link to whoever has the name, an account, and an e-mail address. An answer must not wait for this: how long it
 * takes tells whether the name is known. An account of several organizations gets none: none of them may set its password.
 */
export async function mailForgotten(database: Database, login: string, origin: Origin, now: Date): Promise<void> {
  const name = await normalLogin(database, login);
  for (const { id, is_system_admin: isOperator } of await findCandidates(database, name, { ip: '', now })) {
    if (id === '' || isOperator) continue;
    const [membership, ...others] = await findMemberships(database, id);
    if (membership === undefined || others.length > 0) continue;
    const { org_id: orgId, user_id: userId } = membership;
    await inOrg(database, orgId, async (tx) => {
      const person = await tx.db
        .selectFrom('users')
        .select('email')
        .where('org_id', '=', orgId)
        .where('id', '=', userId)
        .where('status', '=', 'active')
        .executeTakeFirst();
      if (person?.email == null) return;
      await writeAccess(tx, 'password_forgotten', userId, { accountId: null, userId: null, role: 'nobody', ...origin });
      await writeOutbox(tx, { topic: 'account.forgotten', recipientId: userId, operationId: null, payload: {} });
    });
  }
}

/** Where no mail server is set nobody can be sent a link. */
export function assertMail(sendsMail: boolean | undefined): void {
  if (sendsMail === true) return;
  throw new Problem('conflict', {
    message: 'This server sends no mail, so that no link can be sent.',
    correction: 'Ask an administrator of your organization for a new sign-in link.',
  });
}
