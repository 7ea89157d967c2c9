/** An invite as it is given: what is left out of a new one takes its default, what is left out of a known one stays. */
import { line, prose } from '@muster/contract';
import { z } from 'zod';

const OFFER_STATUSES = ['ACTIVE', 'INACTIVE'] as const;
/** The tag that makes an invite its batches' default, and a plan its option's preferred one. */
export const DEFAULT_TAG = 'DEFAULT';

const id = z.uuid().transform((text) => text.toLowerCase());
/** Left out of a new one. */
const ownId = (title: string, entity: string) =>
  id.optional().meta({ title, description: 'The one that is changed; a new one is made when left out.', entity });
const name = line(200).min(1).optional().meta({ title: 'Name', description: 'What people call it.' });
const status = z
  .enum(OFFER_STATUSES)
  .optional()
  .meta({ title: 'Status', description: 'Whether it can be used from now on.' });
const tag = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .nullable()
  .optional()
  .meta({ title: 'Tag', description: '`DEFAULT` makes it the one that is taken where none is named.' });
const price = z.number().min(0).max(9_999_999_999).multipleOf(0.01).optional();
const days = z.int().min(1).max(36_500).nullable().optional();
const date = z.iso.date().nullable().optional();
const shortText = prose(500).nullable().optional();

export const planForm = z.strictObject({
  id: ownId('Plan', 'payment_plan'),
  name,
  actual_price: price.meta({ title: 'Price', description: 'What is paid, in the currency.' }),
  elevated_price: price.meta({ title: 'Price before', description: 'What it was before a discount.' }),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'give the three letters of a currency')
    .nullable()
    .optional()
    .meta({ title: 'Currency', description: 'Its three letters, such as EUR.', maxLength: 3 }),
  validity_in_days: days.meta({
    title: 'Valid for',
    description: 'How long it gives access; empty is without end.',
    unit: 'days',
  }),
  status,
  tag,
});
export type PlanForm = z.infer<typeof planForm>;

export const optionForm = z.strictObject({
  id: ownId('Option', 'payment_option'),
  name,
  type: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,49}$/, 'write it in capitals, such as FREE')
    .optional()
    .meta({ title: 'Type', description: 'FREE and PAID are known; others may come.', maxLength: 50 }),
  status,
  tag,
  require_approval: z
    .boolean()
    .optional()
    .meta({ title: 'Needs approval', description: 'Whether somebody approves each who enrolls by it.' }),
  payment_plans: z
    .array(planForm)
    .max(100)
    .optional()
    .meta({
      title: 'Plans',
      description: 'What can be bought; plans that are left out become INACTIVE, as somebody may hold them.',
    }),
});
export type OptionForm = z.infer<typeof optionForm>;

export const linkForm = z.strictObject({
  batch_id: id.meta({ title: 'Batch', description: 'A batch that one enters by it.', entity: 'batch' }),
  status,
  cpo_id: shortText.meta({
    title: 'Complex payment option',
    description: 'What the option is called in another system; kept as it is given.',
    'x-hidden': true,
  }),
  payment_option: optionForm.meta({
    title: 'Payment option',
    description: 'Options that are given alike, or by the same id, are one.',
  }),
});

export const inviteForm = z.strictObject({
  id: ownId('Invite', 'enroll_invite'),
  name,
  invite_code: z
    .string()
    .regex(/^[A-Za-z0-9_-]{3,100}$/, 'use letters, digits, - and _')
    .optional()
    .meta({ title: 'Code', description: 'What learners type in; made where it is left out.', maxLength: 100 }),
  start_date: date.meta({ title: 'First day', description: 'The day from which it can be used.' }),
  end_date: date.meta({ title: 'Last day', description: 'The last day on which it can be used.' }),
  status,
  tag,
  learner_access_days: days.meta({
    title: 'Access',
    description: 'How long learners who enter by it have access; empty is without end.',
    unit: 'days',
  }),
  is_bundled: z
    .boolean()
    .optional()
    .meta({ title: 'Bundle', description: 'Whether one enters several batches by it, under one plan.' }),
  short_url: shortText.meta({ title: 'Short address', description: 'Where learners find it.' }),
  links: z
    .array(linkForm)
    .max(500)
    .optional()
    .meta({ title: 'Batches', description: 'Each with its option; those that are left out are removed.' }),
});
export type InviteForm = z.infer<typeof inviteForm>;
