/** An invite as it is given: what is left out of a new one takes its default, what is left out of a known one stays. */
import { z } from 'zod';

const OFFER_STATUSES = ['ACTIVE', 'INACTIVE'] as const;
/** The tag that makes an invite its batches' default, and a plan its option's preferred one. */
export const DEFAULT_TAG = 'DEFAULT';

const id = z.uuid().transform((text) => text.toLowerCase());
const name = z.string().trim().min(1).max(200);
const status = z.enum(OFFER_STATUSES).optional();
const tag = z.string().trim().min(1).max(50).nullable().optional();
const price = z.number().min(0).max(9_999_999_999).multipleOf(0.01).optional();
const days = z.int().min(1).max(36_500).nullable().optional();
const date = z.iso.date().nullable().optional();
const shortText = z.string().max(500).nullable().optional();

export const planForm = z.strictObject({
  id: id.optional(),
  name: name.optional(),
  actual_price: price,
  /** Before a discount. */
  elevated_price: price,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'give the three letters of a currency')
    .nullable()
    .optional(),
  /** Null is without end. */
  validity_in_days: days,
  status,
  tag,
});
export type PlanForm = z.infer<typeof planForm>;

export const optionForm = z.strictObject({
  id: id.optional(),
  name: name.optional(),
  /** FREE and PAID are known; others may come. */
  type: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,49}$/, 'write it in capitals, such as FREE')
    .optional(),
  status,
  tag,
  require_approval: z.boolean().optional(),
  /** Plans that are left out of a list become INACTIVE: somebody may hold them. */
  payment_plans: z.array(planForm).max(100).optional(),
});
export type OptionForm = z.infer<typeof optionForm>;

export const linkForm = z.strictObject({
  batch_id: id,
  status,
  cpo_id: shortText,
  /** Options that are given alike, or by the same id, are one. */
  payment_option: optionForm,
});

export const inviteForm = z.strictObject({
  id: id.optional(),
  name: name.optional(),
  /** Made where it is left out. */
  invite_code: z
    .string()
    .regex(/^[A-Za-z0-9_-]{3,100}$/, 'use letters, digits, - and _')
    .optional(),
  start_date: date,
  end_date: date,
  status,
  tag,
  learner_access_days: days,
  is_bundled: z.boolean().optional(),
  short_url: shortText,
  /** The batches it is for, each with an option. Links that are left out of a list are removed. */
  links: z.array(linkForm).max(500).optional(),
});
export type InviteForm = z.infer<typeof inviteForm>;
