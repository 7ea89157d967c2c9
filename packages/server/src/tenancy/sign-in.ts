/**
 * From a name and a password to an account.
 *
 * 1. The attempt is counted before any password is looked at; see `attempts.ts`.
 * 2. The name is an e-mail or a user name, and may belong to people of several organizations: the password decides.
 * 3. Every refusal reads the same, and no answer comes before ANSWER_MS: how long one takes does not tell how many people of
 *    other organizations have the name.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, type Database, type OrgTransaction } from '../db/database.ts';
import { idAt } from '../db/ids.ts';
import { findMemberships } from './accounts.ts';
import { findActor, type Actor, type Origin } from './actor.ts';
import {
  ACCOUNT_MAX,
  clearFailures,
  count,
  countAttempt,
  failuresOf,
  knownAt,
  networkOf,
  normalLogin,
  ofAccount,
  ofNobody,
  refuseLocked,
  rememberAddress,
  windowStart,
  type Counted,
} from './attempts.ts';
import { verifyPassword } from './passwords.ts';
import type { PersonVersions } from './sessions.ts';
import { writeAccess, type Doer } from './trail.ts';

const CANDIDATES_MAX = 20;
/** Longer than looking at the passwords of several people takes. */
const ANSWER_MS = 400;

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
  origin: Origin,
  { now, answerMs = ANSWER_MS }: { now: Date; answerMs?: number | undefined },
): Promise<SignIn> {
  const earliest = delay(answerMs);
  try {
    return await enter(database, credentials, origin, now);
  } finally {
    await earliest;
  }
}

async function enter(
  database: Database,
  credentials: { login: string; password: string; orgId?: string | undefined },
  origin: Origin,
  now: Date,
): Promise<SignIn> {
  const ip = networkOf(origin.ip ?? '');
  const name = await normalLogin(database, credentials.login);
  const attempt = await countAttempt(database, { name, ip }, now);
  const found = await findCandidates(database, name, { ip, now });
  const own = await count(
    database,
    found.map(({ countedBy }) => ({ by: countedBy, max: ACCOUNT_MAX })),
    now,
  );
  const open = found.filter((one, index) => own.waits[index] === 0 && (one.isKnownHere || attempt.nameWaitMs === 0));
  if (open.length === 0) refuseLocked(Math.max(attempt.nameWaitMs, Math.min(...own.waits)));
  const right = await Promise.all(
    found.map(({ password_hash: hash }) => verifyPassword(hash, credentials.password, ip)),
  );
  const fitting: (SignIn & Candidate)[] = [];
  for (const candidate of found.filter((one, index) => right[index] === true && open.includes(one))) {
    const entered = await loadSignIn(database, { accountId: candidate.id, isSystemAdmin: candidate.is_system_admin });
    if (mayEnter(entered, credentials.orgId)) fitting.push({ ...candidate, ...entered });
  }
  const [first, second] = fitting;
  if (first === undefined) throw new Problem('wrong_credentials');
  await Promise.all([attempt.takeBack(), ...fitting.map((one) => clearFailures(database, one.countedBy))]);
  if (second !== undefined) throw new Problem('organization_needed', { field: 'organization' });
  await rememberAddress(database, first.id, ip, now);
  return { accountId: first.accountId, isSystemAdmin: first.isSystemAdmin, actors: first.actors };
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
  readonly countedBy: Counted;
  /** Whether it was signed in to from this address before. */
  readonly isKnownHere: boolean;
}

/** At least one: a name that nobody has is a candidate whom no password fits. */
export async function findCandidates(
  database: Database,
  name: string,
  { ip, now }: { ip: string; now: Date },
): Promise<Candidate[]> {
  const found = await rows(
    { db: database.global },
    sql<Pick<Candidate, 'id' | 'password_hash' | 'is_system_admin'>>`
    select id, password_hash, is_system_admin from accounts
    where id in (select account_id from find_sign_ins(${name})) or fold(email) = ${name}
    order by created_at limit ${CANDIDATES_MAX}`,
  );
  if (found.length === 0)
    return [{ id: '', password_hash: null, is_system_admin: false, countedBy: ofNobody(name), isKnownHere: false }];
  const known = await knownAt(
    database,
    found.map(({ id }) => id),
    ip,
    now,
  );
  return found.map((one) => {
    const isKnownHere = known.has(one.id);
    return { ...one, isKnownHere, countedBy: ofAccount(one.id, isKnownHere ? ip : undefined) };
  });
}

const NOBODY_KNOWN: Doer = { accountId: null, userId: null, role: 'nobody' };

/**
 * Writes a wrong password, and the lock that it leads to, into the audit of each organization in which the name is that
 * of a person. An answer must not wait for this: how long it takes tells whether the name is known.
 */
export async function recordFailure(database: Database, login: string, origin: Origin, now: Date): Promise<void> {
  const name = await normalLogin(database, login);
  const candidates = await findCandidates(database, name, { ip: networkOf(origin.ip ?? ''), now });
  const by = { ...NOBODY_KNOWN, ...origin };
  for (const { id, countedBy } of candidates.filter((one) => one.id !== '')) {
    const isLocked = (await failuresOf(database, countedBy, ACCOUNT_MAX, now)) >= ACCOUNT_MAX;
    for (const { org_id: orgId, user_id: userId } of await findMemberships(database, id)) {
      await inOrg(database, orgId, async (tx) => {
        await writeAccess(tx, 'sign_in_failed', userId, by);
        if (isLocked && !(await isLockKnown(tx, userId, now))) await writeAccess(tx, 'sign_in_locked', userId, by);
      });
    }
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
