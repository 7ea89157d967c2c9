import { Problem, problemError, line, prose } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { rows } from '../../db/database.ts';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';

const COURSES_MAX = 5_000;

const course = z.strictObject({
  title: line(200).min(1).meta({ title: 'Title', description: 'What people call the course.' }),
  code: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .meta({ title: 'Code', description: 'Unique in the organization.' }),
  syllabus: z.string().max(100_000).optional().meta({ title: 'Syllabus', description: 'What is taught.' }),
  objectives: z
    .array(prose(2_000))
    .max(500)
    .optional()
    .meta({ title: 'Objectives', description: 'What students are able to do in the end.' }),
  status: z
    .enum(['active', 'completed', 'archived'])
    .optional()
    .meta({ title: 'Status', description: 'Active when left out.' }),
});
const params = z.strictObject({
  template_id: z
    .uuid()
    .nullable()
    .default(null)
    .meta({
      title: 'Model',
      description: 'A course whose syllabus, objectives and status stand wherever a new one says nothing else.',
      entity: 'course',
    }),
  courses: z
    .array(course)
    .min(1)
    .max(COURSES_MAX)
    .meta({ title: 'Courses', description: 'The courses that are made.' }),
});
type Params = z.infer<typeof params>;

/** Creates courses, each an item, alone or after the model of one that exists. */
export const courseCreate = defineKind<Params>({
  name: 'course_create',
  mappedTarget: 'Course',
  title: 'Create courses',
  aliases: ['course_creation'],
  params,
  // Courses belong to no unit: many at once are for those who answer for the whole organization.
  roles: ['system_admin', 'subscriber_admin'],
  chunk: { items: 500 },
  async plan(plan, context) {
    await assertTemplate(context);
    await plan.each('course', plannedCourses(context));
  },
});

function plannedCourses({ orgId, newId, params: wanted }: PlanContext<Params>): RawBuilder<unknown> {
  return sql`
    with given as (
      select n::int as item_no, value, row_number() over (partition by fold(value ->> 'code') order by n) as nth
      from jsonb_array_elements(${JSON.stringify(wanted.courses)}::jsonb) with ordinality g(value, n)
    ), judged as (
      select *, value ? 'code' and (nth > 1 or exists (
        select from courses c where c.org_id = ${orgId} and fold(c.code) = fold(value ->> 'code'))) as is_taken
      from given)
    select item_no, null::int as row_no, item_no::text as key, null::uuid as subject_id, value ->> 'title' as label, value as input,
      case when is_taken then 'error' else 'create' end as action, case when is_taken then ${code('already_exists')} end as code,
      case when is_taken then jsonb_build_object('entity', 'course', 'field', 'code', 'fields', 'code') end as detail,
      null::jsonb as warnings, case when not is_taken then 'insert' end as change, ${newId(sql`'course ' || item_no`)} as id,
      coalesce(${templateValues(orgId, wanted.template_id)}, '{}') || value as after
    from judged`;
}

function templateValues(orgId: string, id: string | null): RawBuilder<unknown> {
  return sql`(
    select jsonb_build_object('syllabus', t.syllabus, 'objectives', t.objectives, 'status', t.status)
    from courses t where t.org_id = ${orgId} and t.id = ${id}::uuid)`;
}

async function assertTemplate({ tx, params: { template_id: id } }: PlanContext<Params>): Promise<void> {
  if (id === null) return;
  const found = await rows(tx, sql`select from courses where org_id = ${tx.orgId} and id = ${id}`);
  if (found.length > 0) return;
  throw new Problem('validation_failed', { count: 1 }, [
    problemError('invalid_value', { field: 'parameters.template_id', reason: 'there is no course with this id' }),
  ]);
}
