import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, rows } from '../../../db/database.ts';
import { spelledState } from '../../../school/learners/states.ts';
import { actorOf, EVERYBODY, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { getPerson } from '../../people/read.ts';

const named = z.object({ id: z.string(), name: z.string() });
const payment = z.object({
  id: z.string(),
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  payment_method: z.string().nullable(),
  payment_status: z.string().nullable(),
  transaction_id: z.string().nullable(),
  created_at: z.string(),
});
const enrollment = z.object({
  mapping_id: z.string(),
  package_session_id: z.string().nullable(),
  package_session_name: z.string().nullable(),
  status: z.string(),
  access_starts_at: z.string().nullable(),
  access_ends_at: z.string().nullable(),
  custom_field_values: z.array(z.object({ custom_field_id: z.string(), name: z.string(), value: z.string() })),
});
const userPlan = z
  .object({
    id: z.string(),
    user_id: z.string(),
    status: z.string().describe('As learner management spells it: ACTIVE, CANCELED, TERMINATED …'),
    enroll_invite: named,
    payment_option: named.extend({ type: z.string() }),
    payment_plan: named.extend({
      actual_price: z.number(),
      elevated_price: z.number(),
      currency: z.string().nullable(),
      validity_in_days: z.int().nullable(),
    }),
    starts_at: z.string().nullable(),
    ends_at: z.string().nullable(),
    approval: z.string(),
    created_at: z.string(),
    payments: z.array(payment),
    enrollments: z.array(enrollment).describe('A shared plan has several'),
  })
  .meta({ id: 'UserPlan' });

/** What somebody holds after enrolling; for whoever may see the person, and for themselves. */
export function userPlanRoutes(app: App, context: HttpContext): void {
  app.get(
    '/api/users/:id/plans',
    {
      config: { roles: EVERYBODY },
      schema: {
        tags: ['users'],
        summary: 'The plans of a person, with payments and enrollments, newest first',
        params: z.object({ id: z.string() }),
        response: { 200: z.object({ items: z.array(userPlan) }), ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      const person = await getPerson(context, actor, request.params.id);
      return { items: await readPlans(context, actor.orgId, person.id) };
    },
  );
}

async function readPlans(context: HttpContext, orgId: string, userId: string): Promise<z.infer<typeof userPlan>[]> {
  const found = await inOrg(context.database, orgId, (tx) =>
    rows(
      tx,
      sql<{ plan: z.infer<typeof userPlan> }>`
      select jsonb_build_object('id', u.id, 'user_id', u.user_id, 'status', ${spelledState(sql`u.status`)},
        'enroll_invite', jsonb_build_object('id', i.id, 'name', i.name),
        'payment_option', jsonb_build_object('id', o.id, 'name', o.name, 'type', o.type),
        'payment_plan', jsonb_build_object('id', p.id, 'name', p.name, 'actual_price', p.actual_price, 'elevated_price', p.elevated_price,
          'currency', p.currency, 'validity_in_days', p.validity_in_days),
        'starts_at', u.starts_at, 'ends_at', u.ends_at, 'approval', u.approval, 'created_at', u.created_at,
        'payments', coalesce((
          select jsonb_agg(jsonb_build_object('id', m.id, 'amount', m.amount, 'currency', m.currency, 'payment_method', m.payment_method,
            'payment_status', m.payment_status, 'transaction_id', m.transaction_id, 'created_at', m.created_at) order by m.created_at, m.id)
          from payments m where m.org_id = ${orgId} and m.user_plan_id = u.id), '[]'),
        'enrollments', coalesce((
          select jsonb_agg(jsonb_build_object('mapping_id', e.id, 'package_session_id', e.batch_id, 'package_session_name', b.name,
            'status', ${spelledState(sql`e.status`)}, 'access_starts_at', e.access_starts_at, 'access_ends_at', e.access_ends_at,
            'custom_field_values', coalesce((
              select jsonb_agg(jsonb_build_object('custom_field_id', f.id, 'name', f.name, 'value', v.value) order by f.position, f.name)
              from custom_field_values v join custom_fields f on f.org_id = ${orgId} and f.id = v.custom_field_id
              where v.org_id = ${orgId} and v.enrollment_id = e.id), '[]')) order by e.created_at, e.id)
          from enrollments e left join batches b on b.org_id = ${orgId} and b.id = e.batch_id
          where e.org_id = ${orgId} and e.user_plan_id = u.id), '[]')) as plan
      from user_plans u
      join enroll_invites i on i.org_id = ${orgId} and i.id = u.enroll_invite_id
      join payment_options o on o.org_id = ${orgId} and o.id = u.payment_option_id
      join payment_plans p on p.org_id = ${orgId} and p.id = u.payment_plan_id
      where u.org_id = ${orgId} and u.user_id = ${userId} order by u.created_at desc, u.id desc`,
    ),
  );
  return found.map(({ plan }) => plan);
}
