/** What people are told about batches; the words are made where messages are sent. */
import { sql, type RawBuilder } from 'kysely';
import type { NoticeContext } from '../../engine/kind.ts';

/** Each teacher who leads a batch since this operation is told which. */
export function instructorNotices({ orgId, operationId }: NoticeContext): RawBuilder<unknown> {
  return sql`
    select 'batch.instructor_assigned' as topic, t.teacher_id as recipient_id, jsonb_build_object('batch', ${batchPayload()}) as payload
    from operation_items i
    join changes ch on ch.org_id = ${orgId} and ch.operation_id = i.operation_id and ch.item_no = i.item_no and ch.entity = 'batch_teacher'
    join batch_teachers t on t.org_id = ${orgId} and t.id = ch.entity_id and t.is_lead
    join batches b on b.org_id = ${orgId} and b.id = t.batch_id
    join courses c on c.org_id = ${orgId} and c.id = b.course_id
    where i.org_id = ${orgId} and i.operation_id = ${operationId} and i.status = 'success'`;
}

/** Each student who was enrolled is told in what, with the classes of the week. */
export function enrollmentNotices({ orgId, operationId }: NoticeContext): RawBuilder<unknown> {
  return sql`
    select 'enrollment.created' as topic, e.student_id as recipient_id, jsonb_build_object(
      'enrollment_id', e.id, 'course', c.title, 'batch', case when b.id is not null then ${batchPayload()} end) as payload
    from operation_items i
    join changes ch on ch.org_id = ${orgId} and ch.operation_id = i.operation_id and ch.item_no = i.item_no and ch.entity = 'enrollment'
    join enrollments e on e.org_id = ${orgId} and e.id = ch.entity_id
    join courses c on c.org_id = ${orgId} and c.id = e.course_id
    left join batches b on b.org_id = ${orgId} and b.id = e.batch_id
    where i.org_id = ${orgId} and i.operation_id = ${operationId} and i.status = 'success'`;
}

/**
 * Each student of a batch that this operation made active: once, with all such batches. Whoever is enrolled
 * while a batch runs is told by the enrollment, as its kind says.
 */
export function startNotices({ orgId, operationId }: NoticeContext): RawBuilder<unknown> {
  return sql`
    select 'enrollment.started' as topic, e.student_id as recipient_id, jsonb_build_object('courses', jsonb_agg(jsonb_build_object(
      'name', c.title, 'batch', b.name, 'starts', b.start_date, 'ends', b.end_date, 'schedule', b.timetable) order by c.title, b.name)) as payload
    from operation_items i
    join changes ch on ch.org_id = ${orgId} and ch.operation_id = i.operation_id and ch.item_no = i.item_no and ch.entity = 'batch'
      and ch.before ->> 'status' = 'upcoming' and ch.after ->> 'status' = 'active'
    join batches b on b.org_id = ${orgId} and b.id = ch.entity_id
    join courses c on c.org_id = ${orgId} and c.id = b.course_id
    join enrollments e on e.org_id = ${orgId} and e.batch_id = b.id and e.status = 'active' and e.member_role = 'student'
    join users u on u.org_id = ${orgId} and u.id = e.student_id and u.status = 'active'
    where i.org_id = ${orgId} and i.operation_id = ${operationId} and i.status = 'success'
    group by e.student_id`;
}

function batchPayload(): RawBuilder<unknown> {
  return sql`jsonb_build_object('id', b.id, 'name', b.name, 'course', c.title, 'start_date', b.start_date, 'end_date', b.end_date, 'schedule', b.timetable)`;
}
