import { sql, type RawBuilder } from 'kysely';
import { code, type PlanContext } from '../../engine/kind.ts';
import { scopeOf } from '../people/scope.ts';
import { targetIds } from '../people/targets.ts';
import type { AssignmentParams, EffectiveParameters } from './parameters.ts';

/**
 * The students meant, each with `fault` (a code or null) and `p`, the parameters that hold for this student:
 * the operation's, over these the group's, over these the student's own.
 */
export function judgedStudents(context: PlanContext<AssignmentParams>, parameters: EffectiveParameters): RawBuilder<unknown> {
  const { actor, orgId, params } = context;
  const scope = scopeOf(actor);
  const isOutside = scope === null ? sql`false` : sql`u.id not in (${scope})`;
  return sql`
    select meant.id, u.family_name, u.given_name, u.primary_teacher_id, coalesce(u.display_name, meant.id::text) as label,
      case
        when u.id is null or not 'student' = any(u.roles) then ${code('student_not_found')}
        when ${isOutside} then ${code('student_out_of_scope')}
        when u.status = 'inactive' then ${code('student_inactive')}
        when u.status = 'suspended' then ${code('student_suspended')}
        when u.status = 'archived' or u.is_restricted then ${code('student_not_accessible')}
      end as fault,
      case when own.p is null then base.p
        else base.p || own.p || jsonb_build_object('values', base.p -> 'values' || coalesce(own.p -> 'values', '{}')) end as p
    from (${targetIds(actor, params.target)}) meant
    cross join (select ${JSON.stringify(parameters.base)}::jsonb as p) base
    left join jsonb_each(${JSON.stringify(parameters.byStudent)}::jsonb) own(student_id, p) on own.student_id = meant.id::text
    left join users u on u.org_id = ${orgId} and u.id = meant.id`;
}
