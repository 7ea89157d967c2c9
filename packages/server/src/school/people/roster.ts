/** Students whom somebody may select. */
import type { UserStatus } from '@muster/contract';
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { selectionCondition, targetIds, type Selection, type Target } from './targets.ts';

export interface RosterStudent {
  readonly student_id: string;
  readonly name: string;
  readonly username: string | null;
  readonly grade_level: string | null;
  readonly status: UserStatus;
  readonly unit_id: string | null;
  readonly teacher_id: string | null;
  readonly classes: { class_id: string; name: string }[];
}

/** A page by name, and how many the selection means. */
export async function listRoster(
  tx: OrgTransaction,
  actor: Actor,
  selection: Selection,
  { page, size }: { page: number; size: number },
): Promise<{ students: RosterStudent[]; total: number }> {
  const condition = selectionCondition(actor, selection);
  const { total } = await one(tx, sql<{ total: number }>`select count(*) as total from users u where ${condition}`);
  const students = await rows(
    tx,
    sql<RosterStudent>`
    with page as materialized (
      select u.* from users u where ${condition}
      order by u.family_name, u.given_name, u.id limit ${size} offset ${(page - 1) * size})
    select u.id as student_id, u.display_name as name, u.username, u.grade_level, u.status, u.unit_id, u.primary_teacher_id as teacher_id,
      coalesce((select jsonb_agg(jsonb_build_object('class_id', c.id, 'name', c.name) order by c.name)
        from classroom_students s join classrooms c on c.org_id = ${tx.orgId} and c.id = s.classroom_id
        where s.org_id = ${tx.orgId} and s.student_id = u.id), '[]') as classes
    from page u order by u.family_name, u.given_name, u.id`,
  );
  return { students, total };
}

/** How many a target means, and how many of the selection carry a mark of restriction. */
export async function countRoster(
  tx: OrgTransaction,
  actor: Actor,
  target: Target,
): Promise<{ count: number; restricted: number }> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`select count(*) as count from (${targetIds(actor, target)}) meant`,
  );
  const { restricted } = await one(
    tx,
    sql<{ restricted: number }>`
    select count(*) as restricted from users u where ${selectionCondition(actor, target.selection ?? {}, { restricted: true })}
      and ${target.selection !== undefined}`,
  );
  return { count, restricted };
}
