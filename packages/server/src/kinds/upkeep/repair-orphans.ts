import { sql } from 'kysely';
import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { isInstructor, isPresent, isStudent } from '../../school/mentors/fitness.ts';
import { scopeOf } from '../../school/people/scope.ts';
import { isOpenMentorship } from '../../school/states.ts';

const params = z.strictObject({});

/** Ends individual assignments whose instructor left or no longer teaches, or whose student left. */
export const repairOrphans = defineKind<z.infer<typeof params>>({
  name: 'repair_orphans',
  title: 'End orphaned instructor assignments',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  async plan(plan, { orgId, actor, now }) {
    const scope = scopeOf(actor);
    await plan.each(
      'mentorship',
      sql`
      with orphaned as (
        select m.id, m.student_id, m.started_at, s.display_name || ' → ' || t.display_name as label, case
            when not ${isPresent('t')} then 'instructor_left'
            when not ${isInstructor('t')} then 'instructor_role_lost'
            when not ${isStudent('s')} then 'student_left'
          end as reason
        from mentorships m
        join users s on s.org_id = ${orgId} and s.id = m.student_id
        join users t on t.org_id = ${orgId} and t.id = m.mentor_id
        where m.org_id = ${orgId} and ${isOpenMentorship('m')} and ${scope === null ? sql`true` : sql`m.student_id in (${scope})`})
      select (row_number() over (order by label, id))::int as item_no, null::int as row_no, id::text as key,
        student_id as subject_id, label, jsonb_build_object('reason', reason) as input, 'remove' as action, null::text as code,
        null::jsonb as detail, null::jsonb as warnings, 'update' as change, id,
        jsonb_build_object('ended_at', greatest(${now}::timestamptz, started_at), 'end_reason', reason) as after
      from orphaned where reason is not null`,
    );
  },
});
