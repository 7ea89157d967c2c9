/** What the database's planner cannot know: how many rows a plan has, and statistics of tables that were just filled. */
import { sql } from 'kysely';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import { table, type Entities, type Entity } from '../../db/entity.ts';
import { partitionOf } from '../../db/ids.ts';
import type { Engine } from '../engine.ts';
import { getOperation, type Operation, planCounts, touchedEntities, fileInput } from '../operation.ts';

/** From so many rows a wrong join costs more than reading an organization's whole table once. */
const MANY_ROWS = 1_000;

/** Tells the planner, for the rest of the transaction, that a plan of so many rows is read. */
export async function expectRows(tx: OrgTransaction, count: number): Promise<void> {
  if (count <= MANY_ROWS) return;
  await joinByHash(tx);
  // Hashes of 100,000 rows with their JSON then stay in memory instead of going to files and back.
  await tx.client.query("set local work_mem = '128MB'");
}

/**
 * Joins hash for the rest of the transaction, and never go row by row.
 *
 * Rows that this transaction wrote have no statistics: the planner takes them for one, and a nested loop over 20,000 of
 * them took minutes instead of a second; sorting both sides for a merge takes three times as long as hashing one.
 * Whoever calls this keeps both sides of each join small by their indexes.
 */
export async function joinByHash(tx: OrgTransaction): Promise<void> {
  await tx.client.query('set local enable_nestloop = off; set local enable_mergejoin = off');
}

/**
 * Called before the first chunk of an operation and before the second, when the tables it fills have their first rows.
 *
 * PostgreSQL looks at a table by itself only once a minute; until then a new organization counts for one row and any
 * index that begins with its id seems as good as another: undoing an import of 20,000 people read all of them for each
 * foreign key of each person. The run-time role may do this from PostgreSQL 17 on; before, the server
 * refuses with a warning, and its own minute is waited for.
 */
export async function refreshStatistics(engine: Engine, orgId: string, operationId: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await getOperation(tx, operationId);
    const fills = planCounts(operation).writes.some(({ action }) => action === 'insert');
    if (operation.total_items <= MANY_ROWS || operation.chunks_done > (fills ? 1 : 0)) return;
    // Whoever else does it at this moment does it for us as well.
    const [mine] = await rows(
      tx,
      sql<{ ok: boolean }>`select pg_try_advisory_xact_lock(hashtext('refresh statistics')) as ok`,
    );
    if (mine?.ok !== true) return;
    for (const entity of [
      ...touchedEntities(engine.entities, operation),
      ...(await unknownChildren(tx, engine.entities, operation)),
    ]) {
      await rows(tx, sql`analyze ${table(entity)} (${sql.join(keyColumns(entity).map((name) => sql.ref(name)))})`);
    }
  });
}

/**
 * Called before the plan of a file is made. Rows that were just staged count for none: the planner then built its hashes
 * of the file and not of the people that it is compared with, and took half as long again. A small sample says enough.
 */
export async function countStagedRows(engine: Engine, orgId: string, operationId: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await getOperation(tx, operationId);
    if (fileInput(operation).rows <= MANY_ROWS) return;
    const partition = partitionOf('staging', operationId);
    const [found] = await rows(tx, sql`select where to_regclass(${partition}) is not null`);
    if (found === undefined) return;
    await tx.client.query('set local default_statistics_target = 10');
    await rows(tx, sql`analyze ${sql.table(partition)} (org_id, operation_id, row_no)`);
  });
}

/**
 * Tables that are asked about each deleted row and that the planner knows nothing of. Most are empty in a new
 * organization: known to be empty, they answer in a fifth less time.
 */
async function unknownChildren(tx: OrgTransaction, entities: Entities, operation: Operation): Promise<Entity[]> {
  const parents = touchedEntities(entities, operation, ['delete']).map(({ name }) => name);
  if (parents.length === 0) return [];
  const unknown = await rows(
    tx,
    sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = current_schema::regnamespace and relkind = 'r' and reltuples < 0`,
  );
  const names = new Set(unknown.map(({ name }) => name));
  return entities.filter(
    (child) =>
      names.has(child.table) && Object.values(child.references ?? {}).some((parent) => parents.includes(parent)),
  );
}

function keyColumns(entity: Entity): string[] {
  return ['org_id', 'id', ...Object.keys(entity.keys ?? {}), ...Object.keys(entity.references ?? {})];
}
