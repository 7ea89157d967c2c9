/** What a classroom is bound to: its courses, and the batches that came of them. */
import type { BatchOfClassroom, CourseOfClassroom } from '@muster/contract';
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import { overridden } from './cascade.ts';

/** By title. */
export async function listCourses(tx: OrgTransaction, classroomId: string): Promise<CourseOfClassroom[]> {
  const found = await rows(
    tx,
    sql<Omit<CourseOfClassroom, 'assigned_at'> & { created_at: Date }>`
    select c.id, c.id as _id, c.title, c.code, c.status, cc.created_at,
      (select count(*) from batches b where b.org_id = ${tx.orgId} and b.classroom_id = cc.classroom_id and b.course_id = c.id) as batches
    from classroom_courses cc join courses c on c.org_id = ${tx.orgId} and c.id = cc.course_id
    where cc.org_id = ${tx.orgId} and cc.classroom_id = ${classroomId} order by c.title, c.id`,
  );
  return found.map(({ created_at: at, ...row }) => ({ ...row, assigned_at: at.toISOString() }));
}

/** By name. */
export async function listBatches(tx: OrgTransaction, classroomId: string): Promise<BatchOfClassroom[]> {
  return rows(
    tx,
    sql<BatchOfClassroom>`
    select b.id, b.id as _id, b.name, b.status, b.course_id, c.title as course_title, b.section_id, s.name as section_name,
      s.capacity as section_capacity, b.term_id, t.key as term_key, b.enrolled_students as students, b.version,
      array(select bt.teacher_id::text from batch_teachers bt where bt.org_id = ${tx.orgId} and bt.batch_id = b.id order by bt.teacher_id) as teacher_ids,
      not exists (select from classroom_courses cc where cc.org_id = ${tx.orgId} and cc.classroom_id = b.classroom_id and cc.course_id = b.course_id) as course_detached,
      ${overridden(tx.orgId)} as overridden_students
    from batches b
    join courses c on c.org_id = ${tx.orgId} and c.id = b.course_id
    left join sections s on s.org_id = ${tx.orgId} and s.id = b.section_id
    left join terms t on t.org_id = ${tx.orgId} and t.id = b.term_id
    where b.org_id = ${tx.orgId} and b.classroom_id = ${classroomId} order by b.name, b.id`,
  );
}

/** How many students are in two sections of one course and term. */
export async function countInSeveral(tx: OrgTransaction, classroomId: string): Promise<number> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(distinct student_id) as count from (
      select e.student_id from batches b
      join enrollments e on e.org_id = ${tx.orgId} and e.batch_id = b.id and e.status = 'active'
      where b.org_id = ${tx.orgId} and b.classroom_id = ${classroomId} and b.section_id is not null
      group by e.student_id, b.course_id, b.term_id having count(*) > 1) doubled`,
  );
  return count;
}
