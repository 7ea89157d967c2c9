/** Individual assignments as they are read: who may, and what is said of one. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { isUuid, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { scopeOf } from '../people/scope.ts';
import { MEETING_GAP_DAYS, MENTORSHIP_REVIEW } from './guidance.ts';
import { isOpenMentorship } from '../states.ts';

export interface Mentorship {
  readonly id: string;
  readonly student_id: string;
  readonly student_name: string;
  readonly instructor_id: string;
  readonly instructor_name: string;
  readonly assignment_type: string;
  readonly notes: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
  readonly assigned_by: string | null;
  /** Days since the start, or between start and end. */
  readonly length_days: number;
  readonly is_due_for_review: boolean;
}

/** Columns of mentorships `m` with student `s` and teacher `t`. */
export function mentorshipColumns(now: Date): RawBuilder<unknown> {
  return sql`m.id, m.student_id, s.display_name as student_name, m.mentor_id as instructor_id, t.display_name as instructor_name,
    m.type as assignment_type, nullif(m.notes, '') as notes, m.started_at, m.ended_at, nullif(m.end_reason, '') as end_reason,
    m.assigned_by_id as assigned_by, greatest(0, extract(day from coalesce(m.ended_at, ${now}::timestamptz) - m.started_at))::int as length_days,
    ${isOpenMentorship('m')} and m.started_at + ${MENTORSHIP_REVIEW} <= ${now}::timestamptz as is_due_for_review`;
}

/** Mentorships `m` of the organization with student `s` and teacher `t`. */
export function mentorshipRows(orgId: string): RawBuilder<unknown> {
  return sql`mentorships m
    join users s on s.org_id = ${orgId} and s.id = m.student_id
    join users t on t.org_id = ${orgId} and t.id = m.mentor_id`;
}

/** Whether the next meeting of mentorship `m` is due: more than a week since the last one or the start, and none planned. */
export function meetingIsDue(orgId: string, now: Date): RawBuilder<boolean> {
  return sql`(${isOpenMentorship('m')} and ${now}::timestamptz - make_interval(days => ${MEETING_GAP_DAYS}) >
    greatest(m.started_at, (select max(e.starts_at) from mentor_meetings e where e.org_id = ${orgId} and e.mentorship_id = m.id)))`;
}

/** Where the student of mentorship `m` stood last, in percent; null where nobody said. */
export function lastProgress(orgId: string): RawBuilder<number | null> {
  return sql`(
    select e.progress from mentor_meetings e
    where e.org_id = ${orgId} and e.mentorship_id = m.id and e.progress is not null order by e.starts_at desc, e.id desc limit 1)`;
}

/** Condition on mentorships `m`: admins see those of students in scope, everybody those they are part of. */
export function visibleMentorships(actor: Actor): RawBuilder<unknown> {
  const own = sql`${actor.userId}::uuid in (m.student_id, m.mentor_id)`;
  const scope = scopeOf(actor);
  if (scope === null) return sql`true`;
  return actor.role === 'teacher_admin' ? sql`(${own} or m.student_id in (${scope}))` : own;
}

/** @throws Problem `not_found` for an unknown one, `forbidden` for one that is not the actor's to see. */
export async function getMentorship(tx: OrgTransaction, actor: Actor, id: string, now: Date): Promise<Mentorship> {
  const [found] = isUuid(id.toLowerCase())
    ? await rows(
        tx,
        sql<Mentorship & { is_visible: boolean }>`
        select ${mentorshipColumns(now)}, ${visibleMentorships(actor)} as is_visible from ${mentorshipRows(tx.orgId)}
        where m.org_id = ${tx.orgId} and m.id = ${id}::uuid`,
      )
    : [];
  if (found === undefined) throw new Problem('not_found');
  if (!found.is_visible) throw new Problem('forbidden');
  return found;
}
