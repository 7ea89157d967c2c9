/** What the forms of invites refer to, as it stands. */
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { ownsBatch } from '../batches/rights.ts';
import type { InviteForm } from './form.ts';

export interface KnownLink {
  readonly id: string;
  readonly batch_id: string;
  readonly payment_option_id: string;
  readonly is_default: boolean;
}

export interface KnownInvite {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tag: string | null;
  readonly start_date: string | null;
  readonly end_date: string | null;
  readonly links: readonly KnownLink[];
}

export interface KnownBatch {
  readonly id: string;
  readonly name: string;
  /** The invite that is its default now. */
  readonly default_invite: { readonly id: string; readonly name: string } | null;
}

export interface KnownOption {
  readonly id: string;
  readonly plan_ids: readonly string[];
}

export interface Known {
  readonly invites: ReadonlyMap<string, KnownInvite>;
  readonly batches: ReadonlyMap<string, KnownBatch>;
  readonly options: ReadonlyMap<string, KnownOption>;
  /** Codes in use, in small letters, with the invite that has them. */
  readonly codes: ReadonlyMap<string, string>;
  /** Names of batches, by invite or option that offers them, that the actor is not responsible for. */
  readonly outside: ReadonlyMap<string, string>;
}

/** Four reads, however many invites there are. */
export async function readKnown(tx: OrgTransaction, actor: Actor, forms: readonly InviteForm[]): Promise<Known> {
  const inviteIds = forms.flatMap((form) => form.id ?? []);
  const links = forms.flatMap((form) => form.links ?? []);
  const optionIds = links.flatMap((link) => link.payment_option.id ?? []);
  const codes = forms.flatMap((form) => form.invite_code?.toLowerCase() ?? []);
  const invites = await rows(tx, presentInvites(tx.orgId, inviteIds, codes));
  const batchIds = [
    ...links.map((link) => link.batch_id),
    ...invites.flatMap((invite) => invite.links.map((link) => link.batch_id)),
  ];
  const batches = await rows(tx, presentBatches(tx.orgId, batchIds));
  const options = await rows(
    tx,
    sql<KnownOption>`
    select o.id, array(select p.id from payment_plans p where p.org_id = ${tx.orgId} and p.payment_option_id = o.id) as plan_ids
    from payment_options o where o.org_id = ${tx.orgId} and o.id = any(${optionIds}::uuid[])`,
  );
  return {
    invites: byId(invites),
    batches: byId(batches),
    options: byId(options),
    codes: new Map(invites.map((invite) => [invite.code, invite.id])),
    outside: await readOutside(tx, actor, { inviteIds, optionIds, batchIds }),
  };
}

function byId<Row extends { readonly id: string }>(found: readonly Row[]): Map<string, Row> {
  return new Map(found.map((row) => [row.id, row]));
}

/** Those that are meant, and those that have a code which is wanted. */
function presentInvites(
  orgId: string,
  ids: readonly string[],
  codes: readonly string[],
): RawBuilder<KnownInvite & { code: string }> {
  return sql<KnownInvite & { code: string }>`
    select i.id, i.name, i.status, i.tag, i.start_date::text, i.end_date::text, fold(i.invite_code) as code,
      coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'batch_id', l.batch_id, 'payment_option_id', l.payment_option_id,
          'is_default', l.is_default) order by l.position, l.id)
        from invite_options l where l.org_id = ${orgId} and l.enroll_invite_id = i.id), '[]') as links
    from enroll_invites i
    where i.org_id = ${orgId} and (i.id = any(${[...ids]}::uuid[]) or fold(i.invite_code) = any(${[...codes]}::text[]))`;
}

function presentBatches(orgId: string, ids: readonly string[]): RawBuilder<KnownBatch> {
  return sql<KnownBatch>`
    select b.id, b.name, case when i.id is not null then jsonb_build_object('id', i.id, 'name', i.name) end as default_invite
    from batches b
    left join invite_options l on l.org_id = ${orgId} and l.batch_id = b.id and l.is_default
    left join enroll_invites i on i.org_id = ${orgId} and i.id = l.enroll_invite_id
    where b.org_id = ${orgId} and b.id = any(${[...ids]}::uuid[])`;
}

/**
 * A teacher_admin writes what belongs to batches of own units alone: an invite or option that is for another batch as
 * well is not theirs.
 */
async function readOutside(
  tx: OrgTransaction,
  actor: Actor,
  { inviteIds, optionIds, batchIds }: Readonly<Record<'inviteIds' | 'optionIds' | 'batchIds', readonly string[]>>,
): Promise<ReadonlyMap<string, string>> {
  if (actor.role !== 'teacher_admin') return new Map();
  const found = await rows(
    tx,
    sql<{ of: string; batch: string }>`
    select touched.of, b.name as batch
    from (
      select id as of, id as batch_id from unnest(${[...batchIds]}::uuid[]) id
      union select enroll_invite_id, batch_id from invite_options where org_id = ${tx.orgId} and enroll_invite_id = any(${[...inviteIds]}::uuid[])
      union select payment_option_id, batch_id from invite_options where org_id = ${tx.orgId} and payment_option_id = any(${[...optionIds]}::uuid[])
    ) touched
    join batches b on b.org_id = ${tx.orgId} and b.id = touched.batch_id
    where not ${ownsBatch(actor)}`,
  );
  return new Map(found.map((row) => [row.of, row.batch]));
}
