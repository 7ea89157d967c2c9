import { sql, type RawBuilder } from 'kysely';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { ownsBatch } from '../../school/batches/rights.ts';
import { learnersOf } from '../../school/learners/learners.ts';
import { coursesNotice } from '../../school/learners/notices.ts';
import {
  assertOwn,
  asUuid,
  deassignParams,
  endableStates,
  removedFrom,
  type DeassignParams,
} from '../../school/learners/parameters.ts';
import { accessUntil, planRemovals } from '../../school/learners/removals.ts';
import { spelledState } from '../../school/learners/states.ts';

/**
 * Removes learners from batches. SOFT cancels: the seat is free at once, access lasts until the plan ends. HARD
 * terminates: access ends at once and for good. Both act on the plan, and so on the other enrollments under it.
 */
export const unenroll = defineKind<DeassignParams>({
  name: 'unenroll',
  title: 'Remove learners',
  aliases: ['learner_deassign'],
  params: deassignParams,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  records: ['enrollment'],
  people: ({ user_ids: ids }) => ({ listed: new Set(ids).size, meant: null }),
  irreversible: ({ options }) =>
    options.mode === 'HARD' ? 'a hard removal ends access for good; enroll the learners again instead' : null,
  contended: (params) => ({ batch: removedFrom(params).flatMap((id) => asUuid(id) ?? []) }),
  async plan(plan, context) {
    const { tx, params } = context;
    await assertOwn(tx, params);
    await plan.items(pairs(context));
    await planRemovals(plan, context, params.options.mode);
  },
  says: {
    ended: (context) => (context.params.options.notify_learners ? coursesNotice(context, 'enrollment.ended') : null),
  },
});

/** One item for each learner and batch, batch by batch; its `input` says what of, and until when access lasts. */
function pairs(context: PlanContext<DeassignParams>): RawBuilder<unknown> {
  const { orgId, actor, params, timezone } = context;
  const { mode } = params.options;
  const ids = removedFrom(params);
  return sql`
    with named as materialized (
      select w.position, w.given as named_batch, b.id as batch_id, b.name as batch_name,
        case when b.id is null then ${code('unknown_batch')} when not ${ownsBatch(actor)} then ${code('batch_out_of_scope')} end as batch_fault
      from unnest(${ids}::text[], ${ids.map(asUuid)}::uuid[]) with ordinality w(given, id, position)
      left join batches b on b.org_id = ${orgId} and b.id = w.id
    ), learner as materialized (${learnersOf(actor, params)}
    ), pair as (
      select (row_number() over (order by w.position, l.place, l.n))::int as item_no, w.*, l.id as user_id, l.given, l.email, l.label,
        l.fault as learner_fault, l.detail as learner_detail, e.id as enrollment_id, e.status, e.user_plan_id,
        ${accessUntil(context)} as access_until
      from named w cross join learner l
      left join enrollments e on e.org_id = ${orgId} and e.batch_id = w.batch_id and e.student_id = l.id
      left join user_plans p on p.org_id = ${orgId} and p.id = e.user_plan_id
    ), judged as (
      select pair.*, case when batch_fault is not null then batch_fault when learner_fault is not null then learner_fault
        when enrollment_id is null then ${code('learner_not_enrolled')}
        when status <> all(${endableStates(mode)}::text[]) then ${code('learner_already_ended')} end as code
      from pair
    ), removed as (select * from judged where code is null
    ), sharing as materialized (
      select e.user_plan_id, count(*) as served, coalesce(jsonb_agg(e.batch_id order by e.batch_id) filter (
        where not exists (select from removed r where r.enrollment_id = e.id)), '[]') as others
      from enrollments e
      where e.org_id = ${orgId} and e.batch_id is not null and e.status = any(${endableStates(mode)}::text[])
        and e.user_plan_id in (select user_plan_id from removed)
      group by e.user_plan_id having count(*) > 1
    )
    select item_no, null::int as row_no, lower(given || ':' || named_batch) as key, user_id as subject_id,
      label || ' → ' || coalesce(batch_name, named_batch) as label,
      jsonb_build_object('named_batch', named_batch, 'email', email, 'name', label, 'user_id', coalesce(user_id::text, given))
        || case when code is not null then '{}' else jsonb_build_object('enrollment_id', enrollment_id, 'user_plan_id', j.user_plan_id,
          'access_until', access_until, 'access_until_day', (access_until at time zone ${timezone})::date, 'affected', s.others) end as input,
      case code when ${code('learner_not_enrolled')} then 'skip' when ${code('learner_already_ended')} then 'skip'
        else case when code is null then 'remove' else 'error' end end as action,
      code, case when code is not null then learner_detail || jsonb_build_object('label', coalesce(case when batch_fault is not null then batch_name end, label), 'state', ${spelledState(sql`status`)}) end as detail,
      case when s.served is not null then jsonb_build_array(jsonb_build_object('code', ${code('user_plan_shared')}, 'plan', s.user_plan_id, 'count', s.served)) end as warnings
    from judged j left join sharing s on s.user_plan_id = j.user_plan_id and j.code is null`;
}
