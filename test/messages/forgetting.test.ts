/** Old messages are deleted: what was settled long ago and nothing else. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inOrg, rows } from '../../packages/server/src/db/database.ts';
import { forgetOldMessages } from '../../packages/server/src/worker/forget-messages.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, query, testEngine, type School } from '../fixtures/school.ts';

const NOW = new Date('2027-06-01T12:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

/** `count` messages written and settled so many days ago. */
async function messages(
  school: School,
  status: string,
  { written, settled = written, count = 1 }: { written: number; settled?: number; count?: number },
): Promise<void> {
  await query(
    school,
    sql`
    insert into outbox (org_id, id, topic, status, created_at, next_attempt_at)
    select ${school.orgId}, gen_random_uuid(), ${`${status} ${String(written)} ${String(settled)}`}, ${status}, ${daysAgo(written)}, ${daysAgo(settled)}
    from generate_series(1, ${count}::int)`,
  );
}

async function topics(school: School): Promise<string[]> {
  const kept = await query(school, sql<{ topic: string }>`select topic from outbox order by topic`);
  return kept.map(({ topic }) => topic);
}

it('messages delivered, dropped or given up are deleted 90 days later, and those that wait never', async () => {
  const school = await aSchool(database, { name: 'One' });
  for (const status of ['delivered', 'dropped', 'failed', 'waiting']) {
    await messages(school, status, { written: 91 });
    await messages(school, status, { written: 89 });
    await messages(school, status, { written: 200, settled: 89 });
  }
  await forgetOldMessages(database, NOW);
  const kept = ['delivered', 'dropped', 'failed', 'waiting'].flatMap((status) => [
    `${status} 200 89`,
    `${status} 89 89`,
  ]);
  expect(await topics(school)).toEqual([...kept, 'waiting 91 91'].sort());
});

it('many are deleted bit by bit, in every organization, also by several workers at once', async () => {
  const schools = [await aSchool(database, { name: 'Two' }), await aSchool(database, { name: 'Three' })];
  for (const school of schools) {
    await messages(school, 'delivered', { written: 100, count: 2_500 });
    await messages(school, 'delivered', { written: 10 });
  }
  await Promise.all([1, 2, 3].map(() => forgetOldMessages(database, NOW)));
  for (const school of schools) expect(await topics(school)).toEqual(['delivered 10 10']);
});

it('a worker that is told to stop leaves the rest for later', async () => {
  const school = await aSchool(database, { name: 'Four' });
  await messages(school, 'delivered', { written: 100 });
  await forgetOldMessages(database, NOW, AbortSignal.abort());
  expect(await topics(school)).toHaveLength(1);
});

it('a worker does it by itself', async () => {
  const school = await aSchool(database, { name: 'Five' });
  await messages(school, 'failed', { written: 100 });
  const worker = await startWorker({ engine: testEngine(database, () => NOW), database, log: () => undefined });
  const left = () =>
    inOrg(database, school.orgId, (tx) => rows(tx, sql`select from outbox where org_id = ${school.orgId}`));
  await expect.poll(async () => (await left()).length, { timeout: 10_000 }).toBe(0);
  await worker.stop();
});
