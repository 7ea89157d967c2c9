/** What a removal writes: the enrollment and the plan end, and with the plan the other enrollments under it. */
import { sql, type RawBuilder } from 'kysely';
import type { Plan, PlanContext } from '../../engine/kind.ts';
import { endableStates, type DeassignParams } from './parameters.ts';

export type RemovalMode = DeassignParams['options']['mode'];

/**
 * Until when access lasts after a soft removal of enrollment `e` under plan `p`: to the end of the plan or of the access
 * that was given; without either, to the end of the day.
 */
export function accessUntil({ now, timezone }: PlanContext): RawBuilder<unknown> {
  const endOfToday = sql`((date_trunc('day', ${now}::timestamptz at time zone ${timezone}) + interval '1 day - 1 second') at time zone ${timezone})`;
  return sql`coalesce(p.ends_at, e.access_ends_at, ${endOfToday})`;
}

/**
 * Changes for the items with action `remove`, whose input has `enrollment_id`, `user_plan_id` and `access_until`. A plan,
 * and what else it served, ends with the first item that removes something under it.
 */
export async function planRemovals(plan: Plan, context: PlanContext, mode: RemovalMode): Promise<void> {
  const { orgId, now } = context;
  const states = endableStates(mode);
  const removed = sql`
    removed as (
      select p.item_no, (p.input ->> 'enrollment_id')::uuid as enrollment_id, (p.input ->> 'user_plan_id')::uuid as user_plan_id,
        (p.input ->> 'access_until')::timestamptz as access_until
      from ${plan.planned} p where p.action = 'remove'
    ), held as (
      select distinct on (user_plan_id) * from removed where user_plan_id is not null order by user_plan_id, item_no
    )`;
  await plan.update(
    'user_plan',
    sql`
    with ${removed}
    select h.item_no, p.id, ${endedPlan(now, mode)} as after
    from held h join user_plans p on p.org_id = ${orgId} and p.id = h.user_plan_id and p.status = any(${states}::text[])`,
  );
  await plan.update(
    'enrollment',
    sql`
    with ${removed}
    select r.item_no, e.id, ${endedEnrollment(now, mode, sql`r.access_until`)} as after
    from removed r join enrollments e on e.org_id = ${orgId} and e.id = r.enrollment_id
    union all
    select h.item_no, e.id, ${endedEnrollment(now, mode, sql`h.access_until`)}
    from held h join enrollments e on e.org_id = ${orgId} and e.user_plan_id = h.user_plan_id and e.status = any(${states}::text[])
    where not exists (select from removed r where r.enrollment_id = e.id)`,
  );
}

function endedPlan(now: Date, mode: RemovalMode): RawBuilder<unknown> {
  return mode === 'HARD'
    ? sql`jsonb_build_object('status', 'terminated', 'ends_at', greatest(${now}::timestamptz, p.starts_at))`
    : sql`jsonb_build_object('status', 'cancelled', 'ends_at', coalesce(p.ends_at, h.access_until))`;
}

function endedEnrollment(now: Date, mode: RemovalMode, until: RawBuilder<unknown>): RawBuilder<unknown> {
  const [status, end] = mode === 'HARD' ? ['terminated', sql`${now}::timestamptz`] : ['cancelled', until];
  return sql`jsonb_build_object('status', ${status}::text, 'ended_at', ${now}::timestamptz,
    'access_ends_at', greatest(${end}, e.access_starts_at))`;
}
