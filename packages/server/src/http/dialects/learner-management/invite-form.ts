/** The detail form of an invite as clients send it, and the house's form of the same. */
import { line } from '@muster/contract';
import { z } from 'zod';
import { inviteForm, linkForm, optionForm, planForm, type InviteForm } from '../../../school/invites/form.ts';
import { asUuid } from '../../../school/learners/parameters.ts';

/** Of a form that was read before, the ids and dates come along. What is unknown is left aside, as in the answers. */
const plan = z.object({ ...planForm.shape, id: z.string().nullish() });
const option = z.object({
  ...optionForm.shape,
  id: z.string().nullish(),
  payment_plans: z.array(plan).max(100).optional(),
});
const link = z.object({
  package_session_id: z.string(),
  status: linkForm.shape.status,
  cpo_id: linkForm.shape.cpo_id,
  payment_option: option,
});
const fields = z.object(inviteForm.omit({ id: true, links: true }).shape);
const shape = {
  ...fields.shape,
  institute_id: z.string().nullish().describe('Must be that of the path'),
  package_session_to_payment_options: z.array(link).max(500).optional(),
};

export const changedInvite = z.object(shape).meta({ id: 'ChangedEnrollInvite' });
export const newInvite = z.object({ ...shape, name: line(200).min(1) }).meta({ id: 'NewEnrollInvite' });
type Wire = z.infer<typeof changedInvite>;
type WireLink = z.infer<typeof link>;

/** An id that no row has: what cannot be one of ours is simply unknown. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

/** @param id - Of the invite to change; undefined for a new one. */
export function toInviteForm(wire: Wire, id: string | undefined): InviteForm {
  const { package_session_to_payment_options: links } = wire;
  return {
    ...fields.parse(wire),
    ...(id === undefined ? {} : { id }),
    ...(links === undefined ? {} : { links: links.map(toLink) }),
  };
}

function toLink({ package_session_id: batchId, payment_option: given, ...rest }: WireLink) {
  const { id, payment_plans: plans, ...option } = given;
  return {
    ...rest,
    batch_id: asUuid(batchId) ?? NOTHING,
    payment_option: {
      ...known(id),
      ...option,
      ...(plans === undefined
        ? {}
        : { payment_plans: plans.map(({ id: planId, ...one }) => ({ ...known(planId), ...one })) }),
    },
  };
}

function known(id: string | null | undefined): { id?: string } {
  return id == null ? {} : { id: asUuid(id) ?? NOTHING };
}
