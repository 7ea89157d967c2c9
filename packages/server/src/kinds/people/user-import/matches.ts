/**
 * Whom the rows of a file mean, as parts of the select of `user_import`.
 *
 * The strongest identifier decides: external id, the user name that somebody had, e-mail, user name. What a person gives up
 * by this file names them no more, so that it can be handed on: to somebody known, in a circle, or to somebody new.
 */
import { sql, type RawBuilder } from 'kysely';
import type { PlanContext } from '../../../engine/kind.ts';
import { because } from '../../../school/because.ts';
import type { ArchivedRule } from '../../../school/people/profile.ts';
import { scopeOf } from '../../../school/people/scope.ts';

type Actor = PlanContext['actor'];

/** What each row says of whom it means. */
export function namedRows(orgId: string, operationId: string): RawBuilder<unknown> {
  return sql`
    select s.row_no, s.keys[1] as external_id, fold(s.keys[2]) as email, fold(s.keys[3]) as username,
      fold(s.clean ->> 'former_username') as former, s.clean ->> 'status' as status, s.new_id, s.faults,
      s.clean ->> 'unit' as unit, s.clean ->> 'teacher' as teacher,
      coalesce(s.clean -> 'roles' ?| '{teacher,teacher_admin}', false) as is_teacher
    from staged_rows s where s.org_id = ${orgId} and s.operation_id = ${operationId}`;
}

/** Identifiers that several rows carry, with the first row of each and whom it means by its external id. */
export function doubledKeys(): RawBuilder<unknown> {
  const of = (field: string) => sql`
    select ${sql.lit(field)}::text as field, ${sql.ref(field)} as value, min(row_no) as first_row
    from named where ${sql.ref(field)} is not null group by ${sql.ref(field)} having count(*) > 1`;
  return sql`
    select d.*, f.external_id from (${sql.join(['external_id', 'email', 'username'].map(of), sql` union all `)}) d
    join named f on f.row_no = d.first_row`;
}

/** People by the user name that they had, for rows that say it. */
export function renamedPeople(orgId: string): RawBuilder<unknown> {
  return sql`
    select f.row_no, u.id from named f join users u on u.org_id = ${orgId} and fold(u.username) = f.former
    where f.former is not null`;
}

/** E-mails and user names that people have and give up by this file. */
export function givenUp(orgId: string): RawBuilder<unknown> {
  const lost = (field: 'email' | 'username', how: RawBuilder<unknown>) => sql`
    select ${sql.lit(field)}::text as field, fold(${sql.ref(`u.${field}`)}) as value
    from named f join users u on u.org_id = ${orgId} and ${how}
    where ${sql.ref(`f.${field}`)} <> fold(${sql.ref(`u.${field}`)})`;
  const byId = sql`u.external_id = f.external_id`;
  return sql`
    ${lost('email', byId)} union ${lost('username', byId)}
    union ${lost('username', sql`fold(u.email) = f.email and f.external_id is null`)}
    union select 'username', f.former from named f join renamed r using (row_no) where f.username <> f.former
    union select 'email by user name', fold(u.email) from named f
      join users u on u.org_id = ${orgId} and fold(u.username) = f.username
      where f.external_id is null and f.email <> fold(u.email)`;
}

/**
 * Whom each row `f` of the file means, its place among the items, and whether it takes what somebody gives up. Teachers come
 * before the students that refer to them; otherwise it is the order of the file.
 */
export function meantRows(actor: Actor, archived: ArchivedRule, which = sql`true`): RawBuilder<unknown> {
  const { orgId } = actor;
  const named = (alias: string, how: RawBuilder<unknown>) => sql`
    left join users ${sql.ref(alias)} on ${sql.ref(`${alias}.org_id`)} = ${orgId} and ${how} ${
      archived === 'new_person'
        ? sql`and (${sql.ref(`${alias}.status`)} <> 'archived' or f.status = 'archived')`
        : sql``
    }`;
  const doubled = (alias: string, field: string) => sql`
    left join doubled ${sql.ref(alias)} on ${sql.ref(`${alias}.field`)} = ${sql.lit(field)} and ${sql.ref(`${alias}.value`)} = ${sql.ref(`f.${field}`)}
      and ${sql.ref(`${alias}.first_row`)} < f.row_no`;
  const means = (alias: string, lost: string) =>
    sql`case when ${sql.ref(`${lost}.value`)} is null and coalesce(${sql.ref(`${alias}.external_id`)} = f.external_id, true) then ${sql.ref(`${alias}.id`)} end`;
  return sql`
    select f.*, (row_number() over (order by not f.is_teacher, f.row_no))::int as item_no, m.found_id, ${unclear(actor)} as unclear,
      coalesce(e.id <> m.found_id or n.id <> m.found_id, e.id is not null and le.value is not null or n.id is not null and ln.value is not null)
        ${archived === 'new_person' ? sql`or m.found_id is null` : sql``} as hands_on
    from named f
    ${named('x', sql`x.external_id = f.external_id`)} ${named('e', sql`fold(e.email) = f.email`)} ${named('n', sql`fold(n.username) = f.username`)}
    left join renamed o on o.row_no = f.row_no
    left join lost le on le.field = 'email' and le.value = f.email
    left join lost ln on ln.field = 'username' and ln.value = f.username
    left join lost lx on lx.field = 'email by user name' and lx.value = f.email
    ${doubled('dx', 'external_id')} ${doubled('de', 'email')} ${doubled('dn', 'username')}
    cross join lateral (
      select *, coalesce(x.id, o.id, by_email, by_username) as found_id
      from (select ${means('e', 'le')} as by_email, ${means('n', 'ln')} as by_username offset 0) by_weaker offset 0) m
    where ${which}`;
}

const KEEP_ONE = sql.lit('Keep one of the two rows.');
const SHARED = sql.lit(
  'If they are two people, such as children with the address of a parent, leave it out of one row: it is for signing in.',
);

/** Why it cannot be said whom a row means, as `{code, …}`; null where it can. */
function unclear(actor: Actor): RawBuilder<unknown> {
  const doubled = (alias: string, field: string) => {
    const of = (column: string) => sql.ref(`${alias}.${column}`);
    const remedy = sql`case when ${of('external_id')} <> f.external_id then ${SHARED} else ${KEEP_ONE} end`;
    return sql`when ${of('first_row')} is not null then ${because('duplicate_row', { first_row: of('first_row'), field: sql.lit(field), remedy })}`;
  };
  const held = (alias: string, lost: string, field: string) => {
    const of = (column: string) => sql.ref(`${alias}.${column}`);
    const isKept = sql`${sql.ref(`${lost}.value`)} is null`;
    return sql`when ${of('id')} <> m.found_id and ${isKept} then ${conflict(actor, alias, field)}
    when m.found_id is null and ${of('id')} is not null and ${isKept} then ${because('identifier_conflict', {
      field: sql.lit(field),
      label: shown(actor, alias, 'display_name', OUTSIDE),
      other_field: sql`'external_id'`,
      other_value: shown(actor, alias, 'external_id', sql.lit('not shown')),
    })}`;
  };
  // People who exchange an e-mail, or a user name: without a stronger identifier nobody can say which.
  const isCircle = sql`x.id is null and o.id is null and e.id <> n.id and lx.value is not null`;
  return sql`case
    when coalesce(f.external_id, f.email, f.username) is null then ${because('identifier_missing')}
    ${doubled('dx', 'external_id')} ${doubled('de', 'email')} ${doubled('dn', 'username')}
    when ${isCircle} then ${conflict(actor, 'n', 'username')}
    ${held('e', 'le', 'email')} ${held('n', 'ln', 'username')}
  end`;
}

function conflict(actor: Actor, alias: string, field: string): RawBuilder<unknown> {
  const name = (of: string) => shown(actor, of, 'display_name', OUTSIDE);
  return because('match_conflict', {
    people: sql`concat_ws(', ', ${name('x')}, ${name('e')}, ${name('n')})`,
    field: sql.lit(field),
    label: sql`${name(alias)} || coalesce(' (' || ${shown(actor, alias, 'external_id', sql`null`)} || ')', '')`,
  });
}

const OUTSIDE = sql.lit('somebody outside of your units');

/** What is said of person `alias`, who may be nobody; whom the actor does not answer for is not told by it. */
function shown(actor: Actor, alias: string, column: string, hidden: RawBuilder<unknown>): RawBuilder<unknown> {
  const of = (name: string) => sql.ref(`${alias}.${name}`);
  const scope = scopeOf(actor);
  return scope === null
    ? sql`${of(column)}`
    : sql`case when ${of('id')} in (${scope}) then ${of(column)} when ${of('id')} is not null then ${hidden} end`;
}

/** What archived people lose to newcomers who are somebody else: `item_no`, `id` and `after`. */
export function takenFromArchived(
  orgId: string,
  operationId: string,
  planned: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const taken = (field: string, key: RawBuilder<unknown>, value: RawBuilder<unknown>) => sql`
    select p.item_no, a.id, ${sql.lit(field)}::text as field from ${planned} p
    join staged_rows s on s.org_id = ${orgId} and s.operation_id = ${operationId} and s.row_no = p.row_no
    join users a on a.org_id = ${orgId} and a.status = 'archived' and ${value} = ${key}
    where p.action = 'create'`;
  return sql`
    select item_no, id, jsonb_object_agg(field, null) as after from (
      ${taken('external_id', sql`s.keys[1]`, sql`a.external_id`)}
      union all ${taken('email', sql`fold(s.keys[2])`, sql`fold(a.email)`)}
      union all ${taken('username', sql`fold(s.keys[3])`, sql`fold(a.username)`)}) taken
    group by item_no, id`;
}
