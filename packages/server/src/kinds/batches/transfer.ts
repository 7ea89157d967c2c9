import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { rightsFault } from '../../school/batches/enrolling.ts';
import { idOf, idText, idTexts, onlyIds } from '../../school/batches/ids.ts';
import { planEnrollmentChanges } from '../../school/batches/plan-enrollment-changes.ts';
import { isOpenEnrollment } from '../../school/states.ts';

const params = z
  .strictObject({
    from_batch_id: idText.meta({ title: 'From', description: 'The batch that they leave.', entity: 'batch' }),
    to_batch_id: idText.meta({
      title: 'To',
      description: 'Another batch of the same course, to which they go.',
      entity: 'batch',
    }),
    user_ids: idTexts(5_000, 'empty_selection')
      .optional()
      .meta({
        title: 'Students',
        description: 'Who moves; left out where all do.',
        entity: 'user',
        many: true,
        role: 'student',
        'x-target': true,
      }),
    all: z
      .boolean()
      .default(false)
      .meta({ title: 'All', description: 'Everybody who is enrolled or on hold in the first batch.' }),
  })
  .refine((given) => given.all !== (given.user_ids !== undefined), {
    message: 'name the students, or say all: true',
    path: ['user_ids'],
  })
  .refine((given) => given.from_batch_id.toLowerCase() !== given.to_batch_id.toLowerCase(), {
    message: 'it must be another batch than the one they come from',
    path: ['to_batch_id'],
  });
type Params = z.infer<typeof params>;

/** Moves students from one batch to another of the same course, as long as there are seats. A student is an item. */
export const transfer = defineKind<Params>({
  name: 'transfer',
  title: 'Move students to another batch',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 200, itemsMax: 2_000 },
  people: ({ user_ids: ids }) => ({ listed: ids?.length ?? 0, meant: null }),
  contended: ({ from_batch_id: from, to_batch_id: to }) => ({ batch: onlyIds([from, to]) }),
  plan: (plan, context) => planEnrollmentChanges(plan, context, movingStudents(context)),
});

function movingStudents(context: PlanContext<Params>): RawBuilder<unknown> {
  const { orgId, params: given } = context;
  const fault = rightsFault(context, sql`u.id`);
  const meant =
    given.user_ids === undefined
      ? sql`select e.student_id::text as key from enrollments e
          where e.org_id = ${orgId} and e.batch_id = ${idOf(sql`${given.from_batch_id}::text`)} and ${isOpenEnrollment(sql`e.status`)}`
      : sql`select key from unnest(${given.user_ids}::text[]) listed(key)`;
  return sql`
    select (row_number() over (order by u.family_name, u.given_name, meant.key))::int as item_no, meant.key, e.id as enrollment_id,
      jsonb_build_object('batch_id', ${given.to_batch_id}::text, 'batch', ${idOf(sql`${given.to_batch_id}::text`)}) as g,
      case when u.id is null then ${code('student_not_found')} when e.id is null then coalesce(${fault}, ${code('not_enrolled')}) end as fault,
      case when ${fault} is null then coalesce(u.display_name, meant.key) else meant.key end as label
    from (${meant}) meant
    left join users u on u.org_id = ${orgId} and u.id = ${idOf(sql`meant.key`)}
    left join enrollments e on e.org_id = ${orgId} and e.student_id = u.id and e.batch_id = ${idOf(sql`${given.from_batch_id}::text`)}
      and ${isOpenEnrollment(sql`e.status`)}`;
}
