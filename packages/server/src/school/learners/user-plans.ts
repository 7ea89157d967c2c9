/** What a person holds after enrolling. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Row } from '../records/rows.ts';
import { spelledState } from './states.ts';

/** With its invite, option, plan, payments and enrollments; states are spelled as clients know them. */
export interface UserPlan extends Row {
  readonly enrollments: readonly Row[];
}

/** Newest first. */
export async function listUserPlans(tx: OrgTransaction, userId: string): Promise<UserPlan[]> {
  const found = await rows(
    tx,
    sql<{ plan: UserPlan }>`
    select jsonb_build_object('id', u.id, 'user_id', u.user_id, 'status', ${spelledState(sql`u.status`)},
      'enroll_invite', jsonb_build_object('id', i.id, 'name', i.name),
      'payment_option', jsonb_build_object('id', o.id, 'name', o.name, 'type', o.type),
      'payment_plan', jsonb_build_object('id', p.id, 'name', p.name, 'actual_price', p.actual_price, 'elevated_price', p.elevated_price,
        'currency', p.currency, 'validity_in_days', p.validity_in_days),
      'starts_at', u.starts_at, 'ends_at', u.ends_at, 'approval', u.approval, 'created_at', u.created_at,
      'payments', coalesce((
        select jsonb_agg(jsonb_build_object('id', m.id, 'amount', m.amount, 'currency', m.currency, 'payment_method', m.payment_method,
          'payment_status', m.payment_status, 'transaction_id', m.transaction_id, 'created_at', m.created_at) order by m.created_at, m.id)
        from payments m where m.org_id = ${tx.orgId} and m.user_plan_id = u.id), '[]'),
      'enrollments', coalesce((
        select jsonb_agg(jsonb_build_object('id', e.id, 'batch_id', e.batch_id, 'batch_name', b.name,
          'status', ${spelledState(sql`e.status`)}, 'access_starts_at', e.access_starts_at, 'access_ends_at', e.access_ends_at,
          'custom_field_values', coalesce((
            select jsonb_agg(jsonb_build_object('custom_field_id', f.id, 'name', f.name, 'value', v.value) order by f.position, f.name)
            from custom_field_values v join custom_fields f on f.org_id = ${tx.orgId} and f.id = v.custom_field_id
            where v.org_id = ${tx.orgId} and v.enrollment_id = e.id), '[]')) order by e.created_at, e.id)
        from enrollments e left join batches b on b.org_id = ${tx.orgId} and b.id = e.batch_id
        where e.org_id = ${tx.orgId} and e.user_plan_id = u.id), '[]')) as plan
    from user_plans u
    join enroll_invites i on i.org_id = ${tx.orgId} and i.id = u.enroll_invite_id
    join payment_options o on o.org_id = ${tx.orgId} and o.id = u.payment_option_id
    join payment_plans p on p.org_id = ${tx.orgId} and p.id = u.payment_plan_id
    where u.org_id = ${tx.orgId} and u.user_id = ${userId} order by u.created_at desc, u.id desc`,
  );
  return found.map(({ plan }) => plan);
}
