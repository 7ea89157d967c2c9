import { sql, type RawBuilder } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import type { Membership } from './members.ts';

export interface Member {
  readonly id: string;
  readonly _id: string;
  readonly full_name: string;
  readonly email: string | null;
  readonly username: string | null;
  readonly roles: string[];
  readonly status: string;
  readonly grade_level: string | null;
  readonly unit_id: string | null;
}

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

/** Of the classroom, whose lists move it. */
export async function versionOf(tx: OrgTransaction, classroomId: string): Promise<number> {
  const found = await one(
    tx,
    sql<{ version: number }>`select version from classrooms where org_id = ${tx.orgId} and id = ${classroomId}`,
  );
  return found.version;
}
