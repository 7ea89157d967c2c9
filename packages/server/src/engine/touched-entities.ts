import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';
import type { Entities, Entity } from '../db/entity.ts';

/** The entities that an operation's changes name, parents first. */
export async function touchedEntities(
  tx: OrgTransaction,
  entities: Entities,
  operationId: string,
): Promise<Entity[]> {
  const names = await rows(
    tx,
    sql<{ entity: string }>`
    select distinct entity from changes where org_id = ${tx.orgId} and operation_id = ${operationId}`,
  );
  return entities.filter((entity) => names.some((row) => row.entity === entity.name));
}
