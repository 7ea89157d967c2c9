import { sql } from 'kysely';
import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { batchUpdateSchema } from '../../school/batches/fields.ts';
import { onlyIds } from '../../school/batches/ids.ts';
import { instructorNotices, startNotices } from '../../school/batches/notices.ts';
import { planBatchUpdates } from '../../school/batches/plan-updates.ts';

const params = z.strictObject({
  batches: z
    .array(batchUpdateSchema)
    .min(1)
    .max(1_000)
    .refine(
      (batches) => new Set(batches.map((one) => one.batch_id.toLowerCase())).size === batches.length,
      'name each batch once',
    )
    .meta({ title: 'Batches', description: 'What changes of each; the rest stays.' }),
  notify: z
    .boolean()
    .default(true)
    .meta({
      title: 'Tell them',
      description: 'Whether teachers who are given a batch, and students of one that begins, are told.',
    }),
});

/** Changes batches: name, code, dates, seats, teacher, status, notes, classes of the week. A batch is an item. */
export const batchUpdate = defineKind<z.infer<typeof params>>({
  name: 'batch_update',
  title: 'Change batches',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 100, itemsMax: 1_000 },
  contended: ({ batches }) => ({ batch: onlyIds(batches.map((one) => one.batch_id)) }),
  says: {
    ended: (context) =>
      context.params.notify ? sql`${instructorNotices(context)} union all ${startNotices(context)}` : null,
  },
  plan: (plan, context) => planBatchUpdates(plan, context, context.params.batches),
});
