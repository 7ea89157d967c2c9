/** What others lose with a person who leaves. */
import { sql, type RawBuilder } from 'kysely';
import { because } from '../because.ts';
import { isOpenBatch, isOpenMentorship } from '../states.ts';

/** A warning, JSON, where the person behind `alias` teaches open batches, looks after students or holds seats; else null. */
export function dutiesWarning(orgId: string, alias: string): RawBuilder<unknown> {
  const id = sql.ref(`${alias}.id`);
  const count = (from: RawBuilder<unknown>) => sql`(select count(*) from ${from})`;
  const batches =
    count(sql`batch_teachers t join batches b on b.org_id = ${orgId} and b.id = t.batch_id and ${isOpenBatch(sql`b.status`)}
    where t.org_id = ${orgId} and t.teacher_id = ${id}`);
  const students = count(sql`(
    select s.id from users s where s.org_id = ${orgId} and s.primary_teacher_id = ${id} and s.status <> 'archived'
    union select m.student_id from mentorships m where m.org_id = ${orgId} and m.mentor_id = ${id} and ${isOpenMentorship('m')}) own`);
  const seats = count(sql`enrollments e where e.org_id = ${orgId} and e.student_id = ${id} and e.status = 'active'`);
  const warning = because('has_duties', {
    label: sql.ref(`${alias}.display_name`),
    batches: sql`d.batches`,
    students: sql`d.students`,
    seats: sql`d.seats`,
  });
  return sql`(
    select ${warning} from (select ${batches} as batches, ${students} as students, ${seats} as seats offset 0) d
    where d.batches + d.students + d.seats > 0)`;
}
