/** What may be said of an enrollment. */
import { z } from 'zod';
import { idText } from './ids.ts';

export const ENROLLMENT_TYPES = ['individual', 'batch', 'corporate', 'group', 'scholarship', 'trial'] as const;
const ENROLLMENT_STATUSES = ['active', 'completed', 'cancelled', 'on_hold', 'expired'] as const;

const text = z.string().trim().max(200).nullish();
export const paymentSchema = z.strictObject({
  amount: z
    .number()
    .min(0)
    .max(9_999_999_999)
    .nullish()
    .meta({ title: 'Amount', description: 'What was paid, in the currency.' }),
  currency: text.meta({ title: 'Currency', description: 'Its letters, such as EUR.' }),
  payment_method: text.meta({ title: 'Method', description: 'How it was paid, such as card or cash.' }),
  payment_status: text.meta({ title: 'Payment status', description: 'Such as paid or pending.' }),
  transaction_id: text.meta({ title: 'Transaction', description: 'What the payment is called where it was made.' }),
});

/** A moment, or the first of a day in UTC. */
const momentSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((given) => new Date(given).toISOString());

export const enrollmentChangesSchema = z.strictObject({
  status: z.enum(ENROLLMENT_STATUSES).optional().meta({ title: 'Status', description: 'What the enrollment becomes.' }),
  batch_id: idText
    .optional()
    .meta({ title: 'Batch', description: 'Another batch of the same course: the student moves.', entity: 'batch' }),
  access_expiry_date: momentSchema
    .optional()
    .meta({ title: 'Access until', description: 'When the student can no longer open the course.' }),
  enrollment_type: z
    .enum(ENROLLMENT_TYPES)
    .optional()
    .meta({ title: 'Type', description: 'On what ground the student is enrolled.' }),
  payment: paymentSchema.optional().meta({ title: 'Payment', description: 'What was paid for it.' }),
});
