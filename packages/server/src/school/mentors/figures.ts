/** Figures of batches, instructors and individual assignments, from what is recorded of them. */
import { sql } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import { weeklyHours, type WeeklyHours } from './workload.ts';

export async function batchFigures(tx: OrgTransaction, batchId: string) {
  const { lead_id: leadId, ...counts } = await one(
    tx,
    sql<{
      enrolled_students: number;
      capacity: number | null;
      completed: number;
      enrollments: number;
      lead_id: string | null;
    }>`
    select b.enrolled_students, b.capacity, lead.teacher_id as lead_id,
      (select count(*) filter (where e.status = 'completed') from enrollments e where e.org_id = ${tx.orgId} and e.batch_id = b.id) as completed,
      (select count(*) from enrollments e where e.org_id = ${tx.orgId} and e.batch_id = b.id) as enrollments
    from batches b
    left join batch_teachers lead on lead.org_id = ${tx.orgId} and lead.batch_id = b.id and lead.is_lead
    where b.org_id = ${tx.orgId} and b.id = ${batchId}`,
  );
  return {
    ...counts,
    enrollment_rate: percentOf(counts.enrolled_students, counts.capacity),
    completion_rate: percentOf(counts.completed, counts.enrollments),
    instructor: leadId === null ? null : { _id: leadId, ...(await teachingOf(tx, leadId)) },
  };
}

/** Goals are those of all their individual assignments, dropped ones left out. */
export async function instructorFigures(tx: OrgTransaction, instructorId: string) {
  const goals = await one(
    tx,
    sql<{ goals: number; goals_reached: number }>`
    select count(*) as goals, count(*) filter (where g.state = 'reached') as goals_reached
    from mentorships m join mentor_goals g on g.org_id = ${tx.orgId} and g.mentorship_id = m.id and g.state <> 'dropped'
    where m.org_id = ${tx.orgId} and m.mentor_id = ${instructorId}`,
  );
  return {
    ...(await teachingOf(tx, instructorId)),
    ...goals,
    learning_results: percentOf(goals.goals_reached, goals.goals),
  };
}

async function teachingOf(tx: OrgTransaction, instructorId: string) {
  const hours: WeeklyHours = await one(tx, weeklyHours(tx.orgId, sql`${instructorId}::uuid`));
  return { ...hours, capacity_use: percentOf(hours.class_hours, hours.available_hours) };
}

interface MentorshipFigures {
  readonly length_days: number;
  readonly contacts: number;
  readonly contacts_per_week: number;
  readonly progress_at_start: number | null;
  readonly progress_now: number | null;
  readonly progress_gained: number | null;
  readonly goals: number;
  readonly goals_reached: number;
}

/** Contacts are meetings that have begun; a first week counts as a whole one. */
export async function mentorshipFigures(
  tx: OrgTransaction,
  mentorshipId: string,
  now: Date,
): Promise<MentorshipFigures> {
  return one(
    tx,
    sql<MentorshipFigures>`
    select run.days as length_days, met.contacts, round(met.contacts * 7.0 / greatest(7, run.days), 2)::float8 as contacts_per_week,
      met.progress_at_start, met.progress_now, met.progress_now - met.progress_at_start as progress_gained, goal.goals, goal.goals_reached
    from mentorships m
    cross join lateral (select greatest(0, extract(day from coalesce(m.ended_at, ${now}::timestamptz) - m.started_at))::int as days) run
    cross join lateral (
      select count(*) as contacts, (array_agg(e.progress order by e.starts_at, e.id) filter (where e.progress is not null))[1] as progress_at_start,
        (array_agg(e.progress order by e.starts_at desc, e.id desc) filter (where e.progress is not null))[1] as progress_now
      from mentor_meetings e where e.org_id = ${tx.orgId} and e.mentorship_id = m.id and e.starts_at <= ${now}::timestamptz) met
    cross join lateral (
      select count(*) as goals, count(*) filter (where g.state = 'reached') as goals_reached
      from mentor_goals g where g.org_id = ${tx.orgId} and g.mentorship_id = m.id and g.state <> 'dropped') goal
    where m.org_id = ${tx.orgId} and m.id = ${mentorshipId}`,
  );
}

/** One decimal; null where there is nothing to be part of. */
function percentOf(part: number, whole: number | null): number | null {
  return whole === null || whole === 0 ? null : Math.round((1_000 * part) / whole) / 10;
}
