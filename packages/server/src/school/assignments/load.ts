/** How much a student has to do already. */
import { sql, type RawBuilder } from 'kysely';
import { code, type PlanContext } from '../../engine/kind.ts';

/** Numbers above which somebody is warned or refused; an organization may set its own under `load` in its settings. */
const DEFAULTS = { recommended: 10, hard: 50, due_in_week: 3 };

/** Assignments that students still have to do. @param students - A select of ids. */
export function openAssignments(orgId: string, students: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select a.id, a.student_id, a.sequence_id, a.state, a.due_at from assignments a
    where a.org_id = ${orgId} and a.student_id in (${students}) and a.state in ('scheduled', 'open', 'in_progress')`;
}

/**
 * Columns `hard_limit`, `overload` (a code or null) and `warnings` (a list or null) of a row with `label`, `title`,
 * `action`, `existing_id`, `open_after` (with this one) and `due_dates` (of the ones before).
 */
export function loadWarnings(context: PlanContext): RawBuilder<unknown> {
  const { load } = context.settings;
  const limits = { ...DEFAULTS, ...(typeof load === 'object' ? load : {}) };
  const due = sql`(p -> 'values' ->> 'due_at')::timestamptz`;
  const day = (moment: RawBuilder<unknown>) =>
    sql`(${moment} at time zone ${context.timezone})::date`;
  const sameDay = sql`exists (select from unnest(due_dates) other where ${day(sql`other`)} = ${day(due)})`;
  const inWeek = sql`(select count(*) from unnest(due_dates) other where abs(extract(epoch from other - ${due})) < 7 * 86400)`;
  const warning = (when: RawBuilder<unknown>, object: RawBuilder<unknown>) =>
    sql`case when ${when} then jsonb_build_array(${object}) else '[]' end`;
  const isNew = sql`action in ('create', 'merge')`;
  return sql`
    ${limits.hard}::int as hard_limit,
    case when open_after > ${limits.hard} then ${code('student_capacity_exceeded')} end as overload,
    nullif(${sql.join(
      [
        warning(
          sql`existing_id is not null and ${isNew}`,
          sql`jsonb_build_object('code', ${code('duplicate_assignment')}, 'label', label, 'title', title, 'assignment_id', existing_id)`,
        ),
        warning(
          sql`action = 'create' and open_after > ${limits.recommended} and open_after <= ${limits.hard}`,
          sql`jsonb_build_object('code', ${code('load_above_recommended')}, 'label', label, 'open', open_after, 'limit', ${limits.recommended}::int)`,
        ),
        warning(
          sql`${isNew} and ${due} is not null and ${sameDay}`,
          sql`jsonb_build_object('code', ${code('due_date_overlap')}, 'label', label, 'day', ${day(due)})`,
        ),
        warning(
          sql`${isNew} and ${due} is not null and ${inWeek} + 1 > ${limits.due_in_week}`,
          sql`jsonb_build_object('code', ${code('pacing_density')}, 'label', label, 'due', ${inWeek} + 1, 'limit', ${limits.due_in_week}::int)`,
        ),
      ],
      sql` || `,
    )}, '[]') as warnings`;
}
