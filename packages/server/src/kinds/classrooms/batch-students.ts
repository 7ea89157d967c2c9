import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { assertFitStudents, planBatchStudents } from '../../school/classrooms/batch-students.ts';
import { getOpenBatch } from '../../school/classrooms/homeroom.ts';
import { idListSchema, idSchema, modeSchema, peopleListed } from '../../school/classrooms/members.ts';

const params = z.strictObject({
  batch_id: idSchema.meta({ title: 'Batch', description: 'Whose students change.', entity: 'batch' }),
  student_ids: idListSchema.meta({
    title: 'Students',
    description: 'Whom it is about.',
    entity: 'user',
    many: true,
    role: 'student',
    'x-target': true,
  }),
  mode: modeSchema,
});

/** Sets, adds or removes the students of one batch. Whoever is removed keeps the enrollment, ended, and can come back. */
export const batchStudents = defineKind<z.infer<typeof params>>({
  name: 'batch_students',
  title: 'Change the students of a batch',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  people: ({ student_ids: ids, mode }) => peopleListed(ids, mode),
  says: { done: 'batch.students.changed' },
  contended: ({ batch_id: id }) => ({ batch: [id] }),
  async plan(plan, context) {
    const { batch_id: id, student_ids: ids, mode } = context.params;
    const batch = await getOpenBatch(context, id);
    await assertFitStudents(context, batch, ids, mode);
    await planBatchStudents(plan, context, batch, { ids, mode, isNamed: true });
  },
});
