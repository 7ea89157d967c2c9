import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../../engine/kind.ts';
import { because } from '../../../school/because.ts';
import { LOOKED_UP_FIELDS, USER_ROWS } from '../../../school/people/fields.ts';
import { PEOPLE_GUARDS } from '../../../school/people/guards.ts';
import { namesWillBe, saidNames } from '../../../school/people/names.ts';
import { archivedRule, CONFLICT_WORDS, conflictRule } from '../../../school/people/profile.ts';
import { isRemoval } from '../../../school/people/verdicts.ts';
import { doubledKeys, givenUp, meantRows, namedRows, renamedPeople, takenFromArchived } from './matches.ts';
import { failingTeachers, teachersNamed, unitsNamed } from './names.ts';
import { SKIPS, unitMeant, verdict, warnings, type ImportRules } from './verdicts.ts';

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
  archived_people: archivedRule,
}) satisfies z.ZodType<ImportRules>;
type Params = z.infer<typeof params>;

/**
 * People from a file: matched by external id, then e-mail, then user name; created, updated or skipped. Who is archived or
 * suspended by it is removed, and counts as such.
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
  records: ['user'],
  judges: { rows: ['user'], unless: sql`i.detail ? 'hands_on'` },
  rows: USER_ROWS,
  guards: PEOPLE_GUARDS,
  verbs: { remove: 'archive or suspend' },
  async plan(plan, context) {
    const { orgId, operationId, params: wanted } = context;
    await plan.each('user', plannedRows(context), {
      beside: [
        'unit_id',
        'primary_teacher_id',
        'given_name',
        'family_name',
        'display_name',
        'status',
        'source_changed_at',
      ],
      along: ['source_changed_at'],
      leftOut: LOOKED_UP_FIELDS,
    });
    if (wanted.archived_people === 'new_person')
      await plan.update('user', takenFromArchived(orgId, operationId, plan.planned));
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
  const { orgId, operationId, params: wanted } = context;
  const meant = (which?: RawBuilder<unknown>) => meantRows(context.actor, wanted.archived_people, which);
  return sql`
    with named as materialized (${namedRows(orgId, operationId)}
    ), doubled as materialized (${doubledKeys()}
    ), renamed as materialized (${renamedPeople(orgId)}
    ), lost as materialized (${givenUp(orgId)}
    ), teacher_meant as materialized (${meant(sql`f.is_teacher`)}
    ), unit_named as materialized (${unitsNamed(orgId)}
    ), teacher_named as materialized (${teachersNamed(orgId)}
    ), teacher_judged as materialized (
      ${judgedRows(context, sql`teacher_meant`, sql`s.row_no = any(array(select row_no from teacher_meant))`)}
    ), failing as (${failingTeachers()}
    )
    select item_no, row_no, row_no::text as key, found_id as subject_id,
      coalesce(nullif(display_name, ''), email, username, external_id, 'Row ' || row_no) as label, null::jsonb as input,
      case when verdict is not null then case when verdict ->> 'code' = any(${[...SKIPS]}::text[]) then 'skip' else 'error' end
           when found_id is null then 'create' when is_removal then 'remove' else 'update' end as action,
      verdict ->> 'code' as code, coalesce(verdict, case when hands_on then '{"hands_on": true}'::jsonb end) as detail,
      case when verdict ->> 'code' <> ${code('user_out_of_scope')} or verdict is null then warnings end as warnings,
      case when verdict is null then case when found_id is null then 'insert' else 'update' end end as change,
      coalesce(found_id, new_id) as id, clean as after, unit_id, teacher_id as primary_teacher_id,
      given_name, family_name, display_name, status, source_changed_at
    from (
      select j.*, coalesce(own_verdict, case when teacher_row is not null and teacher_row in (select row_no from failing) then
        ${because('teacher_row_fails', { value: sql`teacher`, teacher_row: sql`teacher_row` })} end) as verdict
      from (${judgedRows(context, sql`(${meant()})`)} offset 0) j offset 0) j`;
}

/** Such rows with the unit and the teacher they name, and what is wrong with them by themselves. @param staged - Of `s`. */
function judgedRows(context: PlanContext<Params>, meant: RawBuilder<unknown>, staged = sql`true`): RawBuilder<unknown> {
  const { orgId, operationId, params: wanted } = context;
  const names = namesWillBe();
  const bringsBack =
    wanted.archived_people === 'bring_back' ? sql`case when u.status = 'archived' then 'active' end` : sql`null`;
  return sql`
    select f.row_no, f.item_no, f.found_id, f.new_id, f.email, f.username, f.external_id, f.teacher, f.hands_on, s.clean,
      ${unitMeant()} as unit_id, teacher.id as teacher_id, teacher.of_row as teacher_row,
      ${names.given_name} as given_name, ${names.family_name} as family_name, ${names.display_name} as display_name,
      coalesce(f.status, ${bringsBack}) as status, (s.clean ->> 'updated_at')::timestamptz as source_changed_at,
      coalesce(${isRemoval(sql`f.status`)}, false) as is_removal, ${warnings(context)} as warnings, ${verdict(context)} as own_verdict
    from ${meant} f
    left join users u on u.org_id = ${orgId} and u.id = f.found_id
    left join unit_named unit on unit.given = f.unit
    left join teacher_named teacher on teacher.given = f.teacher
    join staged_rows s on s.org_id = ${orgId} and s.operation_id = ${operationId} and s.row_no = f.row_no and ${staged}
    cross join lateral ${saidNames(sql`s.clean`)} said`;
}
