import { strongestRole, type Role } from '@muster/contract';
import { rows, type OrgTransaction } from '../db/database.ts';
import { sql } from 'kysely';

/** Who is asking, in which organization, with which rights. Loaded anew for every request and every chunk. */
export interface Actor {
  readonly accountId: string;
  readonly orgId: string;
  /** The person of this organization; null for a system_admin, who belongs to none. */
  readonly userId: string | null;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The strongest of `roles`. */
  readonly role: Role;
  readonly unitId: string | null;
  readonly ip?: string;
  readonly userAgent?: string;
}

/** The present rights of a sign-in in the transaction's organization; null where it has none any more. */
export async function findActor(tx: OrgTransaction, accountId: string): Promise<Actor | null> {
  const [found] = await rows(
    tx,
    sql<{
      is_system_admin: boolean;
      user_id: string | null;
      name: string | null;
      roles: Role[] | null;
      unit_id: string | null;
    }>`
      select a.is_system_admin, u.id as user_id, u.display_name as name, u.roles, u.unit_id
      from accounts a
      left join users u on u.org_id = ${tx.orgId} and u.account_id = a.id and u.status = 'active'
      where a.id = ${accountId}`,
  );
  if (found === undefined || (!found.is_system_admin && found.user_id === null)) return null;
  const roles: Role[] = [...(found.is_system_admin ? ['system_admin' as const] : []), ...(found.roles ?? [])];
  return {
    accountId,
    orgId: tx.orgId,
    userId: found.user_id,
    name: found.name ?? 'System administrator',
    roles,
    role: strongestRole(roles),
    unitId: found.unit_id,
  };
}
