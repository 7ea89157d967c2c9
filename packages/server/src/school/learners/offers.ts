/**
 * Under what a batch is entered: invite → option → plan → access, found once for each batch of a request.
 *
 * 1. The invite that is named; else the batch's default one; else a free one is made.
 * 2. The option that is named; else the first active link of the invite for this batch.
 * 3. The plan that is named; else the option's active plan tagged DEFAULT; else its first active one.
 * 4. Access lasts as many days as the request says, else the invite, else the plan, else without end. An invite that is
 *    made says what the organization has set.
 */
import { sql, type RawBuilder } from 'kysely';
import { rows } from '../../db/database.ts';
import { code, type PlanContext } from '../../engine/kind.ts';
import { ownsBatch } from '../batches/rights.ts';
import { defaultAccessDays } from './default-access.ts';
import { asUuid, batchOf, type AssignParams } from './parameters.ts';
import { isClosedBatch } from '../states.ts';

/** One entry of `assignments` with all that holds for each of its learners. */
export interface Offer {
  /** 1-based, in the order of the request. */
  readonly position: number;
  /** The id as it was sent. */
  readonly named_batch: string;
  readonly batch_id: string | null;
  readonly course_id: string | null;
  readonly batch_name: string | null;
  /** Why nobody can enter: the batch is unknown or not the actor's; null where it can be looked at. */
  readonly fault: string | null;
  /** Why nobody new can enter. */
  readonly closed: string | null;
  /** Fills the words of both. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Of the batch: null is without limit; and of its section. */
  readonly capacity: number | null;
  readonly enrolled: number | null;
  readonly section: string | null;
  readonly section_capacity: number | null;
  readonly makes_invite: boolean;
  readonly enroll_invite_id: string | null;
  readonly payment_option_id: string | null;
  readonly payment_plan_id: string | null;
  /** Offers with the same key share one user plan a learner. */
  readonly plan_key: string | null;
  readonly access_ends_at: Date | null;
  readonly approval: string;
  readonly price: number;
  readonly currency: string | null;
  readonly transaction_id: string | null;
  readonly custom_field_values: readonly { custom_field_id: string; value: string }[];
}

export async function findOffers(context: PlanContext<AssignParams>): Promise<Offer[]> {
  const { tx, orgId, now, timezone } = context;
  const today = sql`(${now}::timestamptz at time zone ${timezone})::date`;
  return rows(
    tx,
    sql<Offer>`
    with wanted as materialized (${wantedEntries(context.params)}
    ), invited as (
      select w.*, b.id as batch_id, b.course_id, b.name as batch_name, b.status as batch_status, not ${ownsBatch(context.actor)} as is_outside,
        b.capacity, b.enrolled_students as enrolled, s.name as section, s.capacity as section_capacity, i.id as invite_id, i.name as invite_name, i.status as invite_status, i.is_bundled,
        i.learner_access_days, coalesce(${today} between coalesce(i.start_date, ${today}) and coalesce(i.end_date, ${today}), false) as is_in_time,
        b.id is not null and not w.names_invite and chosen.id is null as makes_invite
      from wanted w
      left join batches b on b.org_id = ${orgId} and b.id = w.batch_uuid
      left join sections s on s.org_id = ${orgId} and s.id = b.section_id
      left join lateral (
        select case when w.names_invite then w.invite_uuid else (
          select enroll_invite_id from invite_options d where d.org_id = ${orgId} and d.batch_id = b.id and d.is_default) end as id) chosen on true
      left join enroll_invites i on i.org_id = ${orgId} and i.id = chosen.id
    ), offered as (
      select i.*, o.id as option_id, o.name as option_name, coalesce(o.require_approval, false) as require_approval, p.id as plan_id,
        p.validity_in_days, p.actual_price, p.currency,
        exists (select from invite_options l where l.org_id = ${orgId} and l.enroll_invite_id = i.invite_id and l.batch_id = i.batch_id) as covers,
        (select f ->> 'custom_field_id' from jsonb_array_elements(i.custom_field_values) f
          where not exists (select from custom_fields c where c.org_id = ${orgId} and c.id::text = lower(f ->> 'custom_field_id')) limit 1) as unknown_field
      from invited i
      left join lateral (${optionOf(orgId)}) o on true
      left join lateral (${planOf(orgId)}) p on true
    ), judged as (
      select offered.*, ${configFault(today)} as config_fault from offered
    )
    select position, named_batch, batch_id, course_id, batch_name,
      case when batch_id is null then ${code('unknown_batch')} when is_outside then ${code('batch_out_of_scope')} end as fault,
      case when ${isClosedBatch(sql`batch_status`)} then ${code('batch_closed')}
        when config_fault is not null then ${code('config_resolution_failed')}
        when unknown_field is not null then ${code('custom_field_not_found')} end as closed,
      jsonb_strip_nulls(jsonb_build_object('label', case when is_outside then batch_name end, 'batch_status', initcap(batch_status), 'reason', config_fault, 'value', unknown_field)) as detail,
      capacity, enrolled, section, section_capacity, makes_invite,
      case when makes_invite then ${context.newId(sql`'default invite ' || batch_id`)} else invite_id end as enroll_invite_id,
      case when makes_invite then ${context.newId(sql`'default option ' || batch_id`)} else option_id end as payment_option_id,
      case when makes_invite then ${context.newId(sql`'default plan ' || batch_id`)} else plan_id end as payment_plan_id,
      case when is_bundled then invite_id || ' ' || plan_id else batch_id::text end as plan_key,
      ${now}::timestamptz + make_interval(days => coalesce(access_days, learner_access_days, validity_in_days,
        case when makes_invite then ${defaultAccessDays(context.settings)}::int end)) as access_ends_at,
      case when require_approval then 'approved by assignment' else '' end as approval,
      coalesce(actual_price, 0) as price, currency, transaction_id, custom_field_values
    from judged order by position`,
  );
}

function wantedEntries({ assignments, options }: AssignParams): RawBuilder<unknown> {
  const entries = assignments.map((entry, at) => ({
    position: at + 1,
    named_batch: batchOf(entry),
    batch_uuid: asUuid(batchOf(entry)),
    names_invite: entry.enroll_invite_id != null,
    invite_uuid: asUuid(entry.enroll_invite_id),
    names_option: entry.payment_option_id != null,
    option_uuid: asUuid(entry.payment_option_id),
    names_plan: entry.plan_id != null,
    plan_uuid: asUuid(entry.plan_id),
    access_days: entry.access_days ?? null,
    transaction_id: entry.transaction_id ?? options.transaction_id ?? null,
    custom_field_values: entry.custom_field_values ?? [],
  }));
  return sql`
    select * from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as w(position int, named_batch text, batch_uuid uuid,
      names_invite boolean, invite_uuid uuid, names_option boolean, option_uuid uuid, names_plan boolean, plan_uuid uuid,
      access_days int, transaction_id text, custom_field_values jsonb)`;
}

function optionOf(orgId: string): RawBuilder<unknown> {
  return sql`
    select o.* from invite_options l
    join payment_options o on o.org_id = ${orgId} and o.id = l.payment_option_id
    where l.org_id = ${orgId} and l.enroll_invite_id = i.invite_id and l.batch_id = i.batch_id and l.status = 'ACTIVE' and o.status = 'ACTIVE'
      and (not i.names_option or o.id = i.option_uuid)
    order by l.position, l.created_at, l.id limit 1`;
}

function planOf(orgId: string): RawBuilder<unknown> {
  return sql`
    select p.* from payment_plans p
    where p.org_id = ${orgId} and p.payment_option_id = o.id and p.status = 'ACTIVE' and (not i.names_plan or p.id = i.plan_uuid)
    order by p.tag is distinct from 'DEFAULT', p.position, p.created_at, p.id limit 1`;
}

/** Why invite, option or plan cannot be had; null where all three can. An invite that is made has all. */
function configFault(today: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql<string | null>`case
    when makes_invite and (names_option or names_plan) then 'there is no default invite that the named option or plan could belong to'
    when makes_invite then null
    when invite_id is null then 'there is no such invite'
    when invite_status <> 'ACTIVE' then format('the invite %s is not active', invite_name)
    when not is_in_time then format('the invite %s is not open on %s', invite_name, ${today})
    when not covers then format('the invite %s does not cover this batch', invite_name)
    when option_id is null and names_option then format('the invite %s does not offer the named payment option', invite_name)
    when option_id is null then format('the invite %s has no active payment option', invite_name)
    when plan_id is null and names_plan then format('the payment option %s does not have the named plan', option_name)
    when plan_id is null then format('the payment option %s has no active plan', option_name) end`;
}
