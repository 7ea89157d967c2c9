import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { Engine } from '../engine.ts';
import { code } from '../kind.ts';

/**
 * Items that are refused say nothing of people whom the actor could not look up: an id that was guessed or found
 * elsewhere is told back as the id that it is, never with a name. A row of a file keeps what the file called it.
 */
export async function leaveUnnamed(tx: OrgTransaction, engine: Engine, actor: Actor, writtenTo: string): Promise<void> {
  const scope = engine.authority.scopeOf(actor);
  if (scope === null) return;
  await rows(
    tx,
    sql`
    update operation_items i set label = said.label,
      detail = case when i.detail ? 'label' then i.detail || jsonb_build_object('label', said.label) else i.detail end
    from operation_items o cross join lateral (
      select case when o.row_no is null then coalesce(o.subject_id::text, o.key, '') else o.label end as label) said
    where o.org_id = ${tx.orgId} and o.operation_id = ${writtenTo} and o.action = 'error'
      and i.org_id = o.org_id and i.operation_id = o.operation_id and i.item_no = o.item_no
      and (o.code = ${code('forbidden')} or o.subject_id <> coalesce(${actor.userId}::uuid, o.org_id)
        and not exists (select from (${scope}) s where s.id = o.subject_id))`,
  );
}
