import { sql } from 'kysely';
import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { enrollmentChangesSchema } from '../../school/batches/enrollment-fields.ts';
import { idOf, idText, onlyIds } from '../../school/batches/ids.ts';
import { planEnrollmentChanges } from '../../school/batches/plan-enrollment-changes.ts';

const change = z.strictObject({
  enrollment_id: idText.meta({
    title: 'Enrollment',
    description: 'The enrollment that is changed.',
    entity: 'enrollment',
  }),
  ...enrollmentChangesSchema.shape,
});
const params = z.strictObject({
  enrollments: z
    .array(change)
    .min(1)
    .max(5_000)
    .refine(
      (list) => new Set(list.map((one) => one.enrollment_id.toLowerCase())).size === list.length,
      'name each enrollment once',
    )
    .meta({ title: 'Enrollments', description: 'What changes of each; the rest stays.' }),
});

/** Changes enrollments: status, batch, end of access, type, payment. An enrollment is an item. */
export const enrollmentUpdate = defineKind<z.infer<typeof params>>({
  name: 'enrollment_update',
  title: 'Change enrollments',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 200, itemsMax: 2_000 },
  contended: ({ enrollments }) => ({
    batch: onlyIds(enrollments.map((one) => one.batch_id)),
    enrollment: onlyIds(enrollments.map((one) => one.enrollment_id)),
  }),
  plan: (plan, context) =>
    planEnrollmentChanges(
      plan,
      context,
      sql`
      select e.n::int as item_no, e.value ->> 'enrollment_id' as key, ${idOf(sql`e.value ->> 'enrollment_id'`)} as enrollment_id,
        e.value || jsonb_build_object('batch', ${idOf(sql`e.value ->> 'batch_id'`)}) as g, null::text as fault, e.value ->> 'enrollment_id' as label
      from jsonb_array_elements(${JSON.stringify(context.params.enrollments)}::jsonb) with ordinality e(value, n)`,
    ),
});
