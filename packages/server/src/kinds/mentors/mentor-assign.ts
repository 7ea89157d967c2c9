import { assignmentType } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { assignmentNotes, distinct, personId, studentIds, tellBoth } from '../../school/mentors/assignment.ts';
import { isInstructor, isPresent, isStudent } from '../../school/mentors/fitness.ts';
import { mentorshipNotices } from '../../school/mentors/notices.ts';
import { scopeOf } from '../../school/people/scope.ts';
import { isOpenMentorship } from '../../school/states.ts';

const params = z.strictObject({
  student_ids: studentIds,
  instructor_ids: z
    .array(personId)
    .min(1)
    .max(50)
    .transform(distinct)
    .meta({
      title: 'Instructors',
      description: 'Several take turns along the list of students.',
      entity: 'user',
      many: true,
      role: 'teacher',
    }),
  assignment_type: assignmentType
    .default('mentor')
    .meta({ title: 'Type', description: 'What the instructor is to the student.' }),
  notes: assignmentNotes.default('').meta({ title: 'Notes', description: 'For the instructor.' }),
  replace: z
    .boolean()
    .default(false)
    .meta({ title: 'Replace', description: "Ends another instructor's assignment instead of refusing the new one." }),
  notify: tellBoth,
});
type Params = z.infer<typeof params>;

/** Gives each of the students one instructor of their own. What it replaces is ended and kept as history. */
export const mentorAssign = defineKind<Params>({
  name: 'mentor_assign',
  title: 'Assign instructors to students',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  people: ({ student_ids: ids }) => ({ listed: ids.length, meant: null }),
  contended: ({ student_ids: ids }) => ({ user: ids }),
  says: { ended: (context) => (context.params.notify ? mentorshipNotices(context) : null) },
  async plan(plan, context) {
    const { newId, now, actor, params: given } = context;
    await plan.items(judgedStudents(context));
    const kept = sql`(select item_no, subject_id, input from ${plan.planned} p where action in ('create', 'move'))`;
    await plan.update(
      'mentorship',
      sql`
      select item_no, (input ->> 'former_id')::uuid as id, jsonb_build_object(
        'ended_at', greatest(${now}::timestamptz, (input ->> 'former_started_at')::timestamptz), 'end_reason', 'replaced') as after
      from ${kept} k where input ->> 'former_id' is not null`,
    );
    await plan.insert(
      'mentorship',
      sql`
      select item_no, ${newId(sql`'mentorship ' || item_no`)} as id, jsonb_build_object(
        'student_id', subject_id, 'mentor_id', input -> 'instructor_id', 'type', ${given.assignment_type}::text,
        'notes', ${given.notes}::text, 'started_at', ${now}::timestamptz, 'assigned_by_id', ${actor.userId}::uuid) as after
      from ${kept} k`,
    );
  },
});

function judgedStudents({ orgId, actor, params: given }: PlanContext<Params>): RawBuilder<unknown> {
  const scope = scopeOf(actor);
  const isOutside = scope === null ? sql`false` : sql`s.id not in (${scope})`;
  return sql`
    with pair as (
      select student.id as student_id, n, (${given.instructor_ids}::uuid[])[1 + (n - 1) % ${given.instructor_ids.length}::int] as instructor_id
      from unnest(${given.student_ids}::uuid[]) with ordinality student(id, n)
    ), judged as (
      select pair.*, s.display_name as student_name, t.display_name as instructor_name, ${isPresent('s')} as is_student_present, m.id as former_id,
        m.started_at as former_started_at, case
          when s.id is null then ${code('student_not_found')}
          when ${isOutside} then ${code('user_out_of_scope')}
          when t.id is null then ${code('user_not_found')}
          when not ${isPresent('s')} or not ${isPresent('t')} then ${code('person_archived')}
          when not ${isStudent('s')} then ${code('student_role_missing')}
          when not ${isInstructor('t')} then ${code('instructor_role_missing')}
          when s.id = t.id then ${code('own_instructor')}
          when m.mentor_id = t.id then ${code('instructor_assigned_already')}
          when m.id is not null and not ${given.replace}::boolean then ${code('other_instructor_assigned')}
        end as code
      from pair
      left join users s on s.org_id = ${orgId} and s.id = pair.student_id
      left join users t on t.org_id = ${orgId} and t.id = pair.instructor_id
      left join mentorships m on m.org_id = ${orgId} and m.student_id = pair.student_id and ${isOpenMentorship('m')})
    select n::int as item_no, null::int as row_no, student_id::text as key, student_id as subject_id,
      coalesce(student_name, student_id::text) || ' → ' || coalesce(instructor_name, instructor_id::text) as label,
      jsonb_build_object('instructor_id', instructor_id, 'former_id', former_id, 'former_started_at', former_started_at) as input,
      case when code is not null then 'error' when former_id is not null then 'move' else 'create' end as action, code,
      case when code is not null then jsonb_build_object(
        'subject', case when code = ${code('user_not_found')} then instructor_id else student_id end,
        'label', case when code = ${code('instructor_role_missing')} or code = ${code('person_archived')} and is_student_present then instructor_name
          else student_name end) end as detail,
      null::jsonb as warnings
    from judged`;
}
