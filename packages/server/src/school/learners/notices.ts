/** Messages to learners: one each, however many courses it is about. */
import { sql, type RawBuilder } from 'kysely';
import type { NoticeContext } from '../../engine/kind.ts';

/** One row for each learner of the operation's successful items: the topic, and the courses that it is about. */
export function coursesNotice(
  { orgId, operationId }: Pick<NoticeContext, 'orgId' | 'operationId'>,
  topic: string,
): RawBuilder<unknown> {
  return sql`
    select ${topic}::text as topic, e.student_id as recipient_id, jsonb_build_object('courses', jsonb_agg(jsonb_build_object(
      'name', o.title, 'batch', b.name, 'starts', b.start_date, 'schedule', b.timetable,
      'access_until', case when e.status = 'cancelled' then e.access_ends_at end) order by c.item_no, b.name)) as payload
    from ${doneChanges(orgId, operationId)}
    join enrollments e on e.org_id = ${orgId} and e.id = c.entity_id
    join batches b on b.org_id = ${orgId} and b.id = e.batch_id
    join courses o on o.org_id = ${orgId} and o.id = b.course_id
    where c.entity = 'enrollment'
    group by e.student_id`;
}

/** One row for each person made by the operation: they get a link to set a password, whoever else is told of what. */
export function claimNotice({ orgId, operationId }: Pick<NoticeContext, 'orgId' | 'operationId'>): RawBuilder<unknown> {
  return sql`
    select 'account.claim'::text as topic, c.entity_id as recipient_id, '{}'::jsonb as payload
    from ${doneChanges(orgId, operationId)} where c.entity = 'user' and c.action = 'insert'`;
}

function doneChanges(orgId: string, operationId: string): RawBuilder<unknown> {
  return sql`(
    select d.* from changes d
    join operation_items i on i.org_id = ${orgId} and i.operation_id = d.operation_id and i.item_no = d.item_no and i.status = 'success'
    where d.org_id = ${orgId} and d.operation_id = ${operationId}) c`;
}
