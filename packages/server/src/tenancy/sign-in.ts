/**
 * From a name and a password to an account.
 *
 * 1. The attempt is counted before anything is looked up, so that many at once cannot slip past the limit.
 * 2. The name is an e-mail or a user name, and may belong to people of several organizations: the password decides.
 * 3. An unknown name costs one verification like a known one, and every refusal reads the same.
 */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, type Database, type OrgTransaction } from '../db/database.ts';
import { idAt, newId } from '../db/ids.ts';
import { findMemberships, type Membership } from './accounts.ts';
import { findActor, type Actor, type Origin } from './actor.ts';
import { verifyPassword } from './passwords.ts';
import { sha256, type PersonVersions } from './sessions.ts';
import { writeAccess, type Doer } from './trail.ts';

/** Failed attempts a name may have within the window, before it is locked until the oldest of them leaves it. */
const FAILURES_MAX = 10;
const FAILURES_WINDOW_MS = 15 * 60_000;
const CANDIDATES_MAX = 20;

export interface SignIn {
  readonly accountId: string;
  /** Acts in every organization. Somebody with a membership, active or not, is limited to it whatever further rights they have. */
  readonly isSystemAdmin: boolean;
  /** What the account may do in each of its organizations, without those where the person is not active. */
  readonly actors: readonly Actor[];
}

/**
 * @param orgId - Only accounts of this organization, where several share the name.
 * @throws Problem `wrong_credentials`, also for people who are not active; `account_locked_out` with `seconds`;
 *   `organization_needed` when the same name and password fit accounts of several people.
 */
export async function signIn(
  database: Database,
  credentials: { login: string; password: string; orgId?: string | undefined },
  now: Date,
): Promise<SignIn> {
  const loginHash = sha256(credentials.login.toLowerCase());
  await countAttempt(database, loginHash, now);
  const candidates = await findCandidates(database, credentials.login);
  const fitting: SignIn[] = [];
  for (const candidate of candidates.length === 0 ? [NOBODY] : candidates) {
    if (!(await verifyPassword(candidate.password_hash, credentials.password))) continue;
    const found = await loadSignIn(database, { accountId: candidate.id, isSystemAdmin: candidate.is_system_admin });
    if (mayEnter(found, credentials.orgId)) fitting.push(found);
  }
  const [first, second] = fitting;
  if (first === undefined) throw new Problem('wrong_credentials');
  await database.global.deleteFrom('sign_in_failures').where('login_hash', '=', loginHash).execute();
  if (second !== undefined) throw new Problem('organization_needed', { field: 'organization' });
  return first;
}

/** Someone who is active nowhere cannot sign in. */
function mayEnter(found: SignIn, orgId: string | undefined): boolean {
  if (found.actors.length === 0) return found.isSystemAdmin;
  return orgId === undefined || found.actors.some((actor) => actor.orgId === orgId);
}

/**
 * The rights of an account in all organizations where its person is active, in the order in which it joined them.
 * @param since - What a sign-in that began before remembers: it counts where no right was lost meanwhile.
 */
export async function loadSignIn(
  database: Database,
  { accountId, isSystemAdmin }: { accountId: string; isSystemAdmin: boolean },
  since?: PersonVersions,
): Promise<SignIn> {
  const actors: Actor[] = [];
  const memberships = await findMemberships(database, accountId);
  for (const { org_id: orgId } of memberships) {
    const signedInAt = since === undefined ? undefined : (since[orgId] ?? 0);
    const actor = await inOrg(database, orgId, (tx) => findActor(tx, accountId, signedInAt));
    if (actor !== null && actor.userId !== null) actors.push(actor);
  }
  return { accountId, isSystemAdmin: isSystemAdmin && memberships.length === 0, actors };
}

interface Candidate {
  readonly id: string;
  readonly password_hash: string | null;
  readonly is_system_admin: boolean;
}

const NOBODY: Candidate = { id: '', password_hash: null, is_system_admin: false };

async function findCandidates(database: Database, login: string): Promise<Candidate[]> {
  const global = { db: database.global };
  const named = await rows(
    global,
    sql<{ account_id: string }>`select distinct account_id from find_sign_ins(${login})`,
  );
  const ids = named.map((row) => row.account_id);
  return rows(
    global,
    sql<Candidate>`
    select id, password_hash, is_system_admin from accounts
    where id = any(${ids}::uuid[]) or fold(email) = fold(${login}) order by created_at limit ${CANDIDATES_MAX}`,
  );
}

async function countAttempt(database: Database, loginHash: Buffer, now: Date): Promise<void> {
  const id = newId();
  await database.global.insertInto('sign_in_failures').values({ id, login_hash: loginHash, failed_at: now }).execute();
  const oldest = (await lastFailures(database, loginHash, now))[FAILURES_MAX];
  if (oldest === undefined) return;
  // An attempt that is refused unread does not lengthen the lock.
  await database.global
    .deleteFrom('sign_in_failures')
    .where((where) => where.or([where('id', '=', id), where('failed_at', '<', windowStart(now))]))
    .execute();
  const waitMs = oldest.failed_at.getTime() + FAILURES_WINDOW_MS - now.getTime();
  throw new Problem('account_locked_out', { seconds: Math.max(1, Math.ceil(waitMs / 1000)) });
}

/** At most one more than are allowed. */
function lastFailures(database: Database, loginHash: Buffer, now: Date): Promise<{ failed_at: Date }[]> {
  return database.global
    .selectFrom('sign_in_failures')
    .select('failed_at')
    .where('login_hash', '=', loginHash)
    .where('failed_at', '>', windowStart(now))
    .orderBy('failed_at', 'desc')
    .limit(FAILURES_MAX + 1)
    .execute();
}

function windowStart(now: Date): Date {
  return new Date(now.getTime() - FAILURES_WINDOW_MS);
}

const NOBODY_KNOWN: Doer = { accountId: null, userId: null, role: 'nobody' };

/**
 * Writes a wrong password, and the lock that it leads to, into the audit of each organization in which the name is that
 * of a person. An answer must not wait for this: how long it takes tells whether the name is known.
 */
export async function recordFailure(database: Database, login: string, origin: Origin, now: Date): Promise<void> {
  const people = await findPeopleNamed(database, login);
  if (people.length === 0) return;
  const isLocked = (await lastFailures(database, sha256(login.toLowerCase()), now)).length >= FAILURES_MAX;
  const by = { ...NOBODY_KNOWN, ...origin };
  for (const { org_id: orgId, user_id: userId } of people) {
    await inOrg(database, orgId, async (tx) => {
      await writeAccess(tx, 'sign_in_failed', userId, by);
      if (isLocked && !(await isLockKnown(tx, userId, now))) await writeAccess(tx, 'sign_in_locked', userId, by);
    });
  }
}

/** Of attempts that fail at the same moment one says that the name is locked now. */
async function isLockKnown(tx: OrgTransaction, userId: string, now: Date): Promise<boolean> {
  await rows(tx, sql`select pg_advisory_xact_lock(hashtextextended(${`sign-in ${userId}`}, 0))`);
  const known = await rows(
    tx,
    sql`
    select from audit where org_id = ${tx.orgId} and subject_user = ${userId} and id > ${idAt(windowStart(now))}
      and action = 'sign_in_locked' limit 1`,
  );
  return known.length > 0;
}

async function findPeopleNamed(database: Database, login: string): Promise<Membership[]> {
  return rows(
    { db: database.global },
    sql<Membership>`
    select m.org_id, m.user_id from (
      select account_id from find_sign_ins(${login}) union select id from accounts where fold(email) = fold(${login})
      limit ${CANDIDATES_MAX}) named
    cross join lateral find_memberships(named.account_id) m`,
  );
}
