/** What no person may be, whoever writes it. */
import { EMAIL_PATTERN, PEOPLE_MAX } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import type { RuleContext } from '../../db/entity.ts';
import { FULL_PLAN } from '../../tenancy/actor.ts';
import { because } from '../because.ts';
import {
  brings,
  eachRow,
  inOrder,
  namesStudent,
  namesTeacher,
  TEACHING_ROLES,
  willBe,
  type Rules,
} from '../records/rules.ts';
import { takesOwnAccess } from './verdicts.ts';

const eachPerson = eachRow(['email', 'username', 'external_id', 'display_name', 'roles'], ({ orgId }) => [
  [
    sql`${brings('email', 'username', 'external_id')} and coalesce(${willBe('email')}, ${willBe('username')}, ${willBe('external_id')}) is null`,
    because('identifier_missing', { field: sql.lit('email') }),
  ],
  [
    sql`${brings('display_name')} and coalesce(btrim(${willBe('display_name')}), '') = ''`,
    because('name_missing', { field: sql.lit('full_name') }),
  ],
  [
    sql`p.changed ->> 'email' !~ ${EMAIL_PATTERN}`,
    because('invalid_value', { field: sql.lit('email'), reason: sql.lit('it is no e-mail address') }),
  ],
  [sql`p.changed -> 'roles' = '[]'`, because('role_missing', { field: sql.lit('roles') })],
  [
    sql`p.changed -> 'roles' ? 'teacher_admin' and not coalesce(p.before -> 'roles' ? 'teacher_admin', false) and (${planOf(orgId)}) <> ${FULL_PLAN}`,
    because('plan_required', {
      field: sql.lit('roles'),
      plan: sql`(${planOf(orgId)})`,
      limit: sql.lit(PEOPLE_MAX.teacher ?? 0),
    }),
  ],
]);

/**
 * A primary teacher teaches, or will by the same plan. Those who teach are looked up once, as a list: one by one it took a
 * second for 100,000 people.
 */
function primaryTeachers(planned: RawBuilder<unknown>, { orgId }: RuleContext): RawBuilder<unknown> {
  return sql`
    select p.item_no, 'teacher_not_found' as code, jsonb_build_object('field', 'teacher_id', 'value', p.changed ->> 'primary_teacher_id') as detail
    from ${planned} p
    where p.changed ->> 'primary_teacher_id' is not null and p.changed ->> 'primary_teacher_id' not in (
      select t.id::text from users t where t.org_id = ${orgId} and t.staff_id is not null and t.roles && ${[...TEACHING_ROLES]}::text[]
      union all select q.id::text from ${planned} q where q.changed -> 'roles' ?| ${[...TEACHING_ROLES]}::text[])`;
}

export const userRules: Rules = (planned, context) => sql`
  select p.item_no, 'acting_user' as code, '{}'::jsonb as detail from ${planned} p where ${takesOwnAccess(context)}
  union all ${eachPerson(planned, context)}
  union all ${primaryTeachers(planned, context)}`;

export const relationshipRules = eachRow(['starts_on', 'ends_on', 'teacher_id'], (context) => [
  inOrder('starts_on', 'ends_on'),
  namesTeacher(context, 'teacher_id'),
]);

export const classroomTeacherRules = eachRow(['teacher_id'], (context) => [namesTeacher(context, 'teacher_id')]);
export const classroomStudentRules = eachRow(['student_id'], (context) => [namesStudent(context)]);

function planOf(orgId: string): RawBuilder<unknown> {
  return sql`select plan from orgs where id = ${orgId}`;
}
