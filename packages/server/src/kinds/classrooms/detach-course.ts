import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows } from '../../db/database.ts';
import { defineKind } from '../../engine/kind.ts';
import { getOpenClassroom } from '../../school/classrooms/homeroom.ts';
import { idSchema } from '../../school/classrooms/members.ts';
import { planOneItem } from '../../school/classrooms/one-item.ts';

const params = z.strictObject({
  classroom_id: idSchema.meta({
    title: 'Classroom',
    description: 'The classroom that loses the course.',
    entity: 'classroom',
  }),
  course_id: idSchema.meta({ title: 'Course', description: 'The course that is detached.', entity: 'course' }),
});

/** Takes a course off a classroom's list. The batches of both stay, with their students and teachers. */
export const detachCourse = defineKind<z.infer<typeof params>>({
  name: 'detach_course',
  title: 'Detach a course from a classroom',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  says: { done: 'classroom.course.detached' },
  contended: ({ classroom_id: id }) => ({ classroom: [id] }),
  async plan(plan, context) {
    const { tx, orgId, params: given } = context;
    const classroom = await getOpenClassroom(context, given.classroom_id);
    const [course] = await rows(
      tx,
      sql<{ title: string; link_id: string | null; batches: number }>`
      select c.title, cc.id as link_id,
        (select count(*) from batches b where b.org_id = ${orgId} and b.classroom_id = ${classroom.id} and b.course_id = c.id) as batches
      from courses c
      left join classroom_courses cc on cc.org_id = ${orgId} and cc.course_id = c.id and cc.classroom_id = ${classroom.id}
      where c.org_id = ${orgId} and c.id = ${given.course_id}`,
    );
    if (course === undefined) throw new Problem('not_found', { field: 'course_id' });
    await planOneItem(plan, {
      key: classroom.id,
      label: `${classroom.name}: ${course.title}`,
      isChanged: course.link_id !== null,
      input: { course_id: given.course_id, batches_kept: course.batches },
    });
    if (course.link_id === null) return;
    await plan.remove('classroom_course', sql`select 1 as item_no, ${course.link_id}::uuid as id`);
  },
});
