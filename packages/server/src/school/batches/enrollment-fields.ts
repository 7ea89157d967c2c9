/** What may be said of an enrollment. */
import { z } from 'zod';

export const ENROLLMENT_TYPES = ['individual', 'batch', 'corporate', 'group', 'scholarship', 'trial'] as const;
const ENROLLMENT_STATUSES = ['active', 'completed', 'cancelled', 'on_hold', 'expired'] as const;

const text = z.string().trim().max(200);
export const paymentSchema = z.strictObject({
  amount: z.number().min(0).max(9_999_999_999).nullish(),
  currency: text.nullish(),
  payment_method: text.nullish(),
  payment_status: text.nullish(),
  transaction_id: text.nullish(),
});

/** A moment, or the first of a day in UTC. */
const momentSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((given) => new Date(given).toISOString());

export const enrollmentChangesSchema = z.strictObject({
  status: z.enum(ENROLLMENT_STATUSES).optional(),
  batch_id: z.string().optional().describe('Another batch of the same course: the student moves'),
  access_expiry_date: momentSchema.optional(),
  enrollment_type: z.enum(ENROLLMENT_TYPES).optional(),
  payment: paymentSchema.optional(),
});
