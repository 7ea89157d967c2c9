/** A small school, and what must be true of it whatever happens. */
import { sql } from 'kysely';
import { expect } from 'vitest';
import { inOrg, rows, type Database } from '../../packages/server/src/db/database.ts';
import { newId } from '../../packages/server/src/db/ids.ts';
import { ENTITIES } from '../../packages/server/src/school/entities.ts';
import { aPopulatedSchool, type PopulatedSchool } from '../fixtures/populated-school.ts';
import { aPerson, query } from '../fixtures/school.ts';
import { snapshot, type Row, type Snapshot } from '../fixtures/snapshot.ts';

export interface World {
  readonly school: PopulatedSchool;
  readonly courseId: string;
  /** Of 3 seats, of 5, and of as many as there are. */
  readonly batchIds: readonly string[];
  readonly teacherIds: readonly string[];
  /** What every row is by what the changes said, by entity and id; of made rows the columns that were given. */
  readonly model: Map<string, Row>;
  /** Items that the model has taken in. */
  readonly taken: Set<string>;
}

export async function aWorld(database: Database): Promise<World> {
  const school = await aPopulatedSchool(database);
  const { orgId } = school;
  const [courseId, batchIds] = [newId(), [newId(), newId(), newId()]];
  const second = await aPerson(database, orgId, { name: 'Second Teacher', roles: ['teacher'] });
  const teacherIds = [school.teacherId, second.userId ?? ''];
  await inOrg(database, orgId, async (tx) => {
    await rows(tx, sql`insert into courses (org_id, id, title) values (${orgId}, ${courseId}, 'Algebra')`);
    await rows(
      tx,
      sql`
      insert into batches (org_id, id, name, course_id, capacity, status)
      select ${orgId}, id, 'Batch ' || n, ${courseId}, (array[3, 5, null])[n], 'active'
      from unnest(${batchIds}::uuid[]) with ordinality b(id, n)`,
    );
    await rows(
      tx,
      sql`
      insert into batch_teachers (org_id, id, batch_id, teacher_id, is_lead)
      select ${orgId}, gen_random_uuid(), id, ${teacherIds[0]}, true from unnest(${batchIds}::uuid[]) id`,
    );
  });
  const model = rowsByEntity(await snapshot(database, orgId, []));
  return { school, courseId, batchIds, teacherIds, model, taken: new Set() };
}

const STORED = ENTITIES.filter((entity) => entity.isKept !== true);

function rowsByEntity(held: Snapshot): Map<string, Row> {
  const found = STORED.flatMap(({ name, table, columns }) =>
    Object.entries(held[table] ?? {}).map(([id, row]): [string, Row] => {
      const own = Object.entries(row).filter(([column]) => column in columns);
      return [`${name} ${id}`, Object.fromEntries(own)];
    }),
  );
  return new Map(found);
}

interface Written {
  readonly item: string;
  /** Null of an item that wrote nothing. */
  readonly entity: string | null;
  readonly entity_id: string | null;
  readonly action: string | null;
  readonly after: Row | null;
}

/** Holds what the rows are against what the changes of all items that are done said, in the order in which they were done. */
export async function expectReplayed({ school, model, taken }: World): Promise<void> {
  const written = await query(
    school,
    sql<Written>`
      select i.operation_id || ' ' || i.item_no as item, c.entity, c.entity_id, c.action, c.after
      from operation_items i left join changes c on c.org_id = i.org_id and c.operation_id = i.operation_id and c.item_no = i.item_no
      where i.org_id = ${school.orgId} and i.status = 'success'`,
  );
  const news = written.filter(({ item }) => !taken.has(item));
  // Of one chunk the rows that go are gone before others take their place.
  for (const change of news.filter((one) => one.action === 'delete')) model.delete(keyOf(change));
  for (const change of news.filter((one) => one.action !== 'delete' && one.entity !== null)) {
    model.set(keyOf(change), { ...model.get(keyOf(change)), ...change.after });
  }
  for (const { item } of news) taken.add(item);
  const present = rowsByEntity(await snapshot(school.engine.database, school.orgId, []));
  expect([...present.keys()].sort()).toEqual([...model.keys()].sort());
  for (const [key, row] of model) {
    const said = Object.fromEntries(Object.entries(row).filter(([column]) => column !== 'version'));
    expect({ key, row: present.get(key) }).toEqual({ key, row: expect.objectContaining(said) });
  }
}

function keyOf({ entity, entity_id: id }: Written): string {
  return `${String(entity)} ${String(id)}`;
}

/** Numbers that are kept beside rows, and what only one row may be. */
export async function expectSound({ school }: World): Promise<void> {
  const miscounted = await query(
    school,
    sql`
      select b.name, b.enrolled_students, count(e.id) as active from batches b
      left join enrollments e on e.org_id = b.org_id and e.batch_id = b.id and e.status = 'active'
      where b.org_id = ${school.orgId} group by b.id, b.name, b.enrolled_students having b.enrolled_students <> count(e.id)`,
  );
  expect(miscounted).toEqual([]);
  const twice = await query(
    school,
    sql`select student_id from mentorships where org_id = ${school.orgId} and ended_at is null group by 1 having count(*) > 1`,
  );
  expect(twice).toEqual([]);
  const uncounted = await query(
    school,
    sql`
      select o.name, o.status, o.processed_items, count(i.item_no) as ended from operations o
      left join operation_items i on i.org_id = o.org_id and i.operation_id = o.id and i.status in ('success', 'failed', 'skipped')
      where o.org_id = ${school.orgId} and o.started_at is not null
      group by o.id, o.name, o.status, o.processed_items, o.successful_items, o.failed_items, o.skipped_items
      having o.processed_items <> count(i.item_no) or o.processed_items <> o.successful_items + o.failed_items + o.skipped_items`,
  );
  expect(uncounted).toEqual([]);
}

/** Each row that an operation wrote is reversed by the plan of its undo, or named as kept. */
export async function expectAccountedFor({ school }: World, undoId: string): Promise<void> {
  const unaccounted = await query(
    school,
    sql`
      with undo as (select id, undo_of from operations where org_id = ${school.orgId} and id = ${undoId})
      select c.entity, c.entity_id, u.action, u.code from undo
      join operation_items i on i.org_id = ${school.orgId} and i.operation_id = undo.undo_of and i.status = 'success'
      join changes c on c.org_id = ${school.orgId} and c.operation_id = undo.undo_of and c.item_no = i.item_no
      left join operation_items u on u.org_id = ${school.orgId} and u.operation_id = undo.id and u.row_no = i.item_no
      left join changes r on r.org_id = ${school.orgId} and r.operation_id = undo.id and r.item_no = u.item_no
        and r.entity = c.entity and r.entity_id = c.entity_id
      cross join lateral (select
        coalesce(u.detail -> 'stays' ? c.entity_id::text, false) as stays,
        coalesce(u.detail -> 'retires' ? c.entity_id::text, false) as retires) told
      where case
        when u.item_no is null then true
        when u.action in ('skip', 'error') then r.entity_id is not null
        when told.retires then r.entity_id is null
        else told.stays = (r.entity_id is not null) end`,
  );
  expect(unaccounted).toEqual([]);
}
