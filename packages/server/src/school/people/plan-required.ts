import { PEOPLE_MAX, Problem } from '@muster/contract';
import { sql } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { ownStudents } from './scope.ts';
import { targetIds, type Target } from './targets.ts';

const FULL_PLAN = 'ensemble';

/**
 * Without the ensemble plan a teacher_admin is what a teacher is.
 * @throws Problem `plan_required` when others than own students are meant, or more than a teacher may change at once.
 */
export async function assertPlanAllows(tx: OrgTransaction, actor: Actor, target: Target): Promise<void> {
  if (actor.role !== 'teacher_admin') return;
  const { plan } = await one(tx, sql<{ plan: string }>`select plan from orgs where id = ${tx.orgId}`);
  if (plan === FULL_PLAN) return;
  const limit = PEOPLE_MAX.teacher ?? 0;
  const { people, others } = await one(
    tx,
    sql<{ people: number; others: number }>`
    select count(*) as people, count(*) filter (where id not in (${ownStudents(tx.orgId, sql`${actor.userId}::uuid`)})) as others
    from (${targetIds(actor, target)}) meant`,
  );
  if (others > 0 || people > limit) throw new Problem('plan_required', { plan, limit });
}
