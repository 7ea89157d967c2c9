/** The outbox as delivery sees it: rows are taken on lease, and each is settled when its fate is known. */
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../db/database.ts';
import { SUMMED_UP } from '../messages/topics.ts';

export interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly payload: unknown;
  readonly created_at: Date;
  /** This attempt included. */
  readonly attempts: number;
  readonly recipient: {
    readonly id: string;
    readonly name: string;
    readonly email: string | null;
    readonly account_id: string | null;
  } | null;
  readonly operation: { readonly id: string; readonly name: string } | null;
}

export interface Fate {
  readonly status: 'waiting' | 'delivered' | 'failed' | 'dropped';
  readonly attempts: number;
  readonly next_attempt_at: Date;
  readonly last_error: string | null;
}

/** Longer than sending a claim can take: a worker that dies is followed by another after this. */
const LEASE_MS = 10 * 60_000;
const CLAIM_ROWS = 50;

/**
 * Takes rows that are due, oldest first. Until they are settled or the lease ends nobody else takes them. Of messages
 * that are summed up all that are due for one person and hour are taken together.
 */
export async function claimRows(tx: OrgTransaction, now: Date): Promise<OutboxRow[]> {
  // One at a time per organization: two workers would each take a part of what is to be one message.
  await rows(tx, sql`select pg_advisory_xact_lock(hashtextextended(${`deliver ${tx.orgId}`}, 0))`);
  const isDue = sql`o.org_id = ${tx.orgId} and o.status = 'waiting' and o.next_attempt_at <= ${now}`;
  return rows(
    tx,
    sql<OutboxRow>`
    with due as materialized (
      select id, topic, recipient_id, date_trunc('hour', created_at) as hour from outbox o
      where ${isDue} order by next_attempt_at, id limit ${CLAIM_ROWS}
    ), together as materialized (
      select id from due
      union
      select o.id from due d
      join outbox o on o.topic = d.topic and o.recipient_id = d.recipient_id and date_trunc('hour', o.created_at) = d.hour
      where d.topic = any(${SUMMED_UP}::text[]) and ${isDue}
    ), taken as (
      select o.id from outbox o where ${isDue} and o.id = any(array(select id from together)) for update skip locked
    ), leased as (
      update outbox o set attempts = o.attempts + 1, next_attempt_at = ${new Date(now.getTime() + LEASE_MS)}
      from taken where o.org_id = ${tx.orgId} and o.id = taken.id returning o.*
    )
    select m.id, m.topic, m.payload, m.created_at, m.attempts,
      case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.display_name, 'email', u.email,
        'account_id', u.account_id) end as recipient,
      case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name) end as operation
    from leased m
    left join users u on u.org_id = ${tx.orgId} and u.id = m.recipient_id
    left join operations p on p.org_id = ${tx.orgId} and p.id = m.operation_id
    order by m.created_at, m.id`,
  );
}

/** Puts off all rows that are due, without a look at each. @param until - When they are due again. */
export async function putOff(tx: OrgTransaction, now: Date, until: Date, reason: string): Promise<void> {
  await rows(
    tx,
    sql`
    update outbox set next_attempt_at = ${until}, last_error = ${reason}
    where org_id = ${tx.orgId} and status = 'waiting' and next_attempt_at <= ${now}`,
  );
}

export async function settleRows(tx: OrgTransaction, ids: readonly string[], fate: Fate): Promise<void> {
  await rows(
    tx,
    sql`
    update outbox set status = ${fate.status}, attempts = ${fate.attempts}, next_attempt_at = ${fate.next_attempt_at},
      last_error = ${fate.last_error}, delivered_at = case when ${fate.status} = 'delivered' then now() end
    where org_id = ${tx.orgId} and id = any(${[...ids]}::uuid[]) and status = 'waiting'`,
  );
}

export interface MessageSettings {
  readonly name: string;
  readonly timezone: string;
  /** Switches that are off are false; those left out are on. */
  readonly messages: Readonly<Record<string, boolean>>;
}

export async function readMessageSettings(tx: OrgTransaction): Promise<MessageSettings> {
  return one(
    tx,
    sql<MessageSettings>`
    select name, timezone, coalesce(settings -> 'messages', '{}') as messages from orgs where id = ${tx.orgId}`,
  );
}
