/** Rules of records: how they are said, and those of records that belong to no larger subject. */
import { sql, type RawBuilder } from 'kysely';
import type { Entity, RuleContext } from '../../db/entity.ts';
import { because } from '../because.ts';

export type Rules = NonNullable<Entity['rules']>;

/** A rule of planned row `p`: the condition that breaks it, and what is said then, `{code, …}` in SQL. */
export type Rule = readonly [isBroken: RawBuilder<unknown>, verdict: RawBuilder<unknown>];

/**
 * The rules that a row keeps by itself. The first that is broken is the fault, the others stand with it as `also`, for who
 * corrects them all at once.
 * @param columns - Of which they ask something. Rows that change none of them are left out first: of 100,000 most do not.
 */
export function eachRow(columns: readonly string[], rules: (context: RuleContext) => readonly Rule[]): Rules {
  return (planned, context) => {
    const verdicts = rules(context).map(([isBroken, verdict]) => sql`case when ${isBroken} then ${verdict} end`);
    return together(sql`
      select p.item_no, array_remove(array[${sql.join(verdicts)}], null) as said from ${planned} p
      where ${brings(...columns)} and coalesce(${sql.join(verdicts)}) is not null`);
  };
}

/** @param faults - A select of `item_no` and `said`, a `jsonb[]` of one verdict or more. */
function together(faults: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select item_no, said[1] ->> 'code' as code,
      said[1] - 'code' || case when cardinality(said) = 1 then '{}' else jsonb_build_object('also', said[2:]) end as detail
    from (${faults}) fault`;
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

/** A teacher is named by it. @param field - As forms call the column. */
export function namesTeacher(context: RuleContext, column: string, field = column): Rule {
  const said = because('instructor_role_missing', { field: sql.lit(field), label: nameOf(context, column) });
  return [namesOther(context, column), said];
}

export function namesStudent(context: RuleContext): Rule {
  const said = because('student_role_missing', { field: sql.lit('student_id'), label: nameOf(context, 'student_id') });
  return [namesOther(context, 'student_id', ['student']), said];
}

function nameOf({ orgId }: RuleContext, column: string): RawBuilder<unknown> {
  return sql`(select u.display_name from users u where u.org_id = ${orgId} and u.id = ${willBe(column)}::uuid)`;
}

/** Condition: it would end before it begins. */
export function endsFirst(start: string, end: string, type: 'date' | 'timestamptz' = 'date'): RawBuilder<unknown> {
  const of = (column: string) => sql`${willBe(column)}::${sql.raw(type)}`;
  return sql`(${brings(start, end)} and coalesce(${of(end)} < ${of(start)}, false))`;
}

export function inOrder(start: string, end: string, type?: 'date' | 'timestamptz'): Rule {
  return [
    endsFirst(start, end, type),
    because('invalid_value', { field: sql.lit(end), reason: sql.lit(`it is before ${start}`) }),
  ];
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

export const termRules = eachRow(['start_date', 'end_date'], () => [inOrder('start_date', 'end_date')]);

export const courseRules = eachRow(['assigned_instructor_id'], (context) => [
  namesTeacher(context, 'assigned_instructor_id', 'assigned_instructor'),
]);

export const customFieldRules = eachRow(['type', 'options'], () => {
  const isEmpty = sql`jsonb_array_length(coalesce(nullif(p.after -> 'options', 'null'), '[]')) = 0`;
  const fault = (reason: string) => because('invalid_value', { field: sql.lit('options'), reason: sql.lit(reason) });
  return [
    [sql`${willBe('type')} = 'choice' and ${isEmpty}`, fault('a choice needs at least one')],
    [sql`${willBe('type')} <> 'choice' and not ${isEmpty}`, fault('only a choice has options')],
  ];
});

/** Its steps name games that there are. */
export const customAssignmentRules: Rules = (planned, { orgId }) =>
  together(sql`
    select p.item_no, array_agg(${because('invalid_value', { field: sql`'steps.' || n - 1 || '.game_id'`, reason: sql.lit('there is no game with this id') })} order by n) as said
    from ${planned} p cross join lateral jsonb_array_elements(p.after -> 'steps') with ordinality step(value, n)
    where ${brings('steps')} and value ->> 'game_id' is not null
      and not exists (select from games g where g.org_id = ${orgId} and g.id::text = lower(value ->> 'game_id'))
    group by p.item_no`);
