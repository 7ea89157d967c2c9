/**
 * A database of an earlier release, with work in flight, brought to the present schema.
 *
 * `at-0012.sql` is what the release with migration 0012 left when it was stopped: people imported and done; half of the undo
 * of a change of eight; an import paused in the middle, of which six rows are merely unchanged; one in the middle; a change
 * that is scheduled; a plan that nobody confirmed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connect } from '../../packages/server/src/db/connect.ts';
import type { Database } from '../../packages/server/src/db/database.ts';
import { describeSchema } from '../../packages/server/src/db/describe-schema.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { inOrg, one } from '../../packages/server/src/db/database.ts';
import { resume } from '../../packages/server/src/engine/verbs/steer.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';
import { startWorker, type Worker } from '../../packages/server/src/worker/worker.ts';
import { findActor } from '../../packages/server/src/tenancy/actor.ts';
import { onDatabase, onServer } from '../fixtures/database-url.ts';
import { query, run, testEngine, work, type School } from '../fixtures/school.ts';
import { until } from '../fixtures/until.ts';

const MIGRATIONS = join(import.meta.dirname, '../../packages/server/src/db/migrations');
const LAST_OF_OLD = '0012_codes_that_tell.sql';

const name = `test_${randomBytes(6).toString('hex')}`;
const ownerUrl = onDatabase(inject('ownerUrl'), name);
let database: Database;
let school: School;
let worker: Worker;

beforeAll(async () => {
  await onServer(inject('ownerUrl'), `create database ${name} template template0`);
  await fillAsOld();
  await migrate({ ownerUrl, appPassword: new URL(inject('appUrl')).password });
  await asOwner(await readFile(join(import.meta.dirname, 'at-0012-jobs.sql'), 'utf8'));
  database = await connect({ url: onDatabase(inject('appUrl'), name) });
  school = await theSchool();
  worker = await startWorker({ engine: school.engine, database, log: () => undefined });
});
afterAll(async () => {
  await worker.stop();
  await database.close();
  await onServer(inject('ownerUrl'), `drop database ${name} with (force)`);
});

async function asOwner(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Runs the migrations that there were, and puts the rows in. */
async function fillAsOld(): Promise<void> {
  const { readdir } = await import('node:fs/promises');
  const files = (await readdir(MIGRATIONS)).filter((file) => file <= LAST_OF_OLD).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(MIGRATIONS, file), 'utf8')));
  const partitions = ['operation_items', 'changes', 'events', 'staging'].map(
    (table) => `create table ${table}_default partition of ${table} default`,
  );
  await asOwner(
    'create table schema_migrations (name text primary key, run_at timestamptz not null default now())',
    ...texts,
    ...files.map((file) => `insert into schema_migrations (name) values ('${file}')`),
    ...partitions,
    // The rows are those of one moment, in the order of their tables' names.
    'set session_replication_role = replica',
    await readFile(join(import.meta.dirname, 'at-0012.sql'), 'utf8'),
  );
}

async function theSchool(): Promise<School> {
  const { rows: orgs } = await database.pool.query<{ id: string }>(
    "select id from orgs where name = 'Before the upgrade'",
  );
  const orgId = orgs[0]?.id ?? '';
  return inOrg(database, orgId, async (tx) => {
    const { account_id: accountId } = await one(
      tx,
      sql<{
        account_id: string;
      }>`select account_id from users where org_id = ${orgId} and 'subscriber_admin' = any(roles)`,
    );
    const admin = await findActor(tx, accountId);
    if (admin === null) throw new Error('The admin of the old release cannot sign in.');
    return { orgId, engine: testEngine(database), admin };
  });
}

interface Found {
  readonly id: string;
  readonly status: string;
  readonly rollback_status: string;
  readonly total_items: number;
  readonly processed_items: number;
  readonly successful_items: number;
  readonly skipped_items: number;
  readonly failed_items: number;
}

const operations = (condition: ReturnType<typeof sql>): Promise<Found[]> =>
  query(school, sql<Found>`select * from operations where org_id = ${school.orgId} and ${condition}`);

async function theOperation(condition: ReturnType<typeof sql>): Promise<Found> {
  const [found] = await operations(condition);
  if (found === undefined) throw new Error('The old release left no such operation.');
  return found;
}

const ended = (condition: ReturnType<typeof sql>) =>
  until('the operation ends', async () => {
    const found = await theOperation(condition);
    return ['completed', 'failed', 'cancelled'].includes(found.status) ? found : null;
  });

it('has the schema of a new one', async () => {
  expect(await describeSchema(ownerUrl)).toEqual(
    await describeSchema(onDatabase(inject('ownerUrl'), 'muster_template')),
  );
});

it('goes on with the undo that was half done, to the end', async () => {
  const undone = await ended(sql`kind = 'undo'`);
  expect(undone).toMatchObject({ status: 'completed', total_items: 8, processed_items: 8, successful_items: 8 });
  expect(await theOperation(sql`name = 'Grades'`)).toMatchObject({ rollback_status: 'rolled_back' });
  expect(await query(school, sql`select from users where org_id = ${school.orgId} and grade_level = '7'`)).toEqual([]);
});

it('goes on with the import that was in the middle, and counts what its plan skips once', async () => {
  const done = await ended(sql`kind = 'user_import' and total_items = 12 and skipped_items > 0`);
  expect(done).toMatchObject({ processed_items: 12, successful_items: 10, skipped_items: 2, failed_items: 0 });
});

it('goes on with the paused import once it is resumed, and counts what its plan skips once', async () => {
  const paused = await theOperation(sql`total_items = 16`);
  expect(paused.status).toBe('paused');
  await resume({ engine: school.engine, actor: school.admin }, paused.id);
  const done = await ended(sql`total_items = 16`);
  expect(done).toMatchObject({ processed_items: 16, successful_items: 10, skipped_items: 6, failed_items: 0 });
  const people = await query(
    school,
    sql`select count(*) as n, count(distinct external_id) as different from users where external_id like 'p%'`,
  );
  expect(people).toEqual([{ n: 32, different: 32 }]);
});

it('begins what was scheduled when it is due', async () => {
  await asOwner(`update operations set scheduled_at = now() - interval '1 minute' where name = 'Later'`);
  expect(await ended(sql`name = 'Later'`)).toMatchObject({ status: 'completed', successful_items: 2 });
  expect(await query(school, sql`select from users where status = 'suspended'`)).toHaveLength(2);
});

it('runs what was planned and not confirmed after it is looked at again, and takes back what the old release did', async () => {
  const waiting = await theOperation(sql`name = 'Waiting'`);
  expect(await run(school, waiting.id)).toMatchObject({ status: 'completed', successful_items: 4 });
  const running = await ended(sql`kind = 'user_import' and total_items = 12 and skipped_items > 0`);
  const back = await undo({ engine: school.engine, actor: school.admin }, running.id, {});
  expect(await work(school, back.id)).toMatchObject({ status: 'completed', successful_items: 10 });
  expect(await query(school, sql`select from users where external_id in ('p30', 'p35', 'p39')`)).toEqual([]);
});
