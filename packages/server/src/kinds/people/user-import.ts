import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { because } from '../../school/because.ts';
import { LOOKED_UP_FIELDS, USER_ROWS } from '../../school/people/fields.ts';
import { PEOPLE_GUARDS } from '../../school/people/guards.ts';
import { namesWillBe, saidNames } from '../../school/people/names.ts';
import { CONFLICT_WORDS, conflictRule } from '../../school/people/profile.ts';
import { isForeignUnit } from '../../school/people/scope.ts';
import { rolesIn, stillTeaches } from '../../school/people/staff.ts';
import { givesTooMuch, losesOwnAccess, personFault } from '../../school/people/verdicts.ts';
import { failingTeachers, teachersNamed, unitsNamed } from './user-import-names.ts';

const params = z.strictObject({
  mode: z
    .enum(['create_and_update', 'create_only', 'update_only'])
    .default('create_and_update')
    .meta({
      title: 'What is wanted',
      description: 'New people, changes of known ones, or both.',
      labels: { create_and_update: 'Both', create_only: 'Only new people', update_only: 'Only changes' },
    }),
  conflict_rule: conflictRule.meta({
    title: 'Records changed since',
    description: "What happens to a record that was changed after the file was made: its version is not the file's.",
    labels: CONFLICT_WORDS,
  }),
});
type Params = z.infer<typeof params>;

/**
 * People from a file: matched by external id, then e-mail, then user name; created, updated or skipped.
 *
 * A row fails alone: for faults of its cells, when its identifiers name two people, when an earlier row names the same
 * person, or when its unit, teacher or roles are not to be had. What a row leaves empty stays as it is.
 */
export const userImport = defineKind<Params>({
  name: 'user_import',
  title: 'Import people',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 10_000 },
  judges: { rows: ['user'] },
  rows: USER_ROWS,
  guards: PEOPLE_GUARDS,
  async plan(plan, context) {
    await plan.each('user', plannedRows(context), {
      beside: ['unit_id', 'primary_teacher_id', 'given_name', 'family_name', 'display_name'],
      leftOut: LOOKED_UP_FIELDS,
    });
  },
});

/**
 * One item a row: found, judged, and with the values it would write.
 *
 * People are found by what a row names alone; its values come to it at the end: carrying 100,000 whole rows through every
 * join took a second more. Rows that make teachers are found and judged before all, as others name them. `offset 0` keeps a
 * verdict from being worked out once for each use.
 */
function plannedRows(context: PlanContext<Params>): RawBuilder<unknown> {
  const { orgId, operationId } = context;
  return sql`
    with named as materialized (
      select s.row_no, s.keys[1] as external_id, fold(s.keys[2]) as email, fold(s.keys[3]) as username, s.new_id, s.faults,
        s.clean ->> 'unit' as unit, s.clean ->> 'teacher' as teacher,
        coalesce(s.clean -> 'roles' ?| '{teacher,teacher_admin}', false) as is_teacher
      from staged_rows s where s.org_id = ${orgId} and s.operation_id = ${operationId}
    ), doubled as materialized (${doubledKeys()}
    ), teacher_meant as materialized (${meantRows(orgId, sql`f.is_teacher`)}
    ), unit_named as materialized (${unitsNamed(orgId)}
    ), teacher_named as materialized (${teachersNamed(orgId)}
    ), teacher_judged as materialized (
      ${judgedRows(context, sql`teacher_meant`, sql`s.row_no = any(array(select row_no from teacher_meant))`)}
    ), failing as (${failingTeachers()}
    )
    select item_no, row_no, row_no::text as key, found_id as subject_id,
      coalesce(nullif(display_name, ''), email, username, external_id, 'Row ' || row_no) as label, null::jsonb as input,
      case when verdict is null then case when found_id is null then 'create' else 'update' end
           when verdict ->> 'code' = ${code('kept_newer')} then 'skip' else 'error' end as action,
      verdict ->> 'code' as code, verdict as detail, warnings,
      case when verdict is null then case when found_id is null then 'insert' else 'update' end end as change,
      coalesce(found_id, new_id) as id, clean as after, unit_id, teacher_id as primary_teacher_id, given_name, family_name, display_name
    from (
      select j.*, coalesce(own_verdict, case when teacher_row is not null and teacher_row in (select row_no from failing) then
        ${because('teacher_row_fails', { value: sql`teacher`, teacher_row: sql`teacher_row` })} end) as verdict
      from (${judgedRows(context, sql`(${meantRows(orgId)})`)} offset 0) j offset 0) j`;
}

/** Whom each row `f` of the file means, and its place among the items. */
function meantRows(orgId: string, which = sql`true`): RawBuilder<unknown> {
  return sql`
    select f.*, (${itemOrder()})::int as item_no, coalesce(x.id, e.id, n.id) as found_id, ${unclear()} as unclear
    from named f
    left join users x on x.org_id = ${orgId} and x.external_id = f.external_id
    left join users e on e.org_id = ${orgId} and fold(e.email) = f.email
    left join users n on n.org_id = ${orgId} and fold(n.username) = f.username
    left join doubled dx on dx.field = 'external_id' and dx.value = f.external_id and dx.first_row < f.row_no
    left join doubled de on de.field = 'email' and de.value = f.email and de.first_row < f.row_no
    left join doubled dn on dn.field = 'username' and dn.value = f.username and dn.first_row < f.row_no
    where ${which}`;
}

/** Such rows with the unit and the teacher they name, and what is wrong with them by themselves. @param staged - Of `s`. */
function judgedRows(context: PlanContext<Params>, meant: RawBuilder<unknown>, staged = sql`true`): RawBuilder<unknown> {
  const { orgId, operationId } = context;
  const names = namesWillBe();
  return sql`
    select f.*, s.clean, s.warnings, unit.id as unit_id, teacher.id as teacher_id, teacher.of_row as teacher_row,
      ${names.given_name} as given_name, ${names.family_name} as family_name, ${names.display_name} as display_name, ${verdict(context)} as own_verdict
    from ${meant} f
    left join users u on u.org_id = ${orgId} and u.id = f.found_id
    left join unit_named unit on unit.given = f.unit
    left join teacher_named teacher on teacher.given = f.teacher
    join staged_rows s on s.org_id = ${orgId} and s.operation_id = ${operationId} and s.row_no = f.row_no and ${staged}
    cross join lateral ${saidNames(sql`s.clean`)} said`;
}

/** Identifiers that several rows carry, with the first row of each. */
function doubledKeys(): RawBuilder<unknown> {
  const of = (field: string) => sql`
    select ${sql.lit(field)}::text as field, ${sql.ref(field)} as value, min(row_no) as first_row
    from named where ${sql.ref(field)} is not null group by ${sql.ref(field)} having count(*) > 1`;
  return sql.join([of('external_id'), of('email'), of('username')], sql` union all `);
}

/** Why it cannot be said whom a row means, as `{code, …}`; null where it can. */
function unclear(): RawBuilder<unknown> {
  const doubled = (alias: string, field: string) => {
    const firstRow = sql.ref(`${alias}.first_row`);
    return sql`when ${firstRow} is not null then ${because('duplicate_row', { first_row: firstRow, field: sql.lit(field) })}`;
  };
  const other = (alias: string, field: string) => {
    const externalId = sql.ref(`${alias}.external_id`);
    return sql`when x.id is null and ${externalId} <> f.external_id then ${because('identifier_conflict', {
      field: sql.lit(field),
      label: sql.ref(`${alias}.display_name`),
      other_field: sql`'external_id'`,
      other_value: externalId,
    })}`;
  };
  return sql`case
    when coalesce(f.external_id, f.email, f.username) is null then ${because('identifier_missing')}
    ${doubled('dx', 'external_id')} ${doubled('de', 'email')} ${doubled('dn', 'username')}
    when (x.id <> e.id) or (x.id <> n.id) or (e.id <> n.id) then
      ${because('match_conflict', { people: sql`concat_ws(', ', x.display_name, e.display_name, n.display_name)` })}
    ${other('e', 'email')} ${other('n', 'username')}
  end`;
}

/** Why a row cannot be used, as `{code, …}`; null for a good one. The first reason that holds is given. */
function verdict(context: PlanContext<Params>): RawBuilder<unknown> {
  const { params: wanted } = context;
  const isClash = sql`u.id is not null and (s.clean ->> 'version')::bigint <> u.version`;
  return sql`case
    when f.faults is not null then jsonb_build_object('code', f.faults -> 0 ->> 'code', 'faults', f.faults)
    when f.unclear is not null then f.unclear
    when u.id is null and ${namesWillBe().display_name} = '' then ${because('name_missing')}
    when u.id is not null and ${wanted.mode} = 'create_only' then ${because('person_exists')}
    when u.id is null and ${wanted.mode} = 'update_only' then ${because('person_missing')}
    when ${isClash} and ${wanted.conflict_rule} = 'fail_item' then
      ${because('newer_data', { current: sql`u.version`, given: sql`s.clean -> 'version'` })}
    when ${isClash} and ${wanted.conflict_rule} = 'keep_existing' then ${because('kept_newer')}
    when f.unit is not null and unit.id is null then ${because('unit_not_found', { value: sql`f.unit` })}
    when f.teacher is not null and teacher.id is null then ${because('teacher_not_found', { value: sql`f.teacher` })}
    ${rightsVerdict(context)}
    when ${stillTeaches(context.orgId, 'u', rolesIn(sql`s.clean`), sql`u.id in (select id from teacher_named)`)}
      then ${because('still_teaches', { label: sql`u.display_name` })}
  end`;
}

/** Whom and what the actor may change: the same as everywhere, of the person `u` that a row means. */
function rightsVerdict({ actor }: PlanContext<Params>): RawBuilder<unknown> {
  const roles = rolesIn(sql`s.clean`);
  return sql`
    when ${givesTooMuch(actor, roles)} then ${because('role_not_allowed', { value: sql`s.clean -> 'roles'` })}
    when ${losesOwnAccess(actor, sql`s.clean ->> 'status'`, roles)} then ${because('acting_user')}
    when u.id is not null and ${personFault(actor)} is not null then ${because('user_out_of_scope', { label: sql`u.display_name` })}
    when (f.unit is not null or u.id is null) and ${isForeignUnit(actor, sql`unit.id`)}
      then ${because('unit_out_of_scope', { value: sql`coalesce(f.unit, '(none)')` })}`;
}

/** Teachers come before the students that refer to them; otherwise the order of the file. */
function itemOrder(): RawBuilder<unknown> {
  return sql`row_number() over (order by not f.is_teacher, f.row_no)`;
}
