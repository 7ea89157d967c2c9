import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { assertFit } from '../../school/classrooms/fit-people.ts';
import { getOpenBatch } from '../../school/classrooms/homeroom.ts';
import {
  assertFitNewcomers,
  BATCH_TEACHERS,
  findMoves,
  idListSchema,
  idSchema,
  modeSchema,
  peopleListed,
  planMoves,
} from '../../school/classrooms/members.ts';
import { teacherNotices } from '../../school/classrooms/teacher-notices.ts';

const params = z.strictObject({
  batch_id: idSchema.meta({ title: 'Batch', description: 'Whose teachers change.', entity: 'batch' }),
  teacher_ids: idListSchema.meta({
    title: 'Teachers',
    description: 'Whom it is about.',
    entity: 'user',
    many: true,
    role: 'teacher',
    'x-target': true,
  }),
  mode: modeSchema,
});

/** Sets, adds or removes the teachers of one batch; the classroom's homeroom teachers stay. */
export const batchTeachers = defineKind<z.infer<typeof params>>({
  name: 'batch_teachers',
  title: 'Change the teachers of a batch',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  people: ({ teacher_ids: ids, mode }) => peopleListed(ids, mode),
  contended: ({ batch_id: id }) => ({ batch: [id] }),
  says: { done: 'batch.teachers.changed', ended: teacherNotices },
  async plan(plan, context) {
    const { batch_id: id, teacher_ids: ids, mode } = context.params;
    const batch = await getOpenBatch(context, id);
    const moves = await findMoves(context, BATCH_TEACHERS, batch.id, { ids, mode });
    if (mode === 'remove') await assertFit(context, { field: 'teacher_ids', ids }, null);
    else await assertFitNewcomers(context, BATCH_TEACHERS, ids, moves);
    await planMoves(plan, context, BATCH_TEACHERS, batch, moves);
  },
});
