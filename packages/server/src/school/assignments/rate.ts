/** How often mass assignments may be made and confirmed; an organization may have numbers of its own. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { one, type OrgTransaction } from '../../db/database.ts';
import type { Step } from '../../engine/kind.ts';
import { idAt } from '../../db/ids.ts';
import type { Actor } from '../../tenancy/actor.ts';

/** By the name under which an organization's own number stands. */
const USUAL = { creates_per_hour: 300, confirms_per_hour: 300, confirms_per_minute: 10 };
const RATE_MAX = 100_000;

interface Rate {
  readonly action: 'create' | 'confirm';
  readonly setting: keyof typeof USUAL;
  readonly seconds: number;
  readonly isPerPerson: boolean;
}

const RATES: readonly Rate[] = [
  { action: 'create', setting: 'creates_per_hour', seconds: 3_600, isPerPerson: false },
  { action: 'confirm', setting: 'confirms_per_hour', seconds: 3_600, isPerPerson: false },
  { action: 'confirm', setting: 'confirms_per_minute', seconds: 60, isPerPerson: true },
];

/** As it stands in `settings.rate_limits` of the organization: what its plan raises, never lowers. */
export const rateLimitsSchema = z
  .strictObject({
    creates_per_hour: z.int().min(USUAL.creates_per_hour).max(RATE_MAX),
    confirms_per_hour: z.int().min(USUAL.confirms_per_hour).max(RATE_MAX),
    confirms_per_minute: z.int().min(USUAL.confirms_per_minute).max(RATE_MAX).describe('Of one person'),
  })
  .partial();

/** How many one person may confirm in a minute. */
export async function readConfirmsPerMinute(tx: OrgTransaction): Promise<number> {
  const { max } = await one(
    tx,
    sql<{ max: number }>`select ${allowed('confirms_per_minute')} as max from orgs where id = ${tx.orgId}`,
  );
  return max;
}

function allowed(setting: Rate['setting']) {
  return sql`coalesce((settings -> 'rate_limits' ->> ${setting})::int, ${USUAL[setting]}::int)`;
}

/** @throws Problem `too_many_requests` with the seconds until one more is possible. */
export async function assertRate(
  tx: OrgTransaction,
  actor: Actor,
  step: Step,
  kinds: readonly string[],
): Promise<void> {
  const action = step === 'draft' ? 'create' : step;
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
      select ${allowed(setting)} as max from orgs where id = ${orgId}
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
