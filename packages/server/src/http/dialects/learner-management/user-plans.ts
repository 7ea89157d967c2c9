import { z } from 'zod';
import { listUserPlans, type UserPlan } from '../../../school/learners/user-plans.ts';
import { getPerson } from '../../../school/people/person-rows.ts';
import { EVERYBODY, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { read } from '../../every-request/route.ts';

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
    async (request) =>
      read(context, request, async ({ tx, actor }) => {
        const { id } = await getPerson(tx, actor, request.params.id);
        return { items: (await listUserPlans(tx, id)).map(view) };
      }),
  );
}

function view({ enrollments, ...plan }: UserPlan): z.infer<typeof userPlan> {
  return userPlan.parse({
    ...plan,
    enrollments: enrollments.map(({ id, batch_id, batch_name, ...rest }) => ({
      ...rest,
      mapping_id: id,
      package_session_id: batch_id,
      package_session_name: batch_name,
    })),
  });
}
