import { line } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { getClassroom } from '../../school/classrooms/homeroom.ts';
import { idSchema } from '../../school/classrooms/members.ts';
import { planOneItem } from '../../school/classrooms/one-item.ts';

const params = z.strictObject({
  classroom_id: idSchema.meta({
    title: 'Classroom',
    description: 'The classroom that is renamed.',
    entity: 'classroom',
  }),
  name: line(200).min(1).meta({ title: 'Name', description: 'What it is called from now on.' }),
});

/** Gives a classroom another name, and with it its batches that nobody has renamed by hand. */
export const classroomRename = defineKind<z.infer<typeof params>>({
  name: 'classroom_rename',
  title: 'Rename a classroom',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  contended: ({ classroom_id: id }) => ({ classroom: [id] }),
  async plan(plan, context) {
    const { orgId, params: given } = context;
    const classroom = await getClassroom(context, given.classroom_id);
    await planOneItem(plan, {
      key: classroom.id,
      label: classroom.name,
      isChanged: given.name !== classroom.name,
      input: { name: given.name },
    });
    const after = sql`jsonb_build_object('name', ${given.name}::text)`;
    await plan.update('classroom', sql`select 1 as item_no, ${classroom.id}::uuid as id, ${after} as after`);
    const prefix = `${classroom.name} — `;
    await plan.update(
      'batch',
      sql`
      select 1 as item_no, b.id, jsonb_build_object('name', ${given.name}::text || substr(b.name, length(${classroom.name}::text) + 1)) as after
      from batches b
      where b.org_id = ${orgId} and b.classroom_id = ${classroom.id} and not b.is_renamed and starts_with(b.name, ${prefix})`,
    );
  },
});
