import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Membership } from '../../school/classrooms/members.ts';
import type { Member } from './member-shapes.ts';

/** The members of a classroom or the teachers of a batch, by name. */
export async function listMembers(tx: OrgTransaction, membership: Membership, ownerId: string): Promise<Member[]> {
  return rows(
    tx,
    sql<Member>`
    select u.id, u.id as _id, u.display_name as full_name, u.email, u.username, u.roles, u.status, u.grade_level, u.unit_id
    ${membersOf(tx.orgId, membership, ownerId)}`,
  );
}

export async function listMemberIds(tx: OrgTransaction, membership: Membership, ownerId: string): Promise<string[]> {
  const found = await rows(tx, sql<{ id: string }>`select u.id ${membersOf(tx.orgId, membership, ownerId)}`);
  return found.map((row) => row.id);
}

function membersOf(orgId: string, { table, owner, member }: Membership, ownerId: string): RawBuilder<unknown> {
  return sql`
    from ${sql.table(table)} m join users u on u.org_id = ${orgId} and u.id = m.${sql.ref(member)}
    where m.org_id = ${orgId} and m.${sql.ref(owner)} = ${ownerId}
    order by u.family_name, u.given_name, u.id`;
}
