/** Rules of records: how they are said, and those of records that belong to no larger subject. */
import { sql, type RawBuilder } from 'kysely';
import type { Entity, RuleContext } from '../../db/entity.ts';
import { because } from '../because.ts';

export type Rules = NonNullable<Entity['rules']>;

/**
 * The rule that a row keeps by itself.
 * @param columns - Of which it asks something. Rows that change none of them are left out first: of 100,000 most do not.
 * @param verdict - `{code, …}` in SQL of planned row `p`, null where nothing is wrong.
 */
export function eachRow(columns: readonly string[], verdict: (context: RuleContext) => RawBuilder<unknown>): Rules {
  return (planned, context) => sql`
    select item_no, verdict ->> 'code' as code, verdict - 'code' as detail
    from (select p.item_no, ${verdict(context)} as verdict from ${planned} p where ${brings(...columns)}) judged
    where verdict is not null`;
}

/** Condition: row `p` is new, or one of the columns becomes another. */
export function brings(...columns: readonly string[]): RawBuilder<unknown> {
  return sql`(p.action = 'insert' or p.changed ?| ${[...columns]}::text[])`;
}

/** The value of a column as it would be, as text. */
export function willBe(column: string): RawBuilder<unknown> {
  return sql`(p.after ->> ${sql.lit(column)})`;
}

/** Condition: somebody is named in the column who has none of the roles. Whoever the same plan makes is not asked about. */
function namesOther(
  { orgId }: RuleContext,
  column: string,
  roles: readonly string[] = TEACHING_ROLES,
): RawBuilder<unknown> {
  return sql`(${brings(column)} and ${willBe(column)} is not null and exists (
    select from users u where u.org_id = ${orgId} and u.id = ${willBe(column)}::uuid and not u.roles && ${[...roles]}::text[]))`;
}

/** Roles that make somebody a teacher. */
export const TEACHING_ROLES: readonly string[] = ['teacher', 'teacher_admin'];

/** The branch of a verdict for {@link namesOther}. @param field - As forms call the column. */
export function teacherBranch(context: RuleContext, column: string, field = column): RawBuilder<unknown> {
  return sql`when ${namesOther(context, column)} then ${because('instructor_role_missing', { field: sql.lit(field), label: nameOf(context, column) })}`;
}

export function studentBranch(context: RuleContext): RawBuilder<unknown> {
  return sql`when ${namesOther(context, 'student_id', ['student'])} then
    ${because('student_role_missing', { field: sql.lit('student_id'), label: nameOf(context, 'student_id') })}`;
}

function nameOf({ orgId }: RuleContext, column: string): RawBuilder<unknown> {
  return sql`(select u.display_name from users u where u.org_id = ${orgId} and u.id = ${willBe(column)}::uuid)`;
}

/** Condition: it would end before it begins. */
export function endsFirst(start: string, end: string, type: 'date' | 'timestamptz' = 'date'): RawBuilder<unknown> {
  const of = (column: string) => sql`${willBe(column)}::${sql.raw(type)}`;
  return sql`(${brings(start, end)} and coalesce(${of(end)} < ${of(start)}, false))`;
}

/** The branch of a verdict for {@link endsFirst}. */
export function datesBranch(start: string, end: string, type?: 'date' | 'timestamptz'): RawBuilder<unknown> {
  const said = because('invalid_value', { field: sql.lit(end), reason: sql.lit(`it is before ${start}`) });
  return sql`when ${endsFirst(start, end, type)} then ${said}`;
}

/** A unit below itself, at once or by way of others that the same plan moves, would make a tree without root. */
export const unitRules: Rules = (planned, { orgId }) => sql`
  with recursive moved as (
    select item_no, id, (after ->> 'parent_id')::uuid as parent_id from ${planned} p
    where changed ->> 'parent_id' is not null
  ), tree as (
    select id, parent_id from units where org_id = ${orgId} and id not in (select id from ${planned} p where changed ? 'parent_id')
    union all select id, parent_id from moved
  ), above as (
    select item_no, id, parent_id as at from moved
    union select a.item_no, a.id, t.parent_id from above a join tree t on t.id = a.at where t.parent_id is not null
  )
  select item_no, 'invalid_value' as code, '{"field": "parent_id", "reason": "a unit cannot stand below itself"}'::jsonb as detail
  from above where at = id`;

export const termRules = eachRow(
  ['start_date', 'end_date'],
  () => sql`case ${datesBranch('start_date', 'end_date')} end`,
);

export const courseRules = eachRow(
  ['assigned_instructor_id'],
  (context) => sql`case ${teacherBranch(context, 'assigned_instructor_id', 'assigned_instructor')} end`,
);

export const customFieldRules = eachRow(['type', 'options'], () => {
  const isEmpty = sql`jsonb_array_length(coalesce(nullif(p.after -> 'options', 'null'), '[]')) = 0`;
  const fault = (reason: string) => because('invalid_value', { field: sql.lit('options'), reason: sql.lit(reason) });
  return sql`case
    when ${willBe('type')} = 'choice' and ${isEmpty} then ${fault('a choice needs at least one')}
    when ${willBe('type')} <> 'choice' and not ${isEmpty} then ${fault('only a choice has options')} end`;
});

/** Its steps name games that there are. */
export const customAssignmentRules = eachRow(['steps'], ({ orgId }) => {
  const unknown = sql`
    from jsonb_array_elements(p.after -> 'steps') with ordinality s(value, n)
    where s.value ->> 'game_id' is not null
      and not exists (select from games g where g.org_id = ${orgId} and g.id::text = lower(s.value ->> 'game_id'))`;
  const field = sql`'steps.' || (select min(n) - 1 ${unknown}) || '.game_id'`;
  return sql`case when exists (select ${unknown}) then
    ${because('invalid_value', { field, reason: sql.lit('there is no game with this id') })} end`;
});
