import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows } from '../../db/database.ts';
import { defineKind, type PlanContext } from '../../engine/kind.ts';
import { planBatchStudents } from '../../school/classrooms/batch-students.ts';
import { getOpenBatch, type Batch } from '../../school/classrooms/homeroom.ts';
import { BATCH_TEACHERS, FACULTY, findMoves, idSchema, planMoves, ROSTER } from '../../school/classrooms/members.ts';
import { teacherNotices } from '../../school/classrooms/teacher-notices.ts';

const params = z.strictObject({
  batch_id: idSchema.meta({
    title: 'Batch',
    description: 'The batch that is brought back to its classroom.',
    entity: 'batch',
  }),
  what: z
    .enum(['students', 'teachers'])
    .meta({ title: 'What', description: 'The students like the roster, or the teachers like the homeroom teachers.' }),
});

/** Brings a batch back to exactly the roster, or to exactly the homeroom teachers, of its classroom. */
export const batchReset = defineKind<z.infer<typeof params>>({
  name: 'batch_reset',
  title: 'Reset a batch to its classroom',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  contended: ({ batch_id: id }) => ({ batch: [id] }),
  says: { done: sql`array['batch.' || (input ->> 'what') || '.changed']`, ended: teacherNotices },
  async plan(plan, context) {
    const batch = await getOpenBatch(context, context.params.batch_id);
    const ids = await homeroomOf(context, batch);
    if (context.params.what === 'students') {
      await planBatchStudents(plan, context, batch, { ids, mode: 'set', isNamed: false });
      return;
    }
    const moves = await findMoves(context, BATCH_TEACHERS, batch.id, { ids, mode: 'set' });
    await planMoves(plan, context, BATCH_TEACHERS, batch, moves);
  },
});

/** @throws Problem `batch_without_classroom`. */
async function homeroomOf(
  { tx, orgId, params: { what } }: PlanContext<z.infer<typeof params>>,
  batch: Batch,
): Promise<string[]> {
  if (batch.classroom_id === null) throw new Problem('batch_without_classroom', { label: batch.name });
  const { table, member } = what === 'students' ? ROSTER : FACULTY;
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select ${sql.ref(member)} as id from ${sql.table(table)} where org_id = ${orgId} and classroom_id = ${batch.classroom_id}`,
  );
  return found.map((row) => row.id);
}
