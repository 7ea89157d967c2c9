import { CONFLICT_RULES } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { LOOKED_UP_FIELDS, USER_ROWS } from '../../school/people/fields.ts';
import { PEOPLE_GUARDS } from '../../school/people/guards.ts';
import { misplaces, rolesToGive, standsAbove } from '../../school/people/rights.ts';
import { unitsOf } from '../../school/people/scope.ts';

const params = z.strictObject({
  /** What is wanted of the file: new people, changes of known ones, or both. */
  mode: z.enum(['create_and_update', 'create_only', 'update_only']).default('create_and_update'),
  /** What happens to a record that was changed after the file was made (its version is not the file's). */
  conflict_rule: z.enum(CONFLICT_RULES).default('fail_item'),
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
  rows: USER_ROWS,
  guards: PEOPLE_GUARDS,
  refuses: misplaces,
  async plan(plan, context) {
    await plan.each('user', plannedRows(context));
  },
});

/** One item a row: found, judged, and with the values it would write. */
function plannedRows(context: PlanContext<Params>): RawBuilder<unknown> {
  const { orgId, operationId } = context;
  return sql`
    with person as materialized (
      select id, external_id, lower(email) as email, lower(username) as username, display_name, version, account_id, unit_id, roles
      from users where org_id = ${orgId}
    ), file as materialized (
      select row_no, clean, keys[1] as external_id, keys[2] as email, keys[3] as username, new_id, faults, warnings
      from staged_rows where org_id = ${orgId} and operation_id = ${operationId}
    ), doubled as materialized (${doubledKeys()}
    ), unit_named as materialized (${unitsNamed(orgId)}
    ), teacher_named as materialized (${teachersNamed(orgId)}
    ), judged as materialized (
      select f.*, u.id as found_id, unit.id as unit_id, teacher.id as teacher_id, ${verdict(context)} as verdict
      from file f
      left join person x on x.external_id = f.external_id
      left join person e on e.email = f.email
      left join person n on n.username = f.username
      left join person u on u.id = coalesce(x.id, e.id, n.id)
      left join doubled dx on dx.field = 'external_id' and dx.value = f.external_id and dx.first_row < f.row_no
      left join doubled de on de.field = 'email' and de.value = f.email and de.first_row < f.row_no
      left join doubled dn on dn.field = 'username' and dn.value = f.username and dn.first_row < f.row_no
      left join unit_named unit on unit.given = f.clean ->> 'unit'
      left join teacher_named teacher on teacher.given = f.clean ->> 'teacher'
    )
    select (${itemOrder()})::int as item_no, row_no, row_no::text as key, found_id as subject_id,
      coalesce(clean ->> 'display_name', email, username, external_id, 'Row ' || row_no) as label, null::jsonb as input,
      case when verdict is null then case when found_id is null then 'create' else 'update' end
           when verdict ->> 'code' = ${code('kept_newer')} then 'skip' else 'error' end as action,
      verdict ->> 'code' as code, verdict as detail, warnings,
      case when verdict is null then case when found_id is null then 'insert' else 'update' end end as change,
      coalesce(found_id, new_id) as id,
      clean - ${[...LOOKED_UP_FIELDS]}::text[]
        || jsonb_strip_nulls(jsonb_build_object('unit_id', unit_id, 'primary_teacher_id', teacher_id)) as after
    from judged`;
}

/** Identifiers that several rows carry, with the first row of each. */
function doubledKeys(): RawBuilder<unknown> {
  const of = (field: string) => sql`
    select ${sql.lit(field)}::text as field, ${sql.ref(field)} as value, min(row_no) as first_row
    from file where ${sql.ref(field)} is not null group by ${sql.ref(field)} having count(*) > 1`;
  return sql.join([of('external_id'), of('email'), of('username')], sql` union all `);
}

/** Why a row cannot be used, as `{code, …}`; null for a good one. The first reason that holds is given. */
function verdict(context: PlanContext<Params>): RawBuilder<unknown> {
  const { params: wanted } = context;
  const because = (name: Parameters<typeof code>[0], ...pairs: RawBuilder<unknown>[]) =>
    sql`jsonb_build_object(${sql.join([sql`'code'`, code(name), ...pairs])})`;
  const isClash = sql`u.id is not null and (f.clean ->> 'version')::bigint <> u.version`;
  const doubled = (alias: string, field: string) =>
    sql`when ${sql.ref(`${alias}.first_row`)} is not null then ${because('duplicate_row', sql`'first_row'`, sql.ref(`${alias}.first_row`), sql`'field'`, sql.lit(field))}`;
  return sql`case
    when f.faults is not null then jsonb_build_object('code', f.faults -> 0 ->> 'code', 'faults', f.faults)
    when coalesce(f.external_id, f.email, f.username) is null then ${because('identifier_missing')}
    ${doubled('dx', 'external_id')} ${doubled('de', 'email')} ${doubled('dn', 'username')}
    when (x.id <> e.id) or (x.id <> n.id) or (e.id <> n.id) then
      ${because('match_conflict', sql`'people'`, sql`concat_ws(', ', x.display_name, e.display_name, n.display_name)`)}
    when x.id is null and u.external_id <> f.external_id then
      ${because('identifier_conflict', sql`'field'`, sql`case when e.id is null then 'username' else 'email' end`, sql`'label'`, sql`u.display_name`, sql`'other_field'`, sql`'external_id'`, sql`'other_value'`, sql`u.external_id`)}
    when u.id is null and not f.clean ? 'display_name' then ${because('name_missing')}
    when u.id is not null and ${wanted.mode} = 'create_only' then ${because('person_exists')}
    when u.id is null and ${wanted.mode} = 'update_only' then ${because('person_missing')}
    when ${isClash} and ${wanted.conflict_rule} = 'fail_item' then
      ${because('newer_data', sql`'current'`, sql`u.version`, sql`'given'`, sql`f.clean -> 'version'`)}
    when ${isClash} and ${wanted.conflict_rule} = 'keep_existing' then ${because('kept_newer')}
    when f.clean ? 'unit' and unit.id is null then ${because('unit_not_found', sql`'value'`, sql`f.clean ->> 'unit'`)}
    when f.clean ? 'teacher' and teacher.id is null then ${because('teacher_not_found', sql`'value'`, sql`f.clean ->> 'teacher'`)}
    ${rightsVerdict(context)}
  end`;
}

/** A teacher_admin changes and places people in the units of their own, and gives no role as strong as theirs. */
function rightsVerdict(context: PlanContext<Params>): RawBuilder<unknown> {
  const { actor } = context;
  const role = sql`
    when f.clean ? 'roles' and not (f.clean -> 'roles' <@ ${JSON.stringify(rolesToGive(actor))}::jsonb)
      then jsonb_build_object('code', ${code('role_not_allowed')}, 'value', f.clean -> 'roles')`;
  const self = sql`
    when u.account_id = ${actor.accountId} and (coalesce(f.clean ->> 'status', 'active') <> 'active' or (f.clean ? 'roles' and not f.clean -> 'roles' ? ${actor.role}))
      then jsonb_build_object('code', ${code('acting_user')})`;
  if (actor.role !== 'teacher_admin') return sql`${role} ${self}`;
  const own = unitsOf(actor);
  return sql`${role} ${self}
    when u.id is not null and (u.unit_id is null or u.unit_id not in (${own}) or ${standsAbove(actor)})
      then jsonb_build_object('code', ${code('user_out_of_scope')}, 'label', u.display_name)
    when (f.clean ? 'unit' or u.id is null) and coalesce(unit.id not in (${own}), true)
      then jsonb_build_object('code', ${code('unit_out_of_scope')}, 'value', coalesce(f.clean ->> 'unit', '(none)'))`;
}

/** Each text by which the file names a unit, with the unit's id; its code is stronger than its name. */
function unitsNamed(orgId: string): RawBuilder<unknown> {
  return sql`
    select given, (
      select id from units where org_id = ${orgId} and lower(given) in (lower(code), lower(name), id::text)
      order by lower(code) = lower(given) desc nulls last, id limit 1) as id
    from (select distinct clean ->> 'unit' as given from file where clean ? 'unit') wanted`;
}

/**
 * Each text by which the file names a teacher, with the id of a teacher of the organization or of another row of this
 * file. Equal to one column each, so that it is a hash join whatever the number of rows: external ids as they are, the
 * others without regard to case.
 */
function teachersNamed(orgId: string): RawBuilder<unknown> {
  return sql`
    select distinct on (given) given, teacher.id
    from (
      select given, name.how, name.text
      from (select distinct clean ->> 'teacher' as given from file where clean ? 'teacher') wanted,
        lateral (values ('exact', given), ('folded', lower(given))) name(how, text)
      offset 0
    ) sought
    join (
      select name.how, name.text, t.id, 1 as place
      from users t, lateral (values
        ('exact', t.external_id), ('folded', lower(t.email)), ('folded', lower(t.username)), ('folded', t.id::text)) name(how, text)
      where t.org_id = ${orgId} and t.roles && '{teacher,teacher_admin}'
      union all
      select name.how, name.text, t.new_id, 2
      from file t, lateral (values ('exact', t.external_id), ('folded', t.email), ('folded', t.username)) name(how, text)
      where t.faults is null and t.clean -> 'roles' ?| '{teacher,teacher_admin}'
    ) teacher using (how, text)
    order by given, place, how, teacher.id`;
}

/** Teachers come before the students that refer to them; otherwise the order of the file. */
function itemOrder(): RawBuilder<unknown> {
  return sql`row_number() over (order by not coalesce(clean -> 'roles' ?| '{teacher,teacher_admin}', false), row_no)`;
}
