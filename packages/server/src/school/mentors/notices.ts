/** Who is told of assignments that an operation made and ended. */
import { sql, type RawBuilder } from 'kysely';
import type { NoticeContext } from '../../engine/kind.ts';

/**
 * A select of `topic`, `recipient_id`, `payload`: the instructor hears of the student and the notes, the student is
 * introduced to the instructor with how to reach them; both hear of the end.
 */
export function mentorshipNotices({ orgId, operationId }: NoticeContext): RawBuilder<unknown> {
  return sql`
    select 'mentorship.' || case c.action when 'insert' then 'assigned' else 'ended' end as topic, told.id as recipient_id,
      jsonb_build_object('mentorship_id', m.id, 'recipient', told.role, 'assignment_type', m.type,
        'student_id', s.id, 'student_name', s.display_name, 'instructor_id', t.id, 'instructor_name', t.display_name)
      || case when c.action = 'insert' and told.role = 'instructor' then jsonb_build_object('notes', m.notes)
              when c.action = 'insert' then jsonb_build_object('instructor_email', t.email, 'instructor_phone', t.phone)
              else jsonb_build_object('end_reason', m.end_reason) end as payload
    from changes c
    join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no and i.status = 'success'
    join mentorships m on m.org_id = ${orgId} and m.id = c.entity_id
    join users s on s.org_id = ${orgId} and s.id = m.student_id
    join users t on t.org_id = ${orgId} and t.id = m.mentor_id
    cross join lateral (values (t.id, 'instructor'), (s.id, 'student')) told(id, role)
    where c.org_id = ${orgId} and c.operation_id = ${operationId} and c.entity = 'mentorship'`;
}
