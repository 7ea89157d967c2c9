/** Invites as a list shows them. */
import { sql, type RawBuilder } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import { asUuid } from '../learners/parameters.ts';
import type { Row } from '../records/rows.ts';
import { changedAt } from './invite-rows.ts';

export interface InvitesWanted {
  /** Part of it. */
  readonly name: string;
  /** Of these lists one that is empty narrows nothing. */
  readonly batchIds: readonly string[];
  readonly optionIds: readonly string[];
  readonly tags: readonly string[];
  /** In the order in which the columns stand; newest first where there are none. */
  readonly sort: Readonly<Record<string, 'asc' | 'desc' | undefined>>;
}

/** A page and the number of all that match, with what a list shows of each invite, in one statement. */
export async function listInvites(
  tx: OrgTransaction,
  filter: InvitesWanted,
  { page, size }: { page: number; size: number },
): Promise<{ total: number; invites: Row[] }> {
  return one(
    tx,
    sql<{ total: number; invites: Row[] }>`
    with matching as materialized (
      select i.*, ${changedAt(tx.orgId)} as changed_at from enroll_invites i where ${matching(tx.orgId, filter)}
    ), page as (
      select i.*, row_number() over (order by ${order(filter)}) as place from matching i
      order by place limit ${size} offset ${page * size}
    )
    select (select count(*) from matching) as total, coalesce((
      select jsonb_agg(jsonb_build_object('id', i.id, 'name', i.name, 'start_date', i.start_date, 'end_date', i.end_date,
        'invite_code', i.invite_code, 'status', i.status, 'org_id', i.org_id, 'tag', i.tag, 'created_at', i.created_at,
        'updated_at', i.changed_at, 'short_url', i.short_url, 'learner_access_days', i.learner_access_days, 'is_bundled', i.is_bundled,
        'batch_ids', (select coalesce(jsonb_agg(distinct l.batch_id), '[]') from invite_options l
          where l.org_id = ${tx.orgId} and l.enroll_invite_id = i.id),
        'plan_summary', (${planOf(tx.orgId, filter.batchIds)})) order by i.place)
      from page i), '[]') as invites`,
  );
}

function matching(orgId: string, filter: InvitesWanted): RawBuilder<unknown> {
  const { name, batchIds, optionIds, tags } = filter;
  const pattern = `%${name.replace(/[\\%_]/g, '\\$&')}%`;
  const linked = (column: string, ids: readonly string[]): RawBuilder<unknown> => sql`exists (
    select from invite_options l where l.org_id = ${orgId} and l.enroll_invite_id = i.id
      and l.${sql.ref(column)} = any(${ids.flatMap((id) => asUuid(id) ?? [])}::uuid[]))`;
  return sql.join(
    [
      sql`i.org_id = ${orgId}`,
      ...(name === '' ? [] : [sql`fold(i.name) like fold(${pattern})`]),
      ...(batchIds.length === 0 ? [] : [linked('batch_id', batchIds)]),
      ...(optionIds.length === 0 ? [] : [linked('payment_option_id', optionIds)]),
      ...(tags.length === 0 ? [] : [sql`i.tag = any(${[...tags]}::text[])`]),
    ],
    sql` and `,
  );
}

function order({ sort }: InvitesWanted): RawBuilder<unknown> {
  const given = Object.entries(sort);
  const sorted = given.length === 0 ? [['created_at', 'desc'] as const] : given;
  return sql.join([
    ...sorted.map(
      ([column, way]) =>
        sql`i.${sql.ref(column === 'updated_at' ? 'changed_at' : column)} ${way === 'asc' ? sql`asc` : sql`desc`} nulls last`,
    ),
    sql`i.id desc`,
  ]);
}

/** What enrolling under invite `i` takes by itself, for one of these batches where some are named. */
function planOf(orgId: string, batchIds: readonly string[]): RawBuilder<unknown> {
  const wanted = batchIds.flatMap((id) => asUuid(id) ?? []);
  return sql`
    select jsonb_build_object('name', p.name, 'price', p.actual_price, 'type', o.type, 'currency', p.currency, 'validity_in_days', p.validity_in_days)
    from (
      select o.* from invite_options l
      join payment_options o on o.org_id = ${orgId} and o.id = l.payment_option_id and o.status = 'ACTIVE'
      where l.org_id = ${orgId} and l.enroll_invite_id = i.id and l.status = 'ACTIVE'
      order by l.batch_id <> all(${wanted}::uuid[]), l.position, l.created_at, l.id limit 1) o
    join payment_plans p on p.org_id = ${orgId} and p.payment_option_id = o.id and p.status = 'ACTIVE'
    order by p.tag is distinct from 'DEFAULT', p.position, p.created_at, p.id limit 1`;
}
