/** The statements that make `after` true: one per entity and action, generated from the registry. */
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import {
  columnNames,
  columnTypes,
  table,
  type Entities,
  type Entity,
  getEntity,
  type Counter,
  type PartOf,
} from '../../db/entity.ts';
import type { Engine } from '../engine.ts';
import { goesFirst } from '../foresee/keys.ts';
import type { Operation } from '../operation.ts';
import { freeHandedOn } from './hand-on.ts';
import { inRange, touchedIds, type ItemRange } from './range.ts';
import { type PlanWrites, planCounts, touchedEntities } from '../operation.ts';

/**
 * Inserts parents first, then updates, then deletes children first. Before all of that go values that are handed on, rows
 * that nobody refers to, and rows of which one has to end before the next begins. Runs within the caller's transaction, after
 * the rows to be changed were locked and compared; throws what the database refuses.
 */
export async function writeChanges(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
  range: ItemRange,
): Promise<void> {
  const { entities } = engine;
  const { writes } = planCounts(operation);
  const has = (entity: Entity, action: PlanWrites['action']): boolean =>
    writes.some((write) => write.entity === entity.name && write.action === action);
  const update = async (entity: Entity): Promise<void> => {
    if (has(entity, 'update')) await rows(tx, updateRows(tx.orgId, entity, range));
  };
  const remove = async (entity: Entity): Promise<void> => {
    if (has(entity, 'delete')) await deleteRows(tx, entity, range);
  };
  const early = entities.filter((entity) => entity.endsFirst === true);
  const usual = entities.filter((entity) => entity.endsFirst !== true);
  const leaving = entities.filter((entity) => goesFirst(entities, entity));
  for (const entity of operation.hands_on ? touchedEntities(entities, operation) : [])
    await freeHandedOn(tx, engine, entity, range);
  for (const entity of leaving.toReversed()) await remove(entity);
  for (const entity of early) await update(entity);
  for (const entity of entities) if (has(entity, 'insert')) await rows(tx, insertRows(tx.orgId, entity, range));
  for (const entity of usual) await update(entity);
  for (const entity of entities.toReversed()) if (!leaving.includes(entity)) await remove(entity);
  for (const entity of touchedEntities(entities, operation)) {
    if (entity.counter !== undefined) await keepCounter(tx, entities, entity, entity.counter, range);
    if (entity.partOf?.isEditOfWhole === true) await moveVersionOfWhole(tx, entities, entity, entity.partOf, range);
  }
}

function ofEntity(orgId: string, range: ItemRange, entity: Entity, action: string): RawBuilder<unknown> {
  return sql`${inRange(orgId, range)} and c.entity = ${entity.name} and c.action = ${action}`;
}

/**
 * A row that comes back goes on counting its versions: one that was seen before it was deleted stays out of date. With
 * the row its rights were lost.
 */
function insertRows(orgId: string, entity: Entity, range: ItemRange): RawBuilder<unknown> {
  const columns = Object.keys(entity.columns);
  const { rights } = entity;
  const version = sql`(c.after ->> 'version')::bigint`;
  return sql`
    insert into ${table(entity)} (org_id, id, ${sql.join(columns.map((name) => sql.ref(name)))}, created_at, version
      ${rights === undefined ? sql`` : sql`, ${sql.ref(rights.column)}`})
    select c.org_id, c.entity_id, ${sql.join(columns.map((name) => sql.ref(`r.${name}`)))}, coalesce(r.created_at, now()),
      coalesce(${version}, 1) ${rights === undefined ? sql`` : sql`, coalesce(${version}, 0)`}
    from changes c cross join lateral jsonb_to_record(c.after) as r(${columnTypes(entity)})
    where ${ofEntity(orgId, range, entity, 'insert')}`;
}

function updateRows(orgId: string, entity: Entity, range: ItemRange): RawBuilder<unknown> {
  const values = columnNames(entity).map(
    (name) =>
      sql`${sql.ref(name)} = case when n.after ? ${sql.lit(name)} then ${sql.ref(`n.${name}`)} else ${sql.ref(`e.${name}`)} end`,
  );
  const { rights } = entity;
  if (rights !== undefined) {
    const kept = sql.ref(`e.${rights.column}`);
    const areLost = rights.areLost('e', sql`n.after`);
    values.push(sql`${sql.ref(rights.column)} = case when ${areLost} then e.version + 1 else ${kept} end`);
  }
  return sql`
    with n as materialized (
      select c.entity_id, c.version_read, c.after, r.*
      from changes c cross join lateral jsonb_to_record(c.after) as r(${columnTypes(entity)})
      where ${ofEntity(orgId, range, entity, 'update')})
    update ${table(entity)} e set ${sql.join(values)}, version = e.version + 1, updated_at = now()
    from n where e.org_id = ${orgId} and e.id = n.entity_id and e.version = n.version_read
      and e.id = any(${touchedIds(orgId, range, entity)})`;
}

/**
 * Deletes with plans that are made once: PostgreSQL asks every table that refers to this one about each deleted row, and
 * where such a table is large it made its plan anew each time, which took six times as long as the question itself.
 */
async function deleteRows(tx: OrgTransaction, entity: Entity, range: ItemRange): Promise<void> {
  await tx.client.query('set local plan_cache_mode = force_generic_plan');
  await rows(
    tx,
    sql`
    delete from ${table(entity)} e using changes c
    where e.org_id = ${tx.orgId} and e.id = c.entity_id and e.version = c.version_read and ${ofEntity(tx.orgId, range, entity, 'delete')}
      and e.id = any(${touchedIds(tx.orgId, range, entity)})`,
  );
  await tx.client.query('set local plan_cache_mode to default');
}

/**
 * Counts anew for every parent that a change of the range touches. The parents are locked first, in a statement of its
 * own, so that the count sees what others committed before us. A constraint on the number makes overselling fail here.
 * The parent's version stays: a seat taken is no edit of the batch.
 */
async function keepCounter(
  tx: OrgTransaction,
  entities: Entities,
  entity: Entity,
  counter: Counter,
  range: ItemRange,
): Promise<void> {
  const parent = getEntity(entities, counter.parent);
  const via = sql.ref(`e.${counter.via}`);
  const locked = await rows(
    tx,
    sql<{ id: string }>`
    select p.id from ${table(parent)} p
    where p.org_id = ${tx.orgId} and p.id in (
      select coalesce(${via}, (c.before ->> ${counter.via})::uuid) from changes c
      left join ${table(entity)} e on e.org_id = ${tx.orgId} and e.id = c.entity_id
      where ${inRange(tx.orgId, range)} and c.entity = ${entity.name}
      union select (c.before ->> ${counter.via})::uuid from changes c where ${inRange(tx.orgId, range)} and c.entity = ${entity.name})
    order by p.id for no key update`,
  );
  await rows(
    tx,
    sql`
    update ${table(parent)} p set ${sql.ref(counter.column)} = counted.number
    from (
      select wanted.id, count(e.id) as number from unnest(${locked.map((row) => row.id)}::uuid[]) wanted(id)
      left join ${table(entity)} e on e.org_id = ${tx.orgId} and ${via} = wanted.id and e.status = any(${[...counter.statuses]}::text[])
      group by wanted.id) counted
    where p.org_id = ${tx.orgId} and p.id = counted.id and ${sql.ref(`p.${counter.column}`)} <> counted.number`,
  );
}

/**
 * Moves the version of every whole of which the range inserts or deletes a part, once, so that who decided on what it
 * was before is told. The wholes are locked in the order of their ids, so that two chunks never wait for each other.
 */
async function moveVersionOfWhole(
  tx: OrgTransaction,
  entities: Entities,
  entity: Entity,
  { entity: whole, column }: PartOf,
  range: ItemRange,
): Promise<void> {
  const of = table(getEntity(entities, whole));
  await rows(
    tx,
    sql`
    with touched as (
      select w.id from ${of} w
      where w.org_id = ${tx.orgId} and w.id in (
        select (coalesce(c.after, c.before) ->> ${column})::uuid from changes c
        where ${inRange(tx.orgId, range)} and c.entity = ${entity.name} and c.action <> 'update')
      order by w.id for no key update)
    update ${of} w set version = w.version + 1, updated_at = now()
    from touched where w.org_id = ${tx.orgId} and w.id = touched.id`,
  );
}
