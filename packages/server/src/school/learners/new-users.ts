/** People who are to be made in the same call: their values as columns, or why they cannot be made. */
import { cleanIdentifier, cleanText, isEmail, isRefusedText, USER_ROLES, type UserRole } from '@muster/contract';
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { namesOfNew } from '../people/names.ts';
import { ADMIN_ROLES } from '../people/rights.ts';
import type { AssignParams } from './parameters.ts';

type Given = NonNullable<AssignParams['new_users']>[number];

export interface Newcomer {
  /** Position in the request, 1-based. */
  readonly n: number;
  readonly email: string | null;
  readonly username: string | null;
  readonly label: string;
  /** Why no account can be made, whoever is known already; null where nothing is wrong. */
  readonly reason: string | null;
  /** How many later entries name the same e-mail and are left out. */
  readonly repeats: number;
  /** Columns of the person. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** In the order of the request; an e-mail that comes again is left out. */
export async function newcomersOf(tx: OrgTransaction, actor: Actor, given: readonly Given[]): Promise<Newcomer[]> {
  const folded = await foldedNames(tx, given);
  const repeats = new Map<string, number>();
  for (const { email } of folded) if (email !== null) repeats.set(email, (repeats.get(email) ?? -1) + 1);
  const emails = new Set<string>();
  const usernames = new Set<string>();
  return given.flatMap((user, at) => {
    const { email: foldedEmail = null, username: foldedName = null } = folded[at] ?? {};
    if (foldedEmail !== null && emails.has(foldedEmail)) return [];
    const email = identifier(user.email);
    const isTaken = foldedName !== null && usernames.has(foldedName);
    if (foldedEmail !== null) emails.add(foldedEmail);
    if (foldedName !== null) usernames.add(foldedName);
    return [
      {
        n: at + 1,
        email: email ?? null,
        username: identifier(user.username) ?? email ?? null,
        label: trimmed(user.full_name) ?? email ?? `New user ${at + 1}`,
        reason: faultOf(actor, user) ?? (isTaken ? 'Username already exists' : null),
        repeats: repeats.get(foldedEmail ?? '') ?? 0,
        values: valuesOf(actor, user),
      },
    ];
  });
}

/** Names as they are compared: the database folds them, so that what is one name there is one here. */
async function foldedNames(
  tx: OrgTransaction,
  given: readonly Given[],
): Promise<{ email: string | null; username: string | null }[]> {
  if (given.length === 0) return [];
  const emails = given.map((user) => identifier(user.email) ?? null);
  const usernames = given.map((user, at) => identifier(user.username) ?? emails[at] ?? null);
  return rows(
    tx,
    sql<{ email: string | null; username: string | null }>`
    select fold(email) as email, fold(username) as username
    from unnest(${emails}::text[], ${usernames}::text[]) with ordinality given(email, username, n) order by n`,
  );
}

function faultOf(actor: Actor, user: Given): string | null {
  const email = identifier(user.email);
  const isUnclean = Object.values(user).some((value) => typeof value === 'string' && isRefusedText(cleanText(value)));
  if (isUnclean) return 'A value holds a character that cannot be seen, or an error of a spreadsheet';
  if (email === undefined) return 'Email is missing';
  if (!isEmail(email)) return 'Email is not valid';
  if (trimmed(user.full_name) === undefined) return 'Full name is missing';
  const unknown = rolesOf(user).find((role) => asRole(role) === null);
  if (unknown !== undefined) return `Role ${unknown} does not exist`;
  const refused = rolesOf(user).find((role) => !mayGive(actor, asRole(role)));
  if (refused !== undefined) return `Role ${refused} may not be given by you`;
  const isStudent = rolesOf(user).some((role) => asRole(role) === 'student');
  if (!isStudent) return 'Only a student can be enrolled';
  return actor.role === 'teacher_admin' && actor.unitId === null ? 'You have no unit to create people in' : null;
}

function valuesOf(actor: Actor, user: Given): Record<string, unknown> {
  return {
    email: identifier(user.email),
    username: identifier(user.username) ?? identifier(user.email),
    ...namesOfNew(trimmed(user.full_name) ?? ''),
    roles: [...new Set(rolesOf(user).map(asRole))],
    phone: trimmed(user.mobile_number) ?? null,
    gender: trimmed(user.gender) ?? null,
    unit_id: actor.role === 'teacher_admin' ? actor.unitId : null,
  };
}

function rolesOf(user: Given): readonly string[] {
  return user.roles == null || user.roles.length === 0 ? ['STUDENT'] : user.roles;
}

/** What the clients' role names mean here; null for one that means nothing. */
function asRole(given: string): UserRole | null {
  const name = given.trim().toLowerCase();
  if (name === 'admin') return 'subscriber_admin';
  if (['learner', 'coorporate-student'].includes(name)) return 'student';
  return USER_ROLES.find((role) => role === name) ?? null;
}

function mayGive(actor: Actor, role: UserRole | null): boolean {
  return actor.role !== 'teacher_admin' || role === null || !ADMIN_ROLES.includes(role);
}

function trimmed(given: string | null | undefined): string | undefined {
  const { text } = cleanText(given ?? '');
  return text === '' ? undefined : text;
}

/** Of e-mail addresses and user names. */
function identifier(given: string | null | undefined): string | undefined {
  const { text } = cleanIdentifier(given ?? '');
  return text === '' ? undefined : text;
}
