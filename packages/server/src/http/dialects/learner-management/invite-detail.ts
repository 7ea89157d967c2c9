import { z } from 'zod';
import type { Invite } from '../../../school/invites/invite-rows.ts';

const plan = z
  .object({
    id: z.string(),
    name: z.string(),
    actual_price: z.number(),
    elevated_price: z.number(),
    currency: z.string().nullable(),
    validity_in_days: z.int().nullable(),
    status: z.string(),
    tag: z.string().nullable(),
  })
  .meta({ id: 'PaymentPlan' });
const option = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    type: z.string(),
    tag: z.string().nullable(),
    require_approval: z.boolean(),
    payment_plans: z.array(plan),
  })
  .meta({ id: 'PaymentOption' });
const link = z
  .object({
    id: z.string(),
    package_session_id: z.string(),
    enroll_invite_id: z.string(),
    status: z.string(),
    payment_option: option,
    cpo_id: z.string().nullable(),
  })
  .meta({ id: 'PackageSessionToPaymentOption' });
export const inviteDetail = z
  .object({
    id: z.string(),
    name: z.string(),
    start_date: z.string().nullable(),
    end_date: z.string().nullable(),
    invite_code: z.string(),
    status: z.string(),
    institute_id: z.string(),
    tag: z.string().nullable(),
    learner_access_days: z.int().nullable(),
    is_bundled: z.boolean(),
    short_url: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    package_session_to_payment_options: z.array(link),
  })
  .meta({ id: 'EnrollInviteDTO' });
export type InviteDetail = z.infer<typeof inviteDetail>;

export function viewInvite({ org_id: orgId, links, ...invite }: Invite): InviteDetail {
  return inviteDetail.parse({
    ...invite,
    institute_id: orgId,
    package_session_to_payment_options: links.map(({ batch_id: batchId, ...link }) => ({
      ...link,
      package_session_id: batchId,
    })),
  });
}
