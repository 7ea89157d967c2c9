/** Invites in full, as a form shows them. */
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Row } from '../records/rows.ts';

export interface Invite extends Row {
  readonly links: readonly Row[];
}

/** @param ids - Of which one is an invite. */
export async function findInviteOf(tx: OrgTransaction, ids: readonly string[]): Promise<Invite | undefined> {
  return findInvite(tx, sql`any(${[...ids]}::uuid[])`);
}

/** The one that a batch takes when none is named. */
export async function findDefaultInvite(tx: OrgTransaction, batchId: string | null): Promise<Invite | undefined> {
  return findInvite(
    tx,
    sql`(select enroll_invite_id from invite_options where org_id = ${tx.orgId} and batch_id = ${batchId}::uuid and is_default)`,
  );
}

/** The invite in full, with all its options and plans, in one statement; undefined where there is none. */
async function findInvite(tx: OrgTransaction, id: RawBuilder<unknown>): Promise<Invite | undefined> {
  const [found] = await rows(
    tx,
    sql<{ invite: Invite }>`
    select jsonb_build_object('id', i.id, 'name', i.name, 'start_date', i.start_date, 'end_date', i.end_date,
      'invite_code', i.invite_code, 'status', i.status, 'org_id', i.org_id, 'tag', i.tag,
      'learner_access_days', i.learner_access_days, 'is_bundled', i.is_bundled, 'short_url', i.short_url,
      'created_at', i.created_at, 'updated_at', ${changedAt(tx.orgId)},
      'links', coalesce((
        select jsonb_agg(jsonb_build_object('id', l.id, 'batch_id', l.batch_id, 'enroll_invite_id', i.id, 'status', l.status,
          'cpo_id', l.cpo_id, 'payment_option', jsonb_build_object('id', o.id, 'name', o.name, 'status', o.status, 'type', o.type,
            'tag', o.tag, 'require_approval', o.require_approval, 'payment_plans', ${plans(tx.orgId)})) order by l.position, l.created_at, l.id)
        from invite_options l join payment_options o on o.org_id = ${tx.orgId} and o.id = l.payment_option_id
        where l.org_id = ${tx.orgId} and l.enroll_invite_id = i.id), '[]')) as invite
    from enroll_invites i where i.org_id = ${tx.orgId} and i.id = ${id}`,
  );
  return found?.invite;
}

/** When the invite `i` or a part of it was changed last. */
export function changedAt(orgId: string): RawBuilder<Date> {
  return sql<Date>`greatest(i.updated_at, (
    select max(greatest(l.updated_at, o.updated_at, p.updated_at)) from invite_options l
    join payment_options o on o.org_id = ${orgId} and o.id = l.payment_option_id
    left join payment_plans p on p.org_id = ${orgId} and p.payment_option_id = o.id
    where l.org_id = ${orgId} and l.enroll_invite_id = i.id))`;
}

function plans(orgId: string): RawBuilder<unknown> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'actual_price', p.actual_price, 'elevated_price', p.elevated_price,
      'currency', p.currency, 'validity_in_days', p.validity_in_days, 'status', p.status, 'tag', p.tag) order by p.position, p.created_at, p.id)
    from payment_plans p where p.org_id = ${orgId} and p.payment_option_id = o.id), '[]')`;
}
