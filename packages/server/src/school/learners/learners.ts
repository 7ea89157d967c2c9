/** The learners an operation works on: who is listed, who is new, who a filter finds. */
import { sql, type RawBuilder } from 'kysely';
import { inOrg, one, type Database } from '../../db/database.ts';
import { code } from '../../engine/kind.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { scopeOf } from '../people/scope.ts';
import { STUDENT_STATE_FAULT } from '../people/verdicts.ts';
import type { Newcomer } from './new-users.ts';
import { asUuid, distinctIds, sourceOf, type Selection } from './parameters.ts';
import { storedState } from './states.ts';

/**
 * A select of learners, each once, in the order in which they were first reached: listed ids, new ones, the filter's.
 *
 * `place`, `n` (their order) · `given` text (the id as it was sent, or the e-mail) · `id` uuid, null for a new person and
 * an unknown id · `newcomer` int or null, position among the new users · `email` · `label` · `fault` a code or null:
 * nothing at all may be done with this person · `closed` a code or null: cannot be enrolled · `detail` for the words of
 * both · `repeats` int.
 *
 * A new user whose e-mail belongs to somebody selected otherwise is that person; one whose e-mail belongs to somebody
 * else cannot be made.
 */
export function learnersOf(
  actor: Actor,
  selection: Selection,
  newcomers: readonly Newcomer[] = [],
): RawBuilder<unknown> {
  const { orgId } = actor;
  const scope = scopeOf(actor);
  const isOutside = scope === null ? sql`false` : sql`u.id not in (${scope})`;
  const isHidden = sql`(u.id is null or ${isOutside})`;
  return sql`
    with listed as (${listed(selection)}), filtered as materialized (${filtered(actor, selection)}
    ), newcomer as materialized (${judgedNewcomers(orgId, newcomers)}
    ), meant as (
      select distinct on (lower(given)) given, id, place, n
      from (
        select given, id, 1 as place, n from listed
        union all select known_id::text, known_id, 2, n from newcomer where is_selected
        union all select id::text, id, 3, n from filtered) way
      order by lower(given), place, n
    )
    select m.place, m.n, m.given, u.id, null::int as newcomer,
      case when not ${isHidden} then u.email end as email,
      case when ${isHidden} then m.given else u.display_name end as label,
      case when u.id is null then ${code('learner_not_found')} when ${isOutside} then ${code('user_out_of_scope')} end as fault,
      case when not 'student' = any(u.roles) then ${code('student_role_missing')} else ${STUDENT_STATE_FAULT} end as closed,
      jsonb_build_object('subject', m.given, 'label', case when ${isHidden} then m.given else u.display_name end) as detail,
      coalesce((select c.repeats from newcomer c where c.is_selected and c.known_id = u.id), 0) as repeats
    from meant m left join users u on u.org_id = ${orgId} and u.id = m.id
    union all
    select 2, c.n, coalesce(c.email, 'new user ' || c.n), null, c.n, c.email, c.label, null,
      case when c.reason is not null then ${code('user_creation_failed')} end,
      jsonb_build_object('subject', c.email, 'label', c.label, 'reason', c.reason), c.repeats
    from newcomer c where not c.is_selected`;
}

/** How many learners there are, whatever becomes of them. Without a filter none is looked up. */
export async function countLearners(
  database: Database,
  actor: Actor,
  selection: Selection,
  newcomers: readonly Newcomer[] = [],
): Promise<number> {
  const listedIds = distinctIds(selection.user_ids ?? []);
  if (selection.user_filter == null && newcomers.length === 0) return listedIds.length;
  const { count } = await inOrg(database, actor.orgId, (tx) =>
    one(tx, sql<{ count: number }>`select count(*) as count from (${learnersOf(actor, selection, newcomers)}) learner`),
  );
  return count;
}

function listed({ user_ids: ids }: Selection): RawBuilder<unknown> {
  const given = ids ?? [];
  return sql`
    select given, id, n::int from unnest(${given}::text[], ${given.map(asUuid)}::uuid[]) with ordinality listed(given, id, n)`;
}

/** Of those who have one of the wanted enrollments in the source, the ones the actor is responsible for. */
function filtered(actor: Actor, { user_filter: filter }: Selection): RawBuilder<unknown> {
  if (filter == null) return sql`select null::uuid as id, null::int as n where false`;
  const { orgId } = actor;
  const scope = scopeOf(actor);
  return sql`
    select u.id, (row_number() over (order by u.family_name, u.given_name, u.id))::int as n
    from enrollments e join users u on u.org_id = ${orgId} and u.id = e.student_id
    where e.org_id = ${orgId} and e.batch_id = ${sourceOf(filter)}::uuid
      and e.status = any(${filter.statuses.map(storedState)}::text[])
      and ${scope === null ? sql`true` : sql`u.id in (${scope})`}`;
}

function judgedNewcomers(orgId: string, newcomers: readonly Newcomer[]): RawBuilder<unknown> {
  const given = newcomers.map(({ n, email, username, label, reason, repeats }) => ({
    n,
    email,
    username,
    label,
    reason,
    repeats,
  }));
  return sql`
    select c.n, c.email, c.label, c.repeats, known.id as known_id,
      known.id is not null and known.id in (select id from listed union all select id from filtered) as is_selected,
      case when known.id is not null then 'Email already exists' when c.reason is not null then c.reason
        when named.id is not null then 'Username already exists' end as reason
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as c(n int, email text, username text, label text, reason text, repeats int)
    left join users known on known.org_id = ${orgId} and fold(known.email) = fold(c.email)
    left join users named on named.org_id = ${orgId} and fold(named.username) = fold(c.username)`;
}
