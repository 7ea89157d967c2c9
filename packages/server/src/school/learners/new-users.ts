/** People who are to be made in the same call: their values as columns, or why they cannot be made. */
import { USER_ROLES, type UserRole } from '@muster/contract';
import type { Actor } from '../../tenancy/actor.ts';
import { ADMIN_ROLES } from '../edit-rights.ts';
import { completeName } from '../people/fields.ts';
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

const EMAIL = /^[^\s@<>",;:()[\]\\]{1,64}@[^\s@<>",;:()[\]\\]+\.[^\s@<>",;:()[\]\\.]+$/;

/** In the order of the request; an e-mail that comes again is left out. */
export function newcomersOf(actor: Actor, given: readonly Given[]): Newcomer[] {
  const repeats = new Map<string, number>();
  for (const user of given) {
    const email = trimmed(user.email)?.toLowerCase();
    if (email !== undefined) repeats.set(email, (repeats.get(email) ?? -1) + 1);
  }
  const emails = new Set<string>();
  const usernames = new Set<string>();
  return given.flatMap((user, at) => {
    const email = trimmed(user.email);
    if (email !== undefined && emails.has(email.toLowerCase())) return [];
    const username = trimmed(user.username) ?? email;
    const isTaken = username !== undefined && usernames.has(username.toLowerCase());
    if (email !== undefined) emails.add(email.toLowerCase());
    if (username !== undefined) usernames.add(username.toLowerCase());
    return [
      {
        n: at + 1,
        email: email ?? null,
        username: username ?? null,
        label: trimmed(user.full_name) ?? email ?? `New user ${at + 1}`,
        reason: faultOf(actor, user) ?? (isTaken ? 'Username already exists' : null),
        repeats: email === undefined ? 0 : (repeats.get(email.toLowerCase()) ?? 0),
        values: valuesOf(actor, user),
      },
    ];
  });
}

function faultOf(actor: Actor, user: Given): string | null {
  const email = trimmed(user.email);
  if (email === undefined) return 'Email is missing';
  if (!EMAIL.test(email) || email.length > 254) return 'Email is not valid';
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
  const { given_name, family_name, display_name } = completeName({ full_name: trimmed(user.full_name) ?? '' });
  return {
    email: trimmed(user.email),
    username: trimmed(user.username) ?? trimmed(user.email),
    given_name,
    family_name,
    display_name,
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
  const text = given?.trim() ?? '';
  return text === '' ? undefined : text;
}
