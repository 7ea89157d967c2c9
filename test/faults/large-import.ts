/** An import that takes a while, and what must be true when it has ended, whatever happened meanwhile. */
import { sql } from 'kysely';
import { expect } from 'vitest';
import { LIMITS } from '@muster/contract';
import { query, stagedImport, type School } from '../fixtures/school.ts';
import { queued, read, setColumns } from '../fixtures/stepwise.ts';

/** Small enough that a kill often meets a chunk half done. */
const CHUNK_ITEMS = 200;

/** @returns the id of a confirmed import of new people, all of them still to be written. */
export async function largeImport(school: School, rowCount: number): Promise<string> {
  const lines = Array.from({ length: rowCount }, (_, at) => `p${at},Given ${at},Family ${at}\n`);
  const { id } = await stagedImport(school, `external_id,given_name,family_name\n${lines.join('')}`);
  await setColumns(school, id, sql`chunk_items = ${Math.min(CHUNK_ITEMS, LIMITS.chunkItemsMax)}`);
  await queued(school, id);
  return id;
}

/** Every planned row is there once, was written once, and every item has one result. */
export async function expectExactly(school: School, operationId: string, rowCount: number): Promise<void> {
  expect(await read(school, operationId)).toMatchObject({
    status: 'completed',
    total_items: rowCount,
    processed_items: rowCount,
    successful_items: rowCount,
  });
  const [written] = await query(
    school,
    sql`
    select count(*) as people, count(distinct external_id) as different, max(version) as version from users where external_id like 'p%'`,
  );
  expect(written).toEqual({ people: rowCount, different: rowCount, version: 1 });
  const [planned] = await query(
    school,
    sql`
    select count(*) as rows from changes c join users u on u.org_id = c.org_id and u.id = c.entity_id
      and u.external_id = c.after ->> 'external_id' and u.display_name = c.after ->> 'display_name'
    where c.operation_id = ${operationId}`,
  );
  expect(planned).toEqual({ rows: rowCount });
  expect(
    await query(
      school,
      sql`select status, count(*) as n from operation_items where operation_id = ${operationId} group by 1`,
    ),
  ).toEqual([{ status: 'success', n: rowCount }]);
  // Each chunk that was committed says how far it came: none was counted twice.
  const [chunks] = await query(
    school,
    sql`
    select count(*) as n, count(distinct payload ->> 'processed') as different from events
    where operation_id = ${operationId} and name = 'operation.processing.progress'`,
  );
  expect(chunks).toEqual({ n: rowCount / CHUNK_ITEMS, different: rowCount / CHUNK_ITEMS });
}
