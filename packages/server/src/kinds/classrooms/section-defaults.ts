import { sql } from 'kysely';
import { z } from 'zod';
import { rows } from '../../db/database.ts';
import { defineKind } from '../../engine/kind.ts';
import { getOwnCourse } from '../../school/classrooms/homeroom.ts';
import { idSchema } from '../../school/classrooms/members.ts';
import { planOneItem } from '../../school/classrooms/one-item.ts';

const NAMES = ['A', 'B', 'C'] as const;
const params = z.strictObject({
  course_id: idSchema.meta({ title: 'Course', description: 'The course that gets the sections.', entity: 'course' }),
});

/** Makes those of the sections A, B and C that a course lacks. */
export const sectionDefaults = defineKind<z.infer<typeof params>>({
  name: 'section_defaults',
  title: 'Make the default sections of a course',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  contended: ({ course_id: id }) => ({ course: [id] }),
  async plan(plan, context) {
    const { tx, orgId, newId } = context;
    const course = await getOwnCourse(context, context.params.course_id);
    const missing = await rows(
      tx,
      sql<{ name: string }>`
      select wanted.name from unnest(${[...NAMES]}::text[]) wanted(name)
      where not exists (
        select from sections s where s.org_id = ${orgId} and s.course_id = ${course.id} and fold(s.name) = fold(wanted.name))`,
    );
    const names = missing.map((row) => row.name);
    await planOneItem(plan, {
      key: course.id,
      label: `${course.title}: sections`,
      isChanged: names.length > 0,
      input: { created: names },
    });
    await plan.insert(
      'section',
      sql`
      select 1 as item_no, ${newId(sql`'section ' || name`)} as id, jsonb_build_object('course_id', ${course.id}::uuid, 'name', name) as after
      from unnest(${names}::text[]) name`,
    );
  },
});
