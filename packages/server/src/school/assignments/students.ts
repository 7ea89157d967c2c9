import { LIMITS } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { code, type FitnessContext, type PlanContext } from '../../engine/kind.ts';
import { scopeOf } from '../people/scope.ts';
import { targetIds } from '../people/targets.ts';
import { IS_CLOSED, isActive, STUDENT_STATE_FAULT } from '../people/verdicts.ts';
import type { AssignmentParams, EffectiveParameters } from './parameters.ts';

/**
 * The students meant, each with `fault` (a code or null), `passed` (without a fault: the code that is set aside, or null),
 * `p`, the parameters that hold for this student (the operation's, over these the group's, over these the student's own),
 * and `release`, the group in a staggered release.
 */
export function judgedStudents(
  context: PlanContext<AssignmentParams>,
  parameters: EffectiveParameters,
): RawBuilder<unknown> {
  const students = withParameters(context, parameters);
  const { staggered_release, stagger_interval, groups, release_order } = context.params.scheduling;
  if (!staggered_release) return sql`select s.*, null::int as release from (${students}) s`;
  const lot = release_order === 'random' ? sql`md5(${context.operationId}::text || s.id)` : sql`null::text`;
  const byHand = release_order === 'custom' ? sql`least((s.p ->> 'release')::int, ${groups}::int)` : sql`null::int`;
  return sql`
    select r.id, r.family_name, r.given_name, r.primary_teacher_id, r.label, r.fault, r.passed, r.own_start, r.release,
      case when r.own_start then r.p else r.p || jsonb_build_object('values', r.p -> 'values' || ${laterDates(context, sql`(r.release - 1) * ${stagger_interval}::int`)}) end as p
    from (
      select s.*, coalesce(${byHand}, ntile(${groups}) over (
        partition by s.fault is null order by ${lot}, s.family_name, s.given_name, s.id)) as release
      from (${students}) s) r`;
}

/** Start and due date of `r.p`, so many days later by the calendar of the organization. */
function laterDates({ now, timezone }: PlanContext, days: RawBuilder<unknown>): RawBuilder<unknown> {
  const later = (moment: RawBuilder<unknown>) =>
    sql`(((${moment}) at time zone ${timezone}) + make_interval(days => ${days})) at time zone ${timezone}`;
  const start = sql`(r.p -> 'values' ->> 'start_at')::timestamptz`;
  const today = sql`date_trunc('day', ${now}::timestamptz, ${timezone})`;
  return sql`jsonb_strip_nulls(jsonb_build_object(
    'start_at', case when ${start} is not null then ${later(start)} when r.release > 1 then ${later(today)} end,
    'due_at', ${later(sql`(r.p -> 'values' ->> 'due_at')::timestamptz`)}))`;
}

/**
 * Whether the state of student `u` is set aside: a system_admin's written reason does that for every state, a
 * subscriber_admin's for a restriction mark.
 */
function mayPass({ actor, overrideReason }: Omit<FitnessContext, 'orgId'>): RawBuilder<unknown> {
  const isReasoned = (overrideReason ?? '').trim().length >= LIMITS.overrideReasonCharsMin;
  if (isReasoned && actor.role === 'system_admin') return sql`true`;
  if (isReasoned && actor.role === 'subscriber_admin') return sql`(${isActive('u')} and u.is_restricted)`;
  return sql`false`;
}

/** Why the student of item `i` can be given nothing now, as {@link Kind.unfit}. */
export function unfitStudent(context: FitnessContext): RawBuilder<unknown> {
  return sql`
    select ${STUDENT_STATE_FAULT} as code from users u
    where u.org_id = ${context.orgId} and u.id = i.subject_id and ${STUDENT_STATE_FAULT} is not null and not ${mayPass(context)}`;
}

/** A list of one warning, or of none, about a state that is set aside; of a row of {@link judgedStudents}. */
export function overrideWarning(): RawBuilder<unknown> {
  return sql`case when fault is null and passed is not null
    then jsonb_build_array(jsonb_build_object('code', ${code('rule_set_aside')}, 'label', label, 'rule', passed)) else '[]' end`;
}

function withParameters(context: PlanContext<AssignmentParams>, parameters: EffectiveParameters): RawBuilder<unknown> {
  const { actor, orgId, params } = context;
  const scope = scopeOf(actor);
  const isOutside = scope === null ? sql`false` : sql`u.id not in (${scope})`;
  return sql`
    select meant.id, u.family_name, u.given_name, u.primary_teacher_id,
      case when u.id is null or ${IS_CLOSED} then meant.id::text else u.display_name end as label,
      case
        when u.id is null or not 'student' = any(u.roles) then ${code('student_not_found')}
        when ${isOutside} then ${code('student_out_of_scope')}
        when ${mayPass(context)} then null else ${STUDENT_STATE_FAULT}
      end as fault,
      case when u.id is not null then ${STUDENT_STATE_FAULT} end as passed,
      coalesce(own.p -> 'values' ? 'start_at', false) as own_start,
      case when own.p is null then base.p
        else base.p || own.p || jsonb_build_object('values', base.p -> 'values' || coalesce(own.p -> 'values', '{}')) end as p
    from (${targetIds(actor, params.target)}) meant
    cross join (select ${JSON.stringify(parameters.base)}::jsonb as p) base
    left join jsonb_each(${JSON.stringify(parameters.byStudent)}::jsonb) own(student_id, p) on own.student_id = meant.id::text
    left join users u on u.org_id = ${orgId} and u.id = meant.id`;
}
