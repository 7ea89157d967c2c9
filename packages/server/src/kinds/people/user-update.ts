import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { PEOPLE_GUARDS } from '../../school/people/guards.ts';
import { CONFLICT_WORDS, conflictRule, reasonSchema, rolesSchema, sameForAll } from '../../school/people/profile.ts';
import { rolesToGive } from '../../school/people/rights.ts';
import { isForeignUnit } from '../../school/people/scope.ts';
import { stillTeaches } from '../../school/people/staff.ts';
import { PEOPLE_LISTED_MAX, peopleIn, targetIds, targetSchema } from '../../school/people/targets.ts';
import { givesTooMuch, losesOwnAccess, personFault } from '../../school/people/verdicts.ts';

const params = z.strictObject({
  target: targetSchema,
  set: sameForAll.default({}).meta({ title: 'Set', description: 'What all get; what is left out stays.' }),
  add_roles: rolesSchema
    .optional()
    .meta({ title: 'Add roles', description: 'Roles that come to those that each has.' }),
  remove_roles: rolesSchema.optional().meta({ title: 'Remove roles', description: 'Roles that go.' }),
  versions: z
    .record(z.uuid(), z.int().min(1).max(2_147_483_647))
    .refine((byId) => Object.keys(byId).length <= PEOPLE_LISTED_MAX, `give at most ${PEOPLE_LISTED_MAX}`)
    .default({})
    .meta({
      title: 'Versions',
      description: 'The version of each record that the caller saw, by id; one that has another by now is a clash.',
      maxProperties: PEOPLE_LISTED_MAX,
      'x-hidden': true,
    }),
  conflict_rule: conflictRule.meta({
    title: 'Records changed since',
    description: 'What happens to a record that clashes.',
    labels: CONFLICT_WORDS,
    'x-hidden': true,
  }),
  reason: reasonSchema,
});
const changing = params
  .refine(
    (given) => Object.keys(given.set).length > 0 || given.add_roles !== undefined || given.remove_roles !== undefined,
    { message: 'say what is to change', path: ['set'] },
  )
  .refine((given) => given.set.roles === undefined || (given.add_roles ?? given.remove_roles) === undefined, {
    message: 'give all roles, or those to add and remove, not both',
    path: ['set', 'roles'],
  });
type Params = z.infer<typeof params>;

/** Gives many people the same role, unit, grade level, teacher or contact. Each person is an item. */
export const userUpdate = defineKind<Params>({
  name: 'user_update',
  title: 'Update people',
  params: changing,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  people: ({ target }, actor) => peopleIn(target, actor),
  guards: PEOPLE_GUARDS,
  async plan(plan, context) {
    const { orgId, actor, params: wanted } = context;
    await plan.each(
      'user',
      sql`
      with meant as materialized (
        select m.id as meant_id, u.*, ${newRoles(wanted)} as new_roles,
          (${JSON.stringify(wanted.versions)}::jsonb ->> m.id::text)::bigint <> u.version as clashes
        from (${targetIds(actor, wanted.target)}) m
        left join users u on u.org_id = ${orgId} and u.id = m.id
      ), judged as (
        select u.*, ${verdict(context)} as verdict from meant u)
      select (row_number() over (order by meant_id))::int as item_no, null::int as row_no, meant_id::text as key,
        meant_id as subject_id, coalesce(display_name, meant_id::text) as label, null::jsonb as input,
        case when verdict ->> 'code' = ${code('kept_newer')} then 'skip' when verdict is not null then 'error'
             when ${wanted.set.status === 'archived'} then 'remove' else 'update' end as action,
        verdict ->> 'code' as code, verdict as detail, null::jsonb as warnings,
        case when verdict is null then 'update' end as change, meant_id as id,
        ${newValues(wanted)} as after
      from judged`,
    );
  },
});

/** Those that were, in their order, without the removed, then the added; or the list that is given. */
function newRoles({ set, add_roles: added = [], remove_roles: removed = [] }: Params) {
  if (set.roles !== undefined) return sql`${[...new Set(set.roles)]}::text[]`;
  return sql`array(
    select role from unnest(u.roles || ${added}::text[]) with ordinality r(role, n)
    where role <> all(${removed}::text[]) group by role order by min(n))`;
}

/** Under `merge_non_empty` a record that clashes keeps what would be emptied. */
function newValues({ set, conflict_rule: rule }: Params): RawBuilder<unknown> {
  const { teacher_id: teacher, ...same } = set;
  const given = { ...same, primary_teacher_id: teacher };
  const values = sql`${JSON.stringify(given)}::jsonb || jsonb_build_object('roles', to_jsonb(new_roles))`;
  if (rule !== 'merge_non_empty') return values;
  return sql`case when clashes then jsonb_strip_nulls(${values}) else ${values} end`;
}

/** Why a person `u` cannot be changed, as `{code, …}`; null where all is well. */
function verdict({ orgId, actor, params: wanted }: PlanContext<Params>): RawBuilder<unknown> {
  const { set, conflict_rule: rule } = wanted;
  const because = (name: Parameters<typeof code>[0], ...pairs: RawBuilder<unknown>[]) =>
    sql`jsonb_build_object(${sql.join([sql`'code'`, code(name), sql`'subject'`, sql`u.meant_id`, sql`'label'`, sql`u.display_name`, ...pairs])})`;
  const value = (given: unknown) => [sql`'value'`, sql`${String(given)}::text`];
  const isMissing = (id: string | null | undefined, found: RawBuilder<unknown>) =>
    id == null ? sql`false` : sql`not exists (${found})`;
  return sql`case
    when u.id is null then ${because('user_not_found')}
    when ${personFault(actor)} is not null then ${because('user_out_of_scope')}
    when ${losesOwnAccess(actor, sql`${set.status ?? null}::text`, sql`new_roles`)} then ${because('acting_user')}
    when cardinality(new_roles) = 0 then ${because('role_missing')}
    when ${givesTooMuch(actor, sql`new_roles`)}
      then ${because('role_not_allowed', sql`'value'`, sql`array_to_string(array(select r from unnest(new_roles) r where r <> all(${[...rolesToGive(actor)]}::text[] || u.roles)), ', ')`)}
    when u.clashes and ${rule === 'fail_item'}
      then ${because('newer_data', sql`'current'`, sql`u.version`, sql`'given'`, sql`${JSON.stringify(wanted.versions)}::jsonb -> u.meant_id::text`)}
    when u.clashes and ${rule === 'keep_existing'} then ${because('kept_newer')}
    when ${isMissing(set.unit_id, sql`select from units where org_id = ${orgId} and id = ${set.unit_id}::uuid`)}
      then ${because('unit_not_found', ...value(set.unit_id))}
    when ${isMissing(set.teacher_id, sql`select from users t where t.org_id = ${orgId} and t.id = ${set.teacher_id}::uuid and t.roles && '{teacher,teacher_admin}'`)}
      then ${because('teacher_not_found', ...value(set.teacher_id))}
    when ${set.unit_id !== undefined} and ${isForeignUnit(actor, sql`${set.unit_id ?? null}::uuid`)}
      then ${because('unit_out_of_scope', ...value(set.unit_id ?? '(none)'))}
    when ${stillTeaches(orgId, 'u', sql`new_roles`)} then ${because('still_teaches')}
  end`;
}
