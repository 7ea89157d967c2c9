/** How much a student has to do already. */
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, type PlanContext } from '../../engine/kind.ts';

/** As it stands in `settings.load` of the organization: any of the numbers above which somebody is warned or refused. */
export const loadSchema = z
  .strictObject({
    recommended: z.int().min(1).max(100).describe('More open assignments of a student are warned of; 10'),
    hard: z.int().min(1).max(200).describe('More open assignments of a student are refused; 50'),
    due_in_week: z.int().min(1).max(20).describe('More assignments due within seven days are warned of; 3'),
  })
  .partial();

const DEFAULTS = { recommended: 10, hard: 50, due_in_week: 3 };

/**
 * The students with what they still have to do: `open`, how many assignments; `due_dates` of these; `by_sequence`, the
 * latest of each sequence as `{id, state}`.
 *
 * @param students - A select of `id` and `fault`; who has a fault is not looked at.
 */
export function withLoad(orgId: string, students: RawBuilder<unknown>): RawBuilder<unknown> {
  // A full join is never made row by row, however few students the planner expects; each load has its student.
  return sql`
    with judged as materialized (${students}
    ), load as (
      select student_id, count(*) as open, array_agg(due_at) as due_dates,
        jsonb_object_agg(sequence_id, jsonb_build_object('id', id, 'state', state) order by id) filter (where sequence_id is not null) as by_sequence
      from assignments a
      where a.org_id = ${orgId} and a.state in ('scheduled', 'open', 'in_progress') and a.student_id in (select id from judged where fault is null)
      group by student_id)
    select judged.*, coalesce(load.open, 0) as open, load.due_dates, load.by_sequence
    from judged full join load on load.student_id = judged.id`;
}

/**
 * Columns `hard_limit`, `overload` (a code or null) and `warnings` (a list or null) of a row with `label`, `title`,
 * `action`, `existing_id`, `open_after` (with this one) and `due_dates` (of the ones before).
 */
export function loadWarnings(context: PlanContext): RawBuilder<unknown> {
  const { load } = context.settings;
  const limits = { ...DEFAULTS, ...(typeof load === 'object' ? load : {}) };
  const due = sql`(p -> 'values' ->> 'due_at')::timestamptz`;
  const day = (moment: RawBuilder<unknown>) => sql`(${moment} at time zone ${context.timezone})::date`;
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
