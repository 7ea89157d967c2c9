import { sql, type RawBuilder } from 'kysely';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { learnersOf } from '../../school/learners/learners.ts';
import { newcomersOf, type Newcomer } from '../../school/learners/new-users.ts';
import { claimNotice, coursesNotice } from '../../school/learners/notices.ts';
import { findOffers, type Offer } from '../../school/learners/offers.ts';
import { assertOwn, assignParams, batchesOf, type AssignParams } from '../../school/learners/parameters.ts';
import { spelledState } from '../../school/learners/states.ts';
import { countShared, planChanges } from './enroll-changes.ts';
import { listOf } from '../../school/batches/good-practice.ts';
import { seatDetail, seatFault, seatWarning, SEATS } from '../../school/batches/seats.ts';
import { isOpenEnrollment } from '../../school/states.ts';

/**
 * Enrolls learners in batches: everybody who is listed, new or found by the filter, in every batch that is named. An
 * item is one learner in one batch. A batch without default invite gets a free one, shared by all, as an item before them;
 * so does each person who is made.
 */
export const enroll = defineKind<AssignParams>({
  name: 'enroll',
  title: 'Enroll learners',
  aliases: ['enrollment_bulk', 'learner_assign'],
  params: assignParams,
  mappedTarget: 'Enrollment',
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  records: ['enrollment', 'enroll_invite', 'user'],
  people: ({ user_ids: ids, new_users: newUsers }) => ({
    listed: new Set(ids).size + (newUsers ?? []).length,
    meant: null,
  }),
  contended: ({ assignments }) => ({ batch: batchesOf(assignments) }),
  async plan(plan, context) {
    const { tx, actor, params } = context;
    await assertOwn(tx, params);
    const offers = await findOffers(context);
    const newcomers = await newcomersOf(tx, actor, params.new_users ?? []);
    await plan.items(pairs(context, offers, newcomers));
    await planChanges(plan, context, offers, newcomers);
  },
  says: {
    ended: (context) => {
      const claims = claimNotice(context);
      if (!context.params.options.notify_learners) return claims;
      return sql`${claims} union all ${coursesNotice(context, 'enrollment.created')}`;
    },
  },
});

/**
 * One item for each learner and batch, batch by batch. `input` holds what the changes are made of; seats are given in
 * the order of the items, so that the pairs beyond the capacity fail and no others.
 */
function pairs(
  { orgId, actor, params, settings, newId }: PlanContext<AssignParams>,
  offers: readonly Offer[],
  newcomers: readonly Newcomer[],
): RawBuilder<unknown> {
  const { duplicate_handling: duplicates } = params.options;
  return sql`
    with offer as materialized (${offerRows(offers)}
    ), learner as materialized (${learnersOf(actor, params, newcomers)}
    ), pair as (
      select (${countShared(offers, newcomers)} + row_number() over (order by o.position, l.place, l.n))::int as item_no, o.*, l.id as user_id, l.given, l.newcomer, l.email,
        l.label, l.fault as learner_fault, l.closed as learner_closed, l.detail as learner_detail, l.repeats,
        e.id as enrollment_id, e.status as former
      from offer o cross join learner l
      left join enrollments e on e.org_id = ${orgId} and e.batch_id = o.batch_id and e.student_id = l.id
    ), judged as (
      select pair.*, ${refusal(duplicates)} as refusal from pair
    ), placed as (
      select judged.*, enrolled + count(*) filter (where refusal is null) over (partition by position order by item_no rows unbounded preceding) as students
      from judged
    ), seated as (
      select placed.*, coalesce(refusal, ${seatFault(SEATS, settings)}) as code from placed
    )
    select item_no, null::int as row_no, lower(given || ':' || named_batch) as key, user_id as subject_id,
      label || ' → ' || coalesce(batch_name, named_batch) as label,
      jsonb_build_object('named_batch', named_batch, 'email', email, 'name', label, 'newcomer', newcomer, 'former', former,
        'user_id', coalesce(user_id::text, case when newcomer is null then given end))
        || case when code is not null then '{}' else jsonb_build_object('makes_invite', makes_invite, 'enroll_invite_id', enroll_invite_id,
          'user_id', coalesce(user_id, ${newId(sql`'learner ' || newcomer`)}),
          'enrollment_id', coalesce(enrollment_id, ${newId(sql`'enrollment ' || item_no`, sql`item_no`)}),
          'user_plan_id', ${newId(sql`'user plan ' || lower(given) || ' ' || plan_key`)}) end as input,
      case when code is null then case when former is null then 'create' else 're_enroll' end
        when code = ${code('learner_already_enrolled')} and ${duplicates} <> 'ERROR' then 'skip' else 'error' end as action,
      code, case when code is not null then learner_detail || detail || ${seatDetail(SEATS, sql`code`)} || jsonb_build_object('state', case code
        when ${code('learner_already_enrolled')} then ${spelledState(sql`former`)} else detail ->> 'state' end,
        'reason', coalesce(case when code = ${code('user_creation_failed')} then learner_detail ->> 'reason' end, detail ->> 'reason')) end as detail,
      ${listOf([
        sql`case when repeats > 0 then jsonb_build_object('code', ${code('new_user_repeated')}, 'value', email) end`,
        sql`case when code is null then ${seatWarning(SEATS, settings)} end`,
      ])} as warnings
    from seated`;
}

/** Why a pair is not enrolled, apart from seats; null where nothing stands against it. */
function refusal(duplicates: string): RawBuilder<unknown> {
  const isOver = sql`not ${isOpenEnrollment(sql`former`)}`;
  return sql`case
    when fault is not null then fault
    when learner_fault is not null then learner_fault
    when former is not null and not (${duplicates} = 'RE_ENROLL' and ${isOver}) then ${code('learner_already_enrolled')}
    when learner_closed is not null then learner_closed
    else closed end`;
}

function offerRows(offers: readonly Offer[]): RawBuilder<unknown> {
  return sql`
    select * from jsonb_to_recordset(${JSON.stringify(offers)}::jsonb) as o(position int, named_batch text, batch_id uuid, batch_name text,
      fault text, closed text, detail jsonb, capacity int, enrolled int, section text, section_capacity int, makes_invite boolean, enroll_invite_id uuid, plan_key text)`;
}
