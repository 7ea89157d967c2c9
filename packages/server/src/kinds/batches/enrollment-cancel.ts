import { sql } from 'kysely';
import { z } from 'zod';
import { code, defineKind } from '../../engine/kind.ts';
import { rightsFault, subjectOf } from '../../school/batches/enrolling.ts';
import { idOf, idTexts, onlyIds } from '../../school/batches/ids.ts';
import { endableStates } from '../../school/learners/parameters.ts';
import { accessUntil, planRemovals } from '../../school/learners/removals.ts';

const params = z.strictObject({
  enrollment_ids: idTexts(5_000).meta({
    title: 'Enrollments',
    description: 'The enrollments that are cancelled.',
    entity: 'enrollment',
    many: true,
  }),
});

/**
 * Cancels enrollments, with a batch or without: the seat is free at once, access lasts until the plan ends. Stores what a
 * soft removal of the learner stores. An admin cancels for those in scope, a student for themself. An enrollment is an item.
 */
export const enrollmentCancel = defineKind<z.infer<typeof params>>({
  name: 'enrollment_cancel',
  title: 'Cancel enrollments',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin', 'student'],
  chunk: { items: 200, itemsMax: 2_000 },
  contended: ({ enrollment_ids: ids }) => ({ enrollment: onlyIds(ids) }),
  async plan(plan, context) {
    const { orgId, params: given } = context;
    await plan.items(sql`
      with judged as (
        select m.n::int as item_no, m.given, e.id, e.student_id, e.status, e.user_plan_id, u.display_name, ${accessUntil(context)} as access_until,
          case when e.id is null then ${code('enrollment_not_found')} else ${rightsFault(context, sql`e.student_id`)} end as fault
        from unnest(${given.enrollment_ids}::text[]) with ordinality m(given, n)
        left join enrollments e on e.org_id = ${orgId} and e.id = ${idOf(sql`m.given`)}
        left join users u on u.org_id = ${orgId} and u.id = e.student_id
        left join user_plans p on p.org_id = ${orgId} and p.id = e.user_plan_id
      ), decided as (
        select *, fault is null and status <> all(${endableStates('SOFT')}::text[]) as is_over from judged
      )
      select item_no, null::int as row_no, given as key, ${subjectOf(context, sql`student_id`)} as subject_id, coalesce(display_name, given) as label,
        jsonb_build_object('enrollment_id', id, 'user_plan_id', user_plan_id, 'access_until', access_until) as input,
        case when fault is not null then 'error' when is_over then 'skip' else 'remove' end as action,
        coalesce(fault, case when is_over then ${code('unchanged')} end) as code,
        case when fault is not null and id is not null then jsonb_build_object('label', display_name) end as detail, null::jsonb as warnings
      from decided`);
    await planRemovals(plan, context, 'SOFT');
  },
});
