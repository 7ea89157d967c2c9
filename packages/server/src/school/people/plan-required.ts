import { PEOPLE_MAX, Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { ownStudents } from './scope.ts';

/**
 * Without the ensemble plan a teacher_admin is what a teacher is.
 * @param meantAs - A select of the ids of the people meant, as somebody may mean them.
 * @throws Problem `plan_required` when others than own students are meant, or more than a teacher may change at once.
 */
export async function assertPlanAllows(
  tx: OrgTransaction,
  actor: Actor,
  meantAs: (as: Actor) => RawBuilder<{ id: string }>,
): Promise<void> {
  if (actor.lesserPlan === null) return;
  const limit = PEOPLE_MAX.teacher ?? 0;
  const { people, others } = await one(
    tx,
    sql<{ people: number; others: number }>`
    select count(*) as people, count(*) filter (where id not in (${ownStudents(tx.orgId, sql`${actor.userId}::uuid`)})) as others
    from (${meantAs({ ...actor, role: 'teacher_admin' })}) meant`,
  );
  if (others > 0 || people > limit) throw new Problem('plan_required', { plan: actor.lesserPlan, limit });
}
