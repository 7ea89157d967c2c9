import { sql } from 'kysely';
import { z } from 'zod';
import { code, defineKind } from '../../engine/kind.ts';
import { endReason, studentIds, tellBoth } from '../../school/mentors/assignment.ts';
import { SHORT_MENTORSHIP } from '../../school/mentors/guidance.ts';
import { isPresent } from '../../school/mentors/fitness.ts';
import { mentorshipNotices } from '../../school/mentors/notices.ts';
import { scopeOf } from '../../school/people/scope.ts';
import { isOpenMentorship } from '../../school/states.ts';

const params = z.strictObject({
  student_ids: studentIds,
  reason: endReason.default('').meta({ title: 'Reason', description: 'Why it ends; kept in the history.' }),
  notify: tellBoth,
});

/** Ends the individual assignments of students; they stay in the history. */
export const mentorUnassign = defineKind<z.infer<typeof params>>({
  name: 'mentor_unassign',
  title: 'End instructor assignments of students',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  people: ({ student_ids: ids }) => ({ listed: ids.length, meant: null }),
  contended: ({ student_ids: ids }) => ({ user: ids }),
  guards: {
    share: {
      removes: ['remove'],
      updates: [],
      scope: ({ orgId }) =>
        sql`select count(*) as count from mentorships m where org_id = ${orgId} and ${isOpenMentorship('m')}`,
    },
  },
  says: { ended: (context) => (context.params.notify ? mentorshipNotices(context) : null) },
  async plan(plan, { orgId, actor, now, params: given }) {
    const scope = scopeOf(actor);
    const isOutside = scope === null ? sql`false` : sql`s.id not in (${scope})`;
    await plan.each(
      'mentorship',
      sql`
      with judged as (
        select student.id as student_id, n, s.display_name as student_name, t.display_name as instructor_name, m.id, m.started_at,
          ${now}::timestamptz < m.started_at + ${SHORT_MENTORSHIP} and ${given.reason} = '' as is_short, case
            when not ${isPresent('s')} and m.id is null then ${code('student_not_found')}
            when ${isOutside} then ${code('user_out_of_scope')}
            when m.id is null then ${code('no_instructor_assigned')}
          end as code
        from unnest(${given.student_ids}::uuid[]) with ordinality student(id, n)
        left join users s on s.org_id = ${orgId} and s.id = student.id
        left join mentorships m on m.org_id = ${orgId} and m.student_id = student.id and ${isOpenMentorship('m')}
        left join users t on t.org_id = ${orgId} and t.id = m.mentor_id)
      select n::int as item_no, null::int as row_no, student_id::text as key, student_id as subject_id,
        coalesce(student_name, student_id::text) || coalesce(' → ' || instructor_name, '') as label, null::jsonb as input,
        case when code is null then 'remove' else 'error' end as action, code,
        case when code is not null then jsonb_build_object('subject', student_id, 'label', student_name) end as detail,
        case when code is null and is_short then jsonb_build_array(jsonb_build_object(
          'code', ${code('mentorship_short')}, 'days', greatest(0, extract(day from ${now}::timestamptz - started_at)))) end as warnings,
        case when code is null then 'update' end as change, id,
        jsonb_build_object('ended_at', greatest(${now}::timestamptz, started_at), 'end_reason', ${given.reason}::text) as after
      from judged`,
    );
  },
});
