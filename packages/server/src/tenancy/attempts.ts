/**
 * Bounds guesses at passwords, by account, by name and by address, whatever number of processes serve.
 *
 * 1. An attempt is written down before anything is looked up, and taken back when it was right: many at once cannot slip past.
 * 2. An account is locked after ACCOUNT_MAX failures, by whatever name. A success clears the failures of its own account
 *    alone: who has a twin of the name cannot clear those of the other.
 * 3. At an address where its person signed in before, an account has a count of its own: strangers elsewhere lock nobody out.
 * 4. A name has NAME_MAX and an address ADDRESS_MAX failures that no success clears. A name that nobody has is locked like an
 *    account.
 *
 * What is counted stands as SHA-256: people type passwords where names belong. Names are folded by the database alone.
 */
import { isIP } from 'node:net';
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { one, rows, type Database } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { sha256 } from './sessions.ts';

export const ACCOUNT_MAX = 10;
const NAME_MAX = 30;
/** A whole school may share an address. */
const ADDRESS_MAX = 300;
const WINDOW_MS = 15 * 60_000;
const ADDRESS_KEPT_DAYS = 90;

/** What attempts are counted by. */
export type Counted = Buffer;

/** The one form of a name, in which it is looked up and counted: NFKC, folded by the database. */
export async function normalLogin(database: Database, login: string): Promise<string> {
  const typed = login.normalize('NFKC').trim();
  const { name } = await one({ db: database.global }, sql<{ name: string }>`select fold(${typed}) as name`);
  return name;
}

/** The one form of an address, in which it is counted: whoever has one of version 6 has the 2^64 of its network. */
export function networkOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*/, '');
  if (isIP(plain) !== 6) return plain;
  const [before = '', after = ''] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [groupsOf(before), groupsOf(after)];
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':');
}

export const ofNobody = (name: string): Counted => sha256(`nobody ${name}`);

export const ofForgotten = (what: string): Counted => sha256(`forgotten ${what}`);

/** @param ip - Where the account was signed in to from before; left out anywhere else. */
export const ofAccount = (accountId: string, ip?: string): Counted => sha256(`account ${accountId} ${ip ?? ''}`);

/**
 * Counts an attempt, and says how long those that are over their bound are locked: milliseconds by position in `counted`, 0
 * for the others. An attempt that is refused unread is not counted, so that it does not lengthen the lock.
 */
export async function count(
  database: Database,
  counted: readonly { readonly by: Counted; readonly max: number }[],
  now: Date,
): Promise<{ waits: number[]; takeBack: () => Promise<void> }> {
  const attempts = counted.map((one) => ({ ...one, id: newId() }));
  await database.global
    .insertInto('sign_in_failures')
    .values(attempts.map(({ id, by }) => ({ id, counted: by, failed_at: now })))
    .execute();
  const since = windowStart(now);
  const found = await rows(
    { db: database.global },
    sql<{ nth: number; failed_at: Date }>`
    select a.nth::integer, f.failed_at
    from unnest(${attempts.map(({ by }) => by)}::bytea[], ${attempts.map(({ max }) => max)}::integer[])
      with ordinality a (counted, max, nth)
    cross join lateral (
      select failed_at from sign_in_failures
      where counted = a.counted and failed_at > ${since} order by failed_at desc offset a.max limit 1) f`,
  );
  const waits = attempts.map((_, index) => {
    const over = found.find(({ nth }) => nth === index + 1);
    return over === undefined ? 0 : Math.max(1, over.failed_at.getTime() + WINDOW_MS - now.getTime());
  });
  const takeBack = (ids: readonly string[]) => forget(database, ids, since);
  await takeBack(attempts.flatMap(({ id }, index) => ((waits[index] ?? 0) > 0 ? [id] : [])));
  return { waits, takeBack: () => takeBack(attempts.map(({ id }) => id)) };
}

/**
 * Counts an attempt by its name and its address.
 * @returns how long the name is locked where its person was never before: 0 for a name that is not.
 * @throws Problem `account_locked_out` for an address with too many failures.
 */
export async function countAttempt(
  database: Database,
  { name, ip }: { name: string; ip: string },
  now: Date,
): Promise<{ nameWaitMs: number; takeBack: () => Promise<void> }> {
  const counted = [
    { by: sha256(`address ${ip}`), max: ADDRESS_MAX },
    { by: sha256(`name ${name}`), max: NAME_MAX },
  ];
  const { waits, takeBack } = await count(database, counted, now);
  const [addressWaitMs = 0, nameWaitMs = 0] = waits;
  refuseLocked(addressWaitMs);
  return { nameWaitMs, takeBack };
}

async function forget(database: Database, ids: readonly string[], since: Date): Promise<void> {
  if (ids.length === 0) return;
  await database.global
    .deleteFrom('sign_in_failures')
    .where((where) => where.or([where('id', 'in', ids), where('failed_at', '<', since)]))
    .execute();
}

/** How many failures there were in the window, up to `max`. */
export async function failuresOf(database: Database, by: Counted, max: number, now: Date): Promise<number> {
  const found = await database.global
    .selectFrom('sign_in_failures')
    .select('id')
    .where('counted', '=', by)
    .where('failed_at', '>', windowStart(now))
    .limit(max)
    .execute();
  return found.length;
}

export async function clearFailures(database: Database, by: Counted): Promise<void> {
  await database.global.deleteFrom('sign_in_failures').where('counted', '=', by).execute();
}

/** Those of the accounts that were signed in to from the address before. */
export async function knownAt(
  database: Database,
  accountIds: readonly string[],
  ip: string,
  now: Date,
): Promise<Set<string>> {
  if (accountIds.length === 0) return new Set();
  const found = await database.global
    .selectFrom('account_addresses')
    .select('account_id')
    .where('account_id', 'in', accountIds)
    .where('address_hash', '=', sha256(ip))
    .where('last_at', '>', keptSince(now))
    .execute();
  return new Set(found.map((row) => row.account_id));
}

export async function rememberAddress(database: Database, accountId: string, ip: string, now: Date): Promise<void> {
  await database.global
    .insertInto('account_addresses')
    .values({ account_id: accountId, address_hash: sha256(ip), last_at: now })
    .onConflict((conflict) => conflict.columns(['account_id', 'address_hash']).doUpdateSet({ last_at: now }))
    .execute();
  await database.global
    .deleteFrom('account_addresses')
    .where('account_id', '=', accountId)
    .where('last_at', '<', keptSince(now))
    .execute();
}

function keptSince(now: Date): Date {
  return new Date(now.getTime() - ADDRESS_KEPT_DAYS * 86_400_000);
}

export function windowStart(now: Date): Date {
  return new Date(now.getTime() - WINDOW_MS);
}

/** @throws Problem `account_locked_out` where `waitMs` is above 0. */
export function refuseLocked(waitMs: number): void {
  if (waitMs > 0) throw new Problem('account_locked_out', { seconds: Math.max(1, Math.ceil(waitMs / 1000)) });
}
