/** What an enrollment writes: the default invite where one is missing, the new person, the plan held, the enrollment. */
import { sql, type RawBuilder } from 'kysely';
import type { Plan, PlanContext } from '../../engine/kind.ts';
import { defaultAccessDays } from '../../school/learners/default-access.ts';
import type { Newcomer } from '../../school/learners/new-users.ts';
import type { Offer } from '../../school/learners/offers.ts';
import type { AssignParams } from '../../school/learners/parameters.ts';

/** How many items come before the pairs: a place for each default invite and each person who may have to be made. */
export function countShared(offers: readonly Offer[], newcomers: readonly Newcomer[]): number {
  return missingInvites(offers).length + creatable(newcomers).length;
}

function missingInvites(offers: readonly Offer[]): Offer[] {
  return offers.filter((offer) => offer.makes_invite);
}

function creatable(newcomers: readonly Newcomer[]): Newcomer[] {
  return newcomers.filter(({ reason }) => reason === null);
}

/**
 * Default invites and new people are items of their own, before the pairs and without a key: each is undone by itself, or
 * kept where somebody uses it since. A plan for several batches is made with the first of its enrollments.
 */
export async function planChanges(
  plan: Plan,
  context: PlanContext<AssignParams>,
  offers: readonly Offer[],
  newcomers: readonly Newcomer[],
): Promise<void> {
  const given = sql`
    given as (
      select p.item_no, p.action, p.input as i, o.* from ${plan.planned} p
      join ${offerRows(offers)} on o.named_batch = p.input ->> 'named_batch'
      where p.action in ('create', 're_enroll') and p.key is not null)`;
  if (offers.some((offer) => offer.makes_invite))
    await planDefaultInvites(plan, given, defaultAccessDays(context.settings));
  const firstNo = missingInvites(offers).length + 1;
  if (newcomers.length > 0) await planNewPeople(plan, given, creatable(newcomers), firstNo);
  await plan.insert('user_plan', userPlans(given, context));
  const values = enrollmentValues(context);
  await plan.insert(
    'enrollment',
    sql`with ${given} select item_no, (i ->> 'enrollment_id')::uuid as id, ${values} as after from given where action = 'create'`,
  );
  if (context.params.options.duplicate_handling === 'RE_ENROLL')
    await plan.update(
      'enrollment',
      sql`with ${given} select item_no, (i ->> 'enrollment_id')::uuid as id, ${values} as after from given where action = 're_enroll'`,
    );
  if (offers.some((offer) => offer.transaction_id !== null)) await plan.insert('payment', payments(given, context));
  if (offers.some((offer) => offer.custom_field_values.length > 0)) await planFieldValues(plan, given, context);
}

/** @param accessDays - Of those who enter by them; null is without end. */
async function planDefaultInvites(plan: Plan, given: RawBuilder<unknown>, accessDays: number | null): Promise<void> {
  const missing = sql`(
    select distinct shared_no, batch_id, batch_name, enroll_invite_id, payment_option_id, payment_plan_id from given where makes_invite) missing`;
  await plan.items(sql`with ${given} select ${sharedItem(sql`'Free default invite: ' || batch_name`)} from ${missing}`);
  const made = (entity: string, id: RawBuilder<unknown>, after: RawBuilder<unknown>) =>
    plan.insert(entity, sql`with ${given} select shared_no as item_no, ${id} as id, ${after} as after from ${missing}`);
  await made(
    'payment_option',
    sql`payment_option_id`,
    sql`jsonb_build_object('name', 'Free', 'type', 'FREE', 'tag', 'DEFAULT')`,
  );
  await made(
    'payment_plan',
    sql`payment_plan_id`,
    sql`jsonb_build_object('payment_option_id', payment_option_id, 'name', 'Free Plan', 'tag', 'DEFAULT')`,
  );
  // A code that nobody has to think of and that no other invite can have.
  await made(
    'enroll_invite',
    sql`enroll_invite_id`,
    sql`jsonb_build_object('name', 'Default: ' || batch_name, 'invite_code', enroll_invite_id, 'tag', 'DEFAULT',
      'learner_access_days', ${accessDays}::int)`,
  );
  await made(
    'invite_option',
    sql`md5('default link ' || enroll_invite_id)::uuid`,
    sql`jsonb_build_object('enroll_invite_id', enroll_invite_id, 'batch_id', batch_id, 'payment_option_id', payment_option_id, 'is_default', true)`,
  );
}

/** Whoever has a pair that is enrolled; of a new user without any, nothing is made. */
async function planNewPeople(
  plan: Plan,
  given: RawBuilder<unknown>,
  newcomers: readonly Newcomer[],
  firstNo: number,
): Promise<void> {
  const people = newcomers.map(({ n, label, values }, at) => ({ n, shared_no: firstNo + at, label, values }));
  const made = sql`(
    select distinct c.shared_no, c.label, (i ->> 'user_id')::uuid as user_id, c.values
    from given
    join jsonb_to_recordset(${JSON.stringify(people)}::jsonb) as c(n int, shared_no int, label text, values jsonb) on c.n = (i ->> 'newcomer')::int) made`;
  await plan.items(sql`with ${given} select ${sharedItem(sql`'New person: ' || label`)} from ${made}`);
  await plan.insert(
    'user',
    sql`with ${given} select shared_no as item_no, user_id as id, values as after from ${made}`,
  );
}

/** The columns of an item that others need. */
function sharedItem(label: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`shared_no as item_no, null::int as row_no, null::text as key, null::uuid as subject_id, ${label} as label,
    null::jsonb as input, 'create' as action, null as code, null::jsonb as detail, null::jsonb as warnings`;
}

/** A plan that serves several batches lasts as long as the longest of them. */
function userPlans(given: RawBuilder<unknown>, { now }: Pick<PlanContext, 'now'>): RawBuilder<unknown> {
  return sql`
    with ${given}
    select item_no, (i ->> 'user_plan_id')::uuid as id, jsonb_build_object('user_id', i ->> 'user_id', 'enroll_invite_id', enroll_invite_id,
      'payment_option_id', payment_option_id, 'payment_plan_id', payment_plan_id, 'starts_at', ${now}::timestamptz,
      'ends_at', ends_at, 'approval', approval) as after
    from (
      select given.*, row_number() over (partition by i ->> 'user_plan_id' order by item_no) as nth,
        case when bool_or(access_ends_at is null) over same then null else max(access_ends_at) over same end as ends_at
      from given window same as (partition by i ->> 'user_plan_id')) held
    where nth = 1`;
}

function enrollmentValues({ now }: Pick<PlanContext, 'now'>): RawBuilder<unknown> {
  return sql`jsonb_build_object('batch_id', batch_id, 'course_id', course_id, 'student_id', i ->> 'user_id', 'status', 'active',
    'status_reason', '', 'enrollment_type', 'batch', 'source', 'bulk_assign', 'enrolled_at', ${now}::timestamptz, 'ended_at', null,
    'access_starts_at', ${now}::timestamptz, 'access_ends_at', access_ends_at, 'user_plan_id', i ->> 'user_plan_id',
    'enroll_invite_id', enroll_invite_id)`;
}

/** The reference of a payment made elsewhere; one a plan, however many batches it serves. */
function payments(given: RawBuilder<unknown>, { newId }: Pick<PlanContext, 'newId'>): RawBuilder<unknown> {
  return sql`
    with ${given}
    select distinct on (i ->> 'user_plan_id', transaction_id) item_no,
      ${newId(sql`'payment ' || (i ->> 'user_plan_id') || ' ' || transaction_id`)} as id,
      jsonb_build_object('enrollment_id', i ->> 'enrollment_id', 'user_plan_id', i ->> 'user_plan_id', 'amount', price, 'currency', currency,
        'transaction_id', transaction_id) as after
    from given where transaction_id is not null
    order by i ->> 'user_plan_id', transaction_id, item_no`;
}

/** Values belong to the enrollment they were sent for; one that is enrolled again may have some already. */
async function planFieldValues(
  plan: Plan,
  given: RawBuilder<unknown>,
  { orgId, newId }: Pick<PlanContext, 'orgId' | 'newId'>,
): Promise<void> {
  const sent = sql`
    sent as (
      select item_no, (i ->> 'enrollment_id')::uuid as enrollment_id, lower(f ->> 'custom_field_id')::uuid as field_id, f ->> 'value' as value
      from given cross join lateral jsonb_array_elements(custom_field_values) f)`;
  const known = sql`custom_field_values k on k.org_id = ${orgId} and k.enrollment_id = s.enrollment_id and k.custom_field_id = s.field_id`;
  await plan.insert(
    'custom_field_value',
    sql`
    with ${given}, ${sent}
    select item_no, ${newId(sql`'value ' || item_no || ' ' || field_id`)} as id,
      jsonb_build_object('enrollment_id', s.enrollment_id, 'custom_field_id', field_id, 'value', s.value) as after
    from sent s left join ${known} where k.id is null`,
  );
  await plan.update(
    'custom_field_value',
    sql`
    with ${given}, ${sent}
    select item_no, k.id, jsonb_build_object('value', s.value) as after from sent s join ${known}`,
  );
}

function offerRows(offers: readonly Offer[]): RawBuilder<unknown> {
  const missing = missingInvites(offers);
  const numbered = offers.map((offer) => ({ ...offer, shared_no: missing.indexOf(offer) + 1 }));
  return sql`
    jsonb_to_recordset(${JSON.stringify(numbered)}::jsonb) as o(named_batch text, shared_no int, batch_id uuid, batch_name text, course_id uuid,
      makes_invite boolean, enroll_invite_id uuid, payment_option_id uuid, payment_plan_id uuid, access_ends_at timestamptz,
      approval text, price numeric, currency text, transaction_id text, custom_field_values jsonb)`;
}
