/** Who is told of assignments: students once they can begin, teachers when an operation has ended. */
import { sql, type RawBuilder } from 'kysely';
import type { NoticeContext, UndoNoticeContext } from '../../engine/kind.ts';

/**
 * A select of `topic`, `recipient_id`, `payload`: each student once, with all that the operation gave or changed and that
 * can be begun; each responsible teacher once, but for the one who did it.
 */
export function assignmentNotices({ orgId, operationId }: NoticeContext): RawBuilder<unknown> {
  return sql`
    with given as (
      select a.student_id, a.teacher_id, a.title, a.due_at, a.state, c.action = 'insert' as is_new from changes c
      join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no and i.status = 'success'
      join assignments a on a.org_id = ${orgId} and a.id = c.entity_id and a.state <> 'withdrawn'
      where c.org_id = ${orgId} and c.operation_id = ${operationId} and c.entity = 'assignment')
    select 'assignment.given' as topic, student_id as recipient_id, ${toStudent(sql`is_new`)} as payload
    from given where state <> 'scheduled' group by student_id
    union all
    select 'assignment.given_to_students', teacher_id,
      jsonb_build_object('students', count(distinct student_id), 'titles', jsonb_agg(distinct title))
    from given where teacher_id is not null
      and teacher_id is distinct from (select o.created_by_user from operations o where o.org_id = ${orgId} and o.id = ${operationId})
    group by teacher_id`;
}

/** What one student is told, of columns `title` and `due_at`. @param isNew - Whether it was not there before. */
export function toStudent(isNew: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`jsonb_build_object('assignments',
    jsonb_agg(jsonb_build_object('title', title, 'due_at', due_at, 'is_new', ${isNew}) order by title))`;
}

/** Whoever had heard of an assignment hears that it was taken back; others never knew of it. */
export function withdrawalNotices({ orgId, operationId, undoneId }: UndoNoticeContext): RawBuilder<unknown> {
  return sql`
    select 'assignment.withdrawn' as topic, student_id as recipient_id, jsonb_build_object('titles', jsonb_agg(title order by title)) as payload
    from (
      select coalesce((c.before ->> 'student_id')::uuid, a.student_id) as student_id, coalesce(c.before ->> 'title', a.title) as title
      from changes c
      join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no and i.status = 'success'
      left join assignments a on a.org_id = ${orgId} and a.id = c.entity_id
      where c.org_id = ${orgId} and c.operation_id = ${operationId} and c.entity = 'assignment'
        and (c.action = 'delete' or c.after ->> 'state' = 'withdrawn')) taken
    where student_id in (
      select recipient_id from outbox where org_id = ${orgId} and operation_id = ${undoneId} and topic = 'assignment.given')
    group by student_id`;
}
