/** A value that only one row may have is freed before another row gets it: the database looks at each row as it is written. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { table, type Entity } from '../../db/entity.ts';
import { schemaRules } from '../../db/table-rules.ts';
import type { Engine } from '../engine.ts';
import { textColumn } from '../foresee/keys.ts';
import { inRange, type ItemRange } from './range.ts';

/**
 * Puts a stand-in where a row of the range gives up what another row of it takes. The statements that follow overwrite or
 * delete it, so that nobody ever sees one.
 */
export async function freeHandedOn(
  tx: OrgTransaction,
  engine: Engine,
  entity: Entity,
  range: ItemRange,
): Promise<void> {
  const { uniques } = (await schemaRules(tx, engine.database)).get(entity.table) ?? { uniques: [] };
  for (const name of new Set(uniques.flatMap((rule) => textColumn(entity, rule) ?? []))) {
    const value = (of: string, alias: string) => sql`fold(${sql.ref(`${alias}.${of}`)} ->> ${name})`;
    await rows(
      tx,
      sql`
      update ${table(entity)} e set ${sql.ref(name)} = '~' || e.id
      where e.org_id = ${tx.orgId} and e.id in (
        select c.entity_id from changes c
        where ${inRange(tx.orgId, range)} and c.entity = ${entity.name} and (c.action = 'delete' or c.after ? ${name})
          and ${value('before', 'c')} in (
            select ${value('after', 't')} from changes t
            where t.org_id = ${tx.orgId} and t.operation_id = ${range.operationId} and t.entity = ${entity.name}
              and t.item_no between ${range.first} and ${range.last} and t.entity_id <> c.entity_id))`,
    );
  }
}
