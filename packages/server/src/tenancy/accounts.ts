/** Accounts: how the first people of an organization, and those who claim an account, come to sign in. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, type Database, type OrgTransaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { choosePassword } from './choose-password.ts';
import { hashPassword } from './passwords.ts';
import { writeAccess, type Doer } from './trail.ts';

export interface NewOrganization {
  readonly name: string;
  readonly adminEmail: string;
  /** Left as it is where the e-mail has an account already: that account then belongs to both organizations. */
  readonly adminPassword: string;
  /** Of the IANA database; UTC where it is left out. */
  readonly timezone?: string | undefined;
}

/** Whoever runs the installation, at its command line. */
const OPERATOR: Doer = { accountId: null, userId: null, role: 'operator' };

/** Makes an organization and its first subscriber_admin, both or neither. No operation can exist before them. */
export async function createOrganization(
  database: Database,
  wanted: NewOrganization,
): Promise<{ org_id: string; user_id: string }> {
  const [orgId, userId] = [newId(), newId()];
  const known = await findAccount(database, wanted.adminEmail);
  const passwordHash = known === null ? await hashPassword(wanted.adminPassword, orgId) : null;
  await inOrg(database, orgId, async (tx) => {
    await tx.db
      .insertInto('orgs')
      .values({ id: orgId, name: wanted.name, timezone: wanted.timezone ?? 'UTC' })
      .execute();
    const accountId = known?.id ?? (await insertAccount(tx, wanted.adminEmail, passwordHash));
    await tx.db
      .insertInto('users')
      .values({
        org_id: orgId,
        id: userId,
        account_id: accountId,
        email: wanted.adminEmail,
        display_name: wanted.adminEmail.split('@')[0] ?? wanted.adminEmail,
        roles: ['subscriber_admin'],
      })
      .execute();
    await writeAccess(tx, 'account_linked', userId, OPERATOR, { is_new: known === null });
  });
  return { org_id: orgId, user_id: userId };
}

/** An account without membership, for whoever runs the installation. @throws Problem `already_exists`. */
export async function createSystemAdmin(
  database: Database,
  wanted: { email: string; password: string },
): Promise<{ account_id: string }> {
  const passwordHash = await hashPassword(wanted.password, wanted.email);
  const inserted = await database.global
    .insertInto('accounts')
    .values({ id: newId(), email: wanted.email, password_hash: passwordHash, is_system_admin: true })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) {
    throw new Problem('already_exists', { entity: 'account', fields: 'email', field: 'email' });
  }
  return { account_id: inserted.id };
}

/**
 * Lets a person of the organization sign in with `password`, by an account of their own that the person's e-mail and user
 * name lead to. Accounts of other organizations are never looked at: only their owner, signed in, brings one along; see
 * {@link linkAccount}. So neither the answer nor its time tells whether the e-mail or the password is in use elsewhere.
 */
export async function giveAccount(
  database: Database,
  person: { orgId: string; userId: string },
  password: string,
  by: Doer,
): Promise<void> {
  const passwordHash = await choosePassword(database, { orgId: person.orgId, userId: person.userId }, password);
  await inOrg(database, person.orgId, async (tx) => {
    await linkPerson(tx, person.userId, await insertAccount(tx, null, passwordHash));
    await writeAccess(tx, 'account_linked', person.userId, by, { is_new: true });
    await writeAccess(tx, 'password_set', person.userId, by);
  });
}

/**
 * Lets an account enter by a person without one. Its sign-ins from before do not count in this organization.
 * @throws Problem `conflict` when the person has an account, or the account a person of the organization.
 */
export async function linkPerson(tx: OrgTransaction, userId: string, accountId: string): Promise<void> {
  // Linking is no edit of the record: its version stays, so that undoing an import does not count it as a change.
  const linked = await rows(
    tx,
    sql`
    update users set account_id = ${accountId} where org_id = ${tx.orgId} and id = ${userId} and account_id is null
      and not exists (select from users other where other.org_id = ${tx.orgId} and other.account_id = ${accountId})
    returning id`,
  );
  if (linked.length === 0) throw new Problem('conflict', HAS_ACCOUNT);
}

const HAS_ACCOUNT = {
  field: 'password',
  message: 'This person has an account already.',
  correction: 'Make a new sign-in link for the person.',
};

/**
 * Sets a new password and ends all sign-ins of the account.
 * @throws Problem `conflict` for an account of several organizations or of the operator: none of them may set it alone.
 */
export async function resetPassword(
  database: Database,
  person: { orgId: string; userId: string; accountId: string },
  password: string,
  by: Doer,
): Promise<void> {
  const { orgId, userId, accountId } = person;
  await assertSoleMembership(database, accountId);
  const passwordHash = await choosePassword(database, { orgId, userId }, password);
  await database.global.transaction().execute(async (tx) => {
    await tx.updateTable('accounts').set({ password_hash: passwordHash }).where('id', '=', accountId).execute();
    await tx.deleteFrom('sessions').where('account_id', '=', accountId).execute();
  });
  await inOrg(database, orgId, (tx) => writeAccess(tx, 'password_set', userId, by));
}

export async function assertSoleMembership(database: Database, accountId: string): Promise<void> {
  const memberships = await findMemberships(database, accountId);
  const account = await database.global
    .selectFrom('accounts')
    .select('is_system_admin')
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (memberships.length === 1 && account?.is_system_admin !== true) return;
  throw new Problem('conflict', {
    message: 'This account is also used outside of your organization.',
    correction: 'The person has to sign in with the password they have.',
  });
}

export interface Membership {
  readonly org_id: string;
  readonly user_id: string;
}

/** The organizations an account belongs to, in the order in which it joined them. */
export async function findMemberships(database: Database, accountId: string): Promise<Membership[]> {
  return rows(
    { db: database.global },
    sql<Membership>`select org_id, user_id from find_memberships(${accountId}::uuid)`,
  );
}

/** Accounts that the operator made, and no other, have an e-mail of their own. */
async function findAccount(database: Database, email: string): Promise<{ id: string } | null> {
  const found = await database.global
    .selectFrom('accounts')
    .select('id')
    .where(sql`fold(email)`, '=', sql`fold(${email})`)
    .executeTakeFirst();
  return found ?? null;
}

/** Somebody else may take the e-mail at the same moment: the account then goes without one. */
async function insertAccount(tx: OrgTransaction, email: string | null, passwordHash: string | null): Promise<string> {
  const insert = (value: string | null) =>
    tx.db
      .insertInto('accounts')
      .values({ id: newId(), email: value, password_hash: passwordHash })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
  const inserted = (await insert(email)) ?? (await insert(null));
  if (inserted === undefined) throw new Error('An account without e-mail meets no other.');
  return inserted.id;
}
