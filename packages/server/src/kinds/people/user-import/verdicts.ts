/** What speaks against a row of a file, or should be looked at before it is used: parts of the select of `user_import`. */
import type { ProblemCode } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import type { PlanContext } from '../../../engine/kind.ts';
import { because } from '../../../school/because.ts';
import { dutiesWarning } from '../../../school/people/duties.ts';
import { namesWillBe } from '../../../school/people/names.ts';
import type { ArchivedRule } from '../../../school/people/profile.ts';
import { isForeignUnit } from '../../../school/people/scope.ts';
import { rolesIn, stillTeaches } from '../../../school/people/staff.ts';
import { givesTooMuch, isRemoval, losesOwnAccess, personFault } from '../../../school/people/verdicts.ts';

export interface ImportRules {
  readonly mode: 'create_and_update' | 'create_only' | 'update_only';
  readonly conflict_rule: string;
  readonly archived_people: ArchivedRule;
}

/** Verdicts by which a row is left out and nothing is wrong with it. */
export const SKIPS: readonly ProblemCode[] = ['kept_newer', 'older_data', 'archived_left', 'left_unknown'];

/** Of the units that a row names the one where the person is already, else the first. */
export function unitMeant(): RawBuilder<unknown> {
  return sql`case when u.unit_id = any(unit.ids) then u.unit_id else unit.ids[1] end`;
}

/** Why a row cannot be used, as `{code, …}`; null for a good one. The first reason that holds is given. */
export function verdict(context: PlanContext<ImportRules>): RawBuilder<unknown> {
  const { params: wanted } = context;
  const isClash = sql`u.id is not null and (s.clean ->> 'version')::bigint <> u.version`;
  return sql`case
    when f.faults is not null then jsonb_build_object('code', f.faults -> 0 ->> 'code', 'faults', f.faults)
    when f.unclear is not null then f.unclear
    when u.id is not null and ${personFault(context.actor)} is not null then ${because('user_out_of_scope', { label: sql`coalesce(f.external_id, f.email, f.username)` })}
    when u.id is null and f.status = 'archived' then ${because('left_unknown')}
    when u.id is null and ${namesWillBe().display_name} = '' then ${because('name_missing')}
    when u.id is not null and ${wanted.mode} = 'create_only' then ${because('person_exists')}
    when u.id is null and ${wanted.mode} = 'update_only' then ${because('person_missing')}
    when ${isClash} and ${wanted.conflict_rule} = 'fail_item' then
      ${because('newer_data', { current: sql`u.version`, given: sql`s.clean -> 'version'` })}
    when ${isClash} and ${wanted.conflict_rule} = 'keep_existing' then ${because('kept_newer')}
    when u.source_changed_at > (s.clean ->> 'updated_at')::timestamptz then
      ${because('older_data', { label: sql`u.display_name`, known: day(sql`u.source_changed_at`), given: day(sql`(s.clean ->> 'updated_at')::timestamptz`) })}
    ${wanted.archived_people === 'new_person' ? lastIdentifierVerdict(context) : sql``}
    when u.status = 'archived' and f.status is null and ${wanted.archived_people} = 'leave' then
      ${because('archived_left', { label: sql`u.display_name` })}
    when f.unit is not null and ${unitMeant()} is null then ${because('unit_not_found', { value: sql`f.unit` })}
    when f.teacher is not null and teacher.id is null then ${because('teacher_not_found', { value: sql`f.teacher` })}
    when teacher.is_archived then ${because('teacher_archived', { value: sql`f.teacher` })}
    ${rightsVerdict(context)}
    when ${stillTeaches(context.orgId, 'u', rolesIn(sql`s.clean`), sql`u.id in (select id from teacher_named)`)}
      then ${because('still_teaches', { label: sql`u.display_name` })}
  end`;
}

/** A newcomer would take the only identifier of somebody archived, who could not be named any more. */
function lastIdentifierVerdict({ orgId }: PlanContext<ImportRules>): RawBuilder<unknown> {
  const isOnly = (key: string, value: RawBuilder<unknown>, others: RawBuilder<unknown>) => sql`
    when u.id is null and ${sql.ref(`f.${key}`)} in (
      select ${value} from users where org_id = ${orgId} and status = 'archived' and ${others} is null)
    then ${because('archived_last_identifier', { value: sql.ref(`f.${key}`) })}`;
  return sql`
    ${isOnly('external_id', sql`external_id`, sql`coalesce(email, username)`)}
    ${isOnly('email', sql`fold(email)`, sql`coalesce(external_id, username)`)}
    ${isOnly('username', sql`fold(username)`, sql`coalesce(external_id, email)`)}`;
}

function day(at: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD HH24:MI')`;
}

/** Whom and what the actor may change: the same as everywhere, of the person `u` that a row means. */
function rightsVerdict({ actor }: PlanContext<ImportRules>): RawBuilder<unknown> {
  const roles = rolesIn(sql`s.clean`);
  return sql`
    when ${givesTooMuch(actor, roles)} then ${because('role_not_allowed', { value: sql`s.clean -> 'roles'` })}
    when ${losesOwnAccess(actor, sql`f.status`, roles)} then ${because('acting_user')}
    when (f.unit is not null or u.id is null) and ${isForeignUnit(actor, unitMeant())}
      then ${because('unit_out_of_scope', { value: sql`coalesce(f.unit, '(none)')` })}`;
}

/** What somebody should look at before the row is used, beside what its cells gave rise to; null for nothing. */
export function warnings({ orgId }: PlanContext<ImportRules>): RawBuilder<unknown> {
  const names = namesWillBe();
  const isOther = (now: RawBuilder<unknown>, was: string) => sql`fold(${now}) <> fold(${sql.ref(was)})`;
  const isReused = sql`f.external_id = u.external_id and f.email <> fold(u.email) and ${isOther(names.given_name, 'u.given_name')}
    and ${isOther(names.family_name, 'u.family_name')}`;
  const isBack = sql`u.status = 'archived' and f.status <> 'archived'`;
  const isOfSeveral = sql`cardinality(unit.ids) > 0 and strpos(f.unit, ',') > 0`;
  const removal = isRemoval(sql`f.status`);
  return sql`case when ${isReused} or ${isBack} or ${isOfSeveral} or ${removal} then nullif(coalesce(s.warnings, '[]') || to_jsonb(array_remove(array[
      case when ${isReused} then ${because('id_reused', { label: sql`u.display_name`, value: sql`f.external_id` })} end,
      case when ${isBack} then ${because('brought_back', { label: sql`u.display_name` })} end,
      case when ${isOfSeveral} then ${because('units_left_out', { value: sql`f.unit` })} end,
      case when ${removal} then ${dutiesWarning(orgId, 'u')} end]::jsonb[], null)), '[]')
    else s.warnings end`;
}
