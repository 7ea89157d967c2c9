import { sql, type RawBuilder } from 'kysely';
import type { NoticeContext } from '../../engine/kind.ts';

/** Who was given to a batch or taken from it: one message for each, which are summed up before they are sent. */
export function teacherNotices({ orgId, operationId }: NoticeContext): RawBuilder<unknown> {
  return sql`
    select 'batch.teacher_changed' as topic, t.teacher_id as recipient_id, jsonb_build_object(
      'change', case c.action when 'insert' then 'attached' else 'removed' end,
      'batch', jsonb_build_object('id', b.id, 'name', b.name, 'course', co.title, 'start_date', b.start_date, 'end_date', b.end_date)) as payload
    from changes c
    join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no and i.status = 'success'
    cross join lateral jsonb_to_record(coalesce(c.after, c.before)) as t(teacher_id uuid, batch_id uuid)
    join batches b on b.org_id = ${orgId} and b.id = t.batch_id
    join courses co on co.org_id = ${orgId} and co.id = b.course_id
    where c.org_id = ${orgId} and c.operation_id = ${operationId} and c.entity = 'batch_teacher' and c.action in ('insert', 'delete')`;
}
