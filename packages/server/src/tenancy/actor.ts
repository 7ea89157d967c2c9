import { PEOPLE_MAX, Problem, strongestRole, type Role } from '@muster/contract';
import { rows, type OrgTransaction } from '../db/database.ts';
import { sql } from 'kysely';

/** On others a teacher_admin is what a teacher is. */
export const FULL_PLAN = 'ensemble';

/** Where a request comes from. */
export interface Origin {
  readonly ip?: string;
  readonly userAgent?: string;
}

/** Who is asking, in which organization, with which rights. Loaded anew for every request and every chunk. */
export interface Actor extends Origin {
  readonly accountId: string;
  readonly orgId: string;
  /** The person of this organization; null for a system_admin, who belongs to none. */
  readonly userId: string | null;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The strongest of `roles`. */
  readonly role: Role;
  readonly unitId: string | null;
  /** The organization's plan, where it holds the role teacher_admin back: such a person acts as a teacher. */
  readonly lesserPlan: string | null;
}

/**
 * The present rights of an account in the transaction's organization; null where it has none any more.
 * @param signedInAt - Version of the person when the sign-in began that asks; left out where no sign-in does.
 */
export async function findActor(tx: OrgTransaction, accountId: string, signedInAt?: number): Promise<Actor | null> {
  const [found] = await rows(
    tx,
    sql<{
      is_system_admin: boolean;
      user_id: string | null;
      name: string | null;
      roles: Role[] | null;
      unit_id: string | null;
      plan: string;
    }>`
      select a.is_system_admin, u.id as user_id, u.display_name as name, u.roles, u.unit_id, o.plan
      from accounts a
      join orgs o on o.id = ${tx.orgId}
      left join users u on u.org_id = ${tx.orgId} and u.account_id = a.id and u.status = 'active'
        and ${signedInAt === undefined ? sql`true` : sql`u.rights_version <= ${signedInAt}::bigint`}
      where a.id = ${accountId}`,
  );
  if (found === undefined || (!found.is_system_admin && found.user_id === null)) return null;
  const given: Role[] = [...(found.is_system_admin ? ['system_admin' as const] : []), ...(found.roles ?? [])];
  const isHeldBack = found.plan !== FULL_PLAN && given.includes('teacher_admin');
  const roles = isHeldBack ? withoutTeacherAdmin(given) : given;
  return {
    accountId,
    orgId: tx.orgId,
    userId: found.user_id,
    name: found.name ?? 'System administrator',
    roles,
    role: strongestRole(roles),
    unitId: found.unit_id,
    lesserPlan: isHeldBack ? found.plan : null,
  };
}

/** What a person with this role may be on other plans is a teacher. */
function withoutTeacherAdmin(roles: readonly Role[]): Role[] {
  return [...new Set(roles.map((role) => (role === 'teacher_admin' ? 'teacher' : role)))];
}

/** Why somebody without the right role is refused. */
export function refusalOf({ lesserPlan: plan }: Actor): Problem {
  return plan === null ? new Problem('forbidden') : new Problem('plan_required', { plan, limit: PEOPLE_MAX.teacher });
}
