/** Which items of an operation somebody sees is one rule, however it is looked up. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { getVisible, runNow, type Asked, type Operation } from '../../packages/server/src/engine/index.ts';
import { countHidden, countItems, listChanges, listItems } from '../../packages/server/src/engine/report.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPerson, aSchool, aUnit, type School } from '../fixtures/school.ts';

let database: TestDatabase;
let school: School;
let units: string[];
let operation: Operation;
beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
  units = [await aUnit(database, school.orgId, 'north'), await aUnit(database, school.orgId, 'south')];
  // Nobody is the subject of an item: what is changed says whose it is.
  const edits = [0, 1, 1, 0, 1].map((at, n) => ({
    action: 'create',
    values: { name: `Room ${String(n + 1)}`, unit_id: units[at] },
  }));
  const params = { entity: 'classroom', edits };
  ({ operation } = await runNow(
    { engine: school.engine, actor: school.admin },
    { kind: 'edit_record', name: 'Rooms', params },
  ));
});
afterAll(() => database.drop());

/** What one transaction shows, asked in this order. */
async function shown(actor: Actor, isReadOnly: boolean): Promise<unknown> {
  return inOrg(
    database,
    school.orgId,
    async (tx) => {
      const asked: Asked = { tx, engine: school.engine, actor };
      const { id } = await getVisible(asked, operation.id);
      const items = await listItems(asked, id, { limit: 10 });
      const later = await listItems(asked, id, { limit: 10, after: 1 });
      const changes = await listChanges(asked, id, [1, 2, 3, 4, 5]);
      const total = await countItems(asked, id, {});
      const hidden = await countHidden(asked, id);
      const numbers = [items, later, changes].map((list) => list.map((one) => one.item_no));
      return [...numbers, total, hidden];
    },
    { isReadOnly },
  );
}

it.each([true, false])('of a read (%s) the items within reach are the same', async (isReadOnly) => {
  const of = (unitId: string | undefined) =>
    aPerson(database, school.orgId, { name: 'Te Ad', roles: ['teacher_admin'], ...(unitId && { unitId }) });
  expect(await shown(await of(units[0]), isReadOnly)).toEqual([[1, 4], [4], [1, 4], 2, 3]);
  expect(await shown(await of(units[1]), isReadOnly)).toEqual([[2, 3, 5], [2, 3, 5], [2, 3, 5], 3, 2]);
  expect(await shown(school.admin, isReadOnly)).toEqual([[1, 2, 3, 4, 5], [2, 3, 4, 5], [1, 2, 3, 4, 5], 5, 0]);
  const elsewhere = await of(await aUnit(database, school.orgId, `west ${String(isReadOnly)}`));
  await expect(shown(elsewhere, isReadOnly)).rejects.toMatchObject({ code: 'not_found' });
  const teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
  await expect(shown(teacher, isReadOnly)).rejects.toMatchObject({ code: 'not_found' });
});
