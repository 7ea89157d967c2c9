/** Who is in a group. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';

export interface GroupMember {
  readonly id: string;
  readonly membership_id: string;
  readonly full_name: string;
  readonly email: string | null;
  readonly username: string | null;
  readonly roles: string[];
  readonly status: string;
  readonly grade_level: string | null;
  readonly unit_id: string | null;
}

/** By name. */
export async function listGroupMembers(tx: OrgTransaction, groupId: string): Promise<GroupMember[]> {
  return rows(
    tx,
    sql<GroupMember>`
    select u.id, m.id as membership_id, u.display_name as full_name, u.email, u.username, u.roles, u.status, u.grade_level, u.unit_id
    from group_members m
    join users u on u.org_id = ${tx.orgId} and u.id = m.user_id
    where m.org_id = ${tx.orgId} and m.group_id = ${groupId}
    order by u.family_name, u.given_name, u.id`,
  );
}
