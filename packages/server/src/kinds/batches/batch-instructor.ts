import type { ProblemCode } from '@muster/contract';
import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { forceSchema } from '../../school/batches/fields.ts';
import { idText, idTexts, onlyIds } from '../../school/batches/ids.ts';
import { instructorNotices } from '../../school/batches/notices.ts';
import { planBatchUpdates } from '../../school/batches/plan-updates.ts';

const { force, force_reason } = forceSchema.shape;
const params = z
  .strictObject({
    instructor_id: idText.meta({
      title: 'Lead teacher',
      description: 'Who leads the batches from now on.',
      entity: 'user',
      role: 'teacher',
    }),
    batch_ids: idTexts(1_000).meta({
      title: 'Batches',
      description: 'The batches that get this teacher.',
      entity: 'batch',
      many: true,
    }),
    force,
    force_reason,
    notify: z.boolean().default(true).meta({ title: 'Tell them', description: 'Whether the teacher is told.' }),
  })
  .refine((given) => given.force !== true || (given.force_reason ?? '') !== '', {
    message: 'force_reason_required' satisfies ProblemCode,
    path: ['force_reason'],
  });

/** Gives one teacher the lead of batches. Who led a batch before leaves it; co-teachers stay. A batch is an item. */
export const batchInstructor = defineKind<z.infer<typeof params>>({
  name: 'batch_instructor',
  title: 'Assign an instructor to batches',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 100, itemsMax: 1_000 },
  contended: ({ batch_ids: ids }) => ({ batch: onlyIds(ids) }),
  says: { ended: (context) => (context.params.notify ? instructorNotices(context) : null) },
  plan: (plan, context) => {
    const { instructor_id: lead, batch_ids: ids, ...given } = context.params;
    const updates = ids.map((id) => ({
      batch_id: id,
      assigned_instructor: lead,
      force: given.force,
      force_reason: given.force_reason,
    }));
    return planBatchUpdates(plan, context, updates);
  },
});
