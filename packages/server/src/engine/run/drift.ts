/** Rows that are no longer as the preview saw them, and who changed them. */
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { rowJson, table, type Entities, type Entity } from '../../db/entity.ts';
import type { ItemFault } from './item-fault.ts';
import { changesByOthers, lastOf } from '../undo/last-changes.ts';
import type { Operation } from '../operation.ts';
import { inRange, touchedIds, type ItemRange } from './range.ts';
import { touchedEntities } from '../operation.ts';

/** Locks the rows that the range would update or delete and compares their versions. */
export async function findDrift(
  tx: OrgTransaction,
  entities: Entities,
  operation: Operation,
  range: ItemRange,
): Promise<ItemFault[]> {
  const drifted = new Map<number, string>();
  for (const entity of touchedEntities(entities, operation, ['update', 'delete'])) {
    // Locked in the order of their ids, so that two chunks never wait for each other.
    const found = await rows(
      tx,
      sql<{ item_no: number; entity_id: string }>`
      with e as materialized (
        select ${entity.isKept === true ? sql`r.*` : sql`r.id, r.version`} from ${table(entity)} r
        where r.org_id = ${tx.orgId} and r.id = any(${touchedIds(tx.orgId, range, entity)}) order by r.id for update)
      select c.item_no, c.entity_id from changes c left join e on e.id = c.entity_id
      where ${inRange(tx.orgId, range)} and c.entity = ${entity.name} and c.action <> 'insert'
        and (e.version is distinct from c.version_read or ${isOtherNumber(entity)})`,
    );
    for (const item of found) drifted.set(item.item_no, item.entity_id);
  }
  if (drifted.size === 0) return [];
  const changed = await findLastChanges(tx, [...new Set(drifted.values())], range.operationId);
  return [...drifted].map(([itemNo, entityId]) => ({
    item_no: itemNo,
    code: 'changed_since_preview' as const,
    detail: { ...(changed.get(entityId) ?? { who: 'somebody', when: 'an unknown time' }) },
  }));
}

/** A number that the engine keeps changes without the version of its row. */
function isOtherNumber(entity: Entity): RawBuilder<unknown> {
  return entity.isKept === true ? sql`not ${rowJson(entity, 'e')} @> c.before` : sql`false`;
}

export interface LastChange {
  readonly who: string;
  readonly when: string;
  readonly operation_id: string;
  readonly operation_name: string;
}

/** Who last changed each of these rows, by the changes that hold, leaving out one operation's own. */
async function findLastChanges(
  tx: OrgTransaction,
  entityIds: readonly string[],
  except: string,
): Promise<Map<string, LastChange>> {
  const others = changesByOthers(tx.orgId, except, sql`${[...entityIds]}::uuid[]`);
  const found = await rows(
    tx,
    sql<LastChange & { entity_id: string }>`
    select entity_id, who, at as when, operation_id, operation_name
    from (${lastOf(tx.orgId, sql`(${others})`)}) last`,
  );
  return new Map(found.map(({ entity_id, ...change }) => [entity_id, change]));
}
