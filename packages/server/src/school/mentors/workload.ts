/** How much a teacher has to do: classes, students in them, and students of their own. */
import { sql, type RawBuilder } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import { slotsOf } from '../batches/timetable.ts';
import { isStudent } from './fitness.ts';
import { isOpenBatch, isOpenMentorship } from '../states.ts';

/** In the names under which they are shown. */
export interface Workload {
  /** Batches that are active or upcoming. */
  readonly batchCount: number;
  /** Students assigned individually. */
  readonly individualCount: number;
  /** Active enrollments over all batches of the teacher, whatever became of the batch. */
  readonly totalStudents: number;
  /** People, each once, over batches and individual assignments. */
  readonly distinctStudents: number;
}

export async function readWorkload(tx: OrgTransaction, teacherId: string): Promise<Workload> {
  return one(tx, workloadOf(tx.orgId, sql`${teacherId}::uuid`));
}

/** A lateral select of one row with the four figures of the teacher whose id `teacher` is; a batch counts for each teacher of it. */
export function workloadOf(orgId: string, teacher: RawBuilder<unknown>): RawBuilder<Workload> {
  const taught = sql`select e.student_id from batch_teachers t
    join enrollments e on e.org_id = ${orgId} and e.batch_id = t.batch_id and e.status = 'active'
    where t.org_id = ${orgId} and t.teacher_id = ${teacher}`;
  const own = sql`select m.student_id from mentorships m
    join users s on s.org_id = ${orgId} and s.id = m.student_id and ${isStudent('s')}
    where m.org_id = ${orgId} and m.mentor_id = ${teacher} and ${isOpenMentorship('m')}`;
  return sql<Workload>`
    select (select count(*) from batch_teachers t
        join batches b on b.org_id = ${orgId} and b.id = t.batch_id and ${isOpenBatch(sql`b.status`)}
        where t.org_id = ${orgId} and t.teacher_id = ${teacher}) as "batchCount",
      (select count(*) from (${own}) own) as "individualCount",
      (select count(*) from (${taught}) taught) as "totalStudents",
      (select count(*) from (${own} union ${taught}) people) as "distinctStudents"`;
}

/** A select of `class_hours` and `available_hours` a week of a teacher; null where no times are told. */
export function weeklyHours(orgId: string, teacher: RawBuilder<unknown>): RawBuilder<WeeklyHours> {
  return sql<WeeklyHours>`
    select (select coalesce(sum(s.ends - s.begins), 0) / 60.0 from batch_teachers t
        join batches b on b.org_id = ${orgId} and b.id = t.batch_id and ${isOpenBatch(sql`b.status`)}
        cross join lateral ${slotsOf(sql`b.timetable`)} s
        where t.org_id = ${orgId} and t.teacher_id = ${teacher})::float8 as class_hours,
      (select sum(s.ends - s.begins) / 60.0 from teacher_profiles p
        cross join lateral ${slotsOf(sql`p.availability`)} s
        where p.org_id = ${orgId} and p.user_id = ${teacher})::float8 as available_hours`;
}

export interface WeeklyHours {
  readonly class_hours: number;
  readonly available_hours: number | null;
}
