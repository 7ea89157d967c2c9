import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { defineKind, type Plan, type PlanContext } from '../../engine/kind.ts';
import { newEnrollment, OPENED_AGAIN } from '../../school/classrooms/batch-students.ts';
import { cascadeItems, lockBatches, type Cascade } from '../../school/classrooms/cascade.ts';
import { assertFit, assertWithin } from '../../school/classrooms/fit-people.ts';
import { BATCH_TEACHERS, idListSchema, idSchema } from '../../school/classrooms/members.ts';
import { getSlice, type Slice } from '../../school/classrooms/slice.ts';
import { teacherNotices } from '../../school/classrooms/teacher-notices.ts';

const params = z.strictObject({
  classroom_ids: idListSchema
    .min(1)
    .transform((ids) => [...new Set(ids)])
    .meta({
      title: 'Classrooms',
      description: 'Each is an item of its own: all of its cascade or nothing.',
      entity: 'classroom',
      many: true,
    }),
  course_id: idSchema.meta({ title: 'Course', description: 'The course that they get.', entity: 'course' }),
  section_id: idSchema
    .nullish()
    .meta({ title: 'Section', description: 'Left out, the batch stands for the complete course.', entity: 'section' }),
  term_key: z
    .string()
    .max(100)
    .nullish()
    .meta({ title: 'Term', description: 'Key of the term, typed or chosen; an unknown one is made.', entity: 'term' }),
  teacher_ids: idListSchema
    .nullish()
    .meta({
      title: 'Teachers',
      description: 'Instead of the homeroom teachers.',
      entity: 'user',
      many: true,
      role: 'teacher',
    }),
  respect_overrides: z
    .boolean()
    .default(false)
    .meta({
      title: 'Respect changes by hand',
      description: 'Leaves out of a batch whoever was taken out of it, and its teachers as they are.',
    }),
});
type Params = z.infer<typeof params>;

/** What an item says: the course assigned; the batch made, or who came into it. */
const CASCADE_EVENTS = sql`case when item_no > 0 then array['classroom.course.assigned']
  || case when action = 'create' then array['batch.created'] else '{}' end
  || case when action = 'update' and jsonb_array_length((input -> 'added_ids') || (input -> 'reenrolled_ids')) > 0 then array['batch.students.changed'] else '{}' end
  || case when action = 'update' and jsonb_array_length(input -> 'teacher_ids') > 0 then array['batch.teachers.changed'] else '{}' end end`;

/**
 * Binds classrooms to a course and carries their roster and their homeroom teachers into the batch of both, which is
 * made when it is missing. Nobody is taken out of a batch by it.
 */
export const assignCourse = defineKind<Params>({
  name: 'assign_course',
  title: 'Assign a course to classrooms',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 10, itemsMax: 100 },
  records: ['batch'],
  contended: ({ classroom_ids: ids }) => ({ classroom: ids }),
  says: { done: CASCADE_EVENTS, ended: teacherNotices },
  async plan(plan, context) {
    const { params: given, newId } = context;
    const slice = await getSlice(context, given);
    if (given.teacher_ids != null) {
      const listed = { field: 'teacher_ids', ids: given.teacher_ids };
      await assertFit(context, listed, 'teacher');
      const { words, membersMax } = BATCH_TEACHERS;
      assertWithin(words, new Set(listed.ids).size, membersMax, listed.field);
    }
    const cascade: Cascade = {
      classroomIds: given.classroom_ids,
      slice,
      teacherIds: given.teacher_ids ?? null,
      respectsOverrides: given.respect_overrides,
      termId: slice.term === null ? sql`null` : slice.term.id === null ? newId(sql`'term'`) : sql`${slice.term.id}`,
    };
    await lockBatches(context, cascade);
    await plan.items(cascadeItems(context, cascade));
    await planTerm(plan, slice, cascade.termId);
    await planBatches(plan, context);
    await planPeople(plan, context);
  },
});

/** A term of which this is the first use is shared by all classrooms. */
async function planTerm(plan: Plan, { term }: Slice, termId: RawBuilder<unknown>): Promise<void> {
  if (term?.id !== null) return;
  const isUsed = sql`exists (select from ${plan.planned} p where p.action = 'create')`;
  await plan.items(sql`
    select 0 as item_no, null::int as row_no, 'term'::text as key, null::uuid as subject_id, ${`Term ${term.key}`}::text as label,
      null::jsonb as input, 'create'::text as action, null::text as code, null::jsonb as detail, null::jsonb as warnings
    where ${isUsed}`);
  const after = JSON.stringify({ key: term.key, name: term.key });
  await plan.insert(
    'term',
    sql`select 0 as item_no, ${termId} as id, ${after}::jsonb as after from ${plan.planned} p where p.item_no = 0`,
  );
}

/** Classrooms that are bound, with what the plan says of each in `i`. */
function bound(plan: Plan): RawBuilder<unknown> {
  return sql`(select p.item_no, p.action, p.input as i from ${plan.planned} p where p.item_no > 0 and p.action in ('create', 'update')) b`;
}

async function planBatches(plan: Plan, { actor, newId }: PlanContext<Params>): Promise<void> {
  await plan.insert(
    'classroom_course',
    sql`
    select item_no, ${newId(sql`'course ' || item_no`)} as id,
      jsonb_build_object('classroom_id', i -> 'batch' -> 'classroom_id', 'course_id', i -> 'batch' -> 'course_id') as after
    from ${bound(plan)} where (i ->> 'binds_course')::boolean`,
  );
  await plan.insert(
    'batch',
    sql`
    select item_no, (i -> 'batch' ->> 'id')::uuid as id,
      (i -> 'batch') - '{id,term_key}'::text[] || jsonb_build_object('status', case when jsonb_array_length(i -> 'teacher_ids') = 0 then 'upcoming' else 'active' end, 'created_by_id', ${actor.userId}::uuid) as after
    from ${bound(plan)} where action = 'create'`,
  );
}

async function planPeople(plan: Plan, context: PlanContext<Params>): Promise<void> {
  const { orgId, newId } = context;
  const batch = sql`jsonb_build_object('batch_id', i -> 'batch' -> 'id')`;
  await plan.insert(
    'batch_teacher',
    sql`
    select item_no, ${newId(sql`'teacher ' || item_no || ' ' || t.id`)} as id, ${batch} || jsonb_build_object('teacher_id', t.id) as after
    from ${bound(plan)} cross join jsonb_array_elements_text(i -> 'teacher_ids') t(id)`,
  );
  await plan.insert(
    'enrollment',
    sql`
    select item_no, ${newId(sql`'enrollment ' || item_no || ' ' || s.id`)} as id,
      ${newEnrollment(context)} || ${batch} || jsonb_build_object('course_id', i -> 'batch' -> 'course_id', 'student_id', s.id) as after
    from ${bound(plan)} cross join jsonb_array_elements_text(i -> 'added_ids') s(id)`,
  );
  await plan.update(
    'enrollment',
    sql`
    select item_no, e.id, ${JSON.stringify(OPENED_AGAIN)}::jsonb as after
    from ${bound(plan)} cross join jsonb_array_elements_text(i -> 'reenrolled_ids') s(id)
    join enrollments e on e.org_id = ${orgId} and e.batch_id = (i -> 'batch' ->> 'id')::uuid and e.student_id = s.id::uuid`,
  );
}
