/** How often mass assignments may be made and confirmed; an organization may have numbers of its own. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import { idAt } from '../../db/ids.ts';
import type { Actor } from '../../tenancy/actor.ts';

interface Rate {
  readonly action: 'create' | 'confirm';
  readonly setting: string;
  readonly max: number;
  readonly seconds: number;
  readonly isPerPerson: boolean;
}

/** `setting` is the name of an organization's own number, under `rate_limits` in its settings. */
const RATES: readonly Rate[] = [
  { action: 'create', setting: 'creates_per_hour', max: 300, seconds: 3_600, isPerPerson: false },
  { action: 'confirm', setting: 'confirms_per_hour', max: 300, seconds: 3_600, isPerPerson: false },
  { action: 'confirm', setting: 'confirms_per_minute', max: 10, seconds: 60, isPerPerson: true },
];

/** @throws Problem `too_many_requests` with the seconds until one more is possible. */
export async function assertRate(
  tx: OrgTransaction,
  actor: Actor,
  action: Rate['action'],
  kinds: readonly string[],
): Promise<void> {
  for (const rate of RATES.filter((each) => each.action === action)) {
    const { max, seconds } = await one(tx, recent(tx.orgId, actor, rate, kinds));
    if (seconds !== null) throw new Problem('too_many_requests', { max, seconds });
  }
}

/** Counted in the audit trail, where also the drafts stand that are gone. */
function recent(orgId: string, actor: Actor, rate: Rate, kinds: readonly string[]) {
  const { action, setting, seconds, isPerPerson } = rate;
  const since = idAt(new Date(Date.now() - seconds * 1_000));
  return sql<{ max: number; seconds: number | null }>`
    with allowed as (
      select coalesce((settings -> 'rate_limits' ->> ${setting})::int, ${rate.max}::int) as max from orgs where id = ${orgId}
    ), done as (
      select a.at, row_number() over (order by a.id desc) as back from audit a
      left join operations o on o.org_id = ${orgId} and o.id = a.operation_id
      where a.org_id = ${orgId} and a.id >= ${since}::uuid and a.action = ${action}
        and coalesce(o.kind, a.detail ->> 'kind') = any(${[...kinds]}::text[])
        and ${isPerPerson ? sql`a.actor_account = ${actor.accountId}` : sql`true`})
    select max, (
      select greatest(1, ceil(extract(epoch from at - now()) + ${seconds}::int))::int from done where back = max) as seconds
    from allowed`;
}
