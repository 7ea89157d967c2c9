/** What keeps organizations apart is in the schema, for every table there is and will be. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeSchema, tableTypes } from '../../packages/server/src/db/describe-schema.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';

/**
 * Belong to no organization. Whoever adds one says here why, and keeps it small. Where an account was signed in to from is
 * asked before an organization is known.
 */
const GLOBAL_TABLES = ['account_addresses', 'accounts', 'orgs', 'schema_migrations', 'sessions', 'sign_in_failures'];
/** Written by COPY, which row level security forbids: the run-time role may only insert and reads through a view. */
const WITHOUT_POLICY = ['staging'];

let database: TestDatabase;
let owner: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

it('every table belongs to an organization, but for a few that are known', async () => {
  expect(await names(`${TABLES} and not ${HAS_ORG}`)).toEqual(GLOBAL_TABLES);
});

it('no table of an organization goes without its number [MA-051]', async () => {
  const nullable = `exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attnotnull)`;
  expect(await names(`${TABLES} and ${nullable}`)).toEqual([]);
});

it('row level security is on, not forced, and its policy is the organization of the transaction and nothing else', async () => {
  expect(await names(`${TABLES} and ${HAS_ORG} and not c.relrowsecurity`)).toEqual(WITHOUT_POLICY);
  expect(await names(`${TABLES} and c.relforcerowsecurity`)).toEqual([]);
  const policies = await owner.query<{
    table: string;
    cmd: string;
    qual: string;
    with_check: string | null;
    permissive: string;
  }>(
    "select tablename as table, cmd, qual, with_check, permissive from pg_policies where schemaname = 'public' order by 1",
  );
  const condition = "(org_id = (current_setting('app.org_id'::text))::uuid)";
  for (const policy of policies.rows) {
    expect(policy).toMatchObject({ cmd: 'ALL', qual: condition, with_check: null, permissive: 'PERMISSIVE' });
  }
  const guarded = await names(`${TABLES} and ${HAS_ORG} and c.relrowsecurity`);
  expect(policies.rows.map((policy) => policy.table)).toEqual(guarded);
});

it('the run-time role is neither owner nor superuser, and cannot walk past the policies', async () => {
  const { rows } = await database.pool.query(
    'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user',
  );
  expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false }]);
  const { rows: owned } = await database.pool.query('select from pg_tables where tableowner = current_user');
  expect(owned).toEqual([]);
});

it('primary and unique keys begin with the organization', async () => {
  const { rows } = await owner.query<{ index: string }>(`
    select i.indexrelid::regclass::text as index from pg_index i join pg_class c on c.oid = i.indrelid
    where ${OURS} and ${HAS_ORG} and i.indisunique
      and pg_get_indexdef(i.indexrelid, 1, true) <> 'org_id' order by 1`);
  expect(rows).toEqual([]);
  expect(
    await names(`${TABLES} and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`),
  ).toEqual([]);
});

it('a foreign key between rows of organizations carries the organization on both sides', async () => {
  const { rows } = await owner.query<{ name: string; columns: string[]; target: string; target_columns: string[] }>(`
    select k.conname as name, k.confrelid::regclass::text as target,
      (select array_agg(a.attname::text order by n) from unnest(k.conkey) with ordinality u(num, n) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num) as columns,
      (select array_agg(a.attname::text order by n) from unnest(k.confkey) with ordinality u(num, n) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num) as target_columns
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype = 'f' and ${OURS} and ${HAS_ORG} order by 1`);
  expect(rows.length).toBeGreaterThan(30);
  const isComposite = (key: (typeof rows)[number]): boolean =>
    key.columns[0] === 'org_id' && /^org_id,(?:staff_)?id/.test(String(key.target_columns));
  // Global tables are few and are the leaves of the keys.
  const targets = new Set(rows.filter((key) => !isComposite(key)).map((key) => key.target));
  expect([...targets].sort()).toEqual(['accounts', 'orgs']);
});

it('foreign keys do nothing but refuse or cascade, and no global table refers to a row of an organization', async () => {
  expect(
    await names(`${TABLES} and exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
      and (k.confdeltype not in ('a', 'r', 'c') or k.confupdtype <> 'a'))`),
  ).toEqual([]);
  expect(
    await names(`${TABLES} and exists (select from pg_constraint k
      join pg_attribute a on a.attrelid = k.confrelid and a.attname = 'org_id'
      where k.conrelid = c.oid and k.contype = 'f' and k.confdeltype not in ('r', 'c'))`),
  ).toEqual([]);
  expect(
    await names(`${TABLES} and not ${HAS_ORG} and exists (select from pg_constraint k
      join pg_attribute a on a.attrelid = k.confrelid and a.attname = 'org_id' where k.conrelid = c.oid and k.contype = 'f')`),
  ).toEqual([]);
});

it('no logic hides in triggers, no id comes from a sequence, and nothing is unlogged', async () => {
  const { rows: triggers } = await owner.query(
    `select t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and ${OURS}`,
  );
  expect(triggers).toEqual([]);
  expect(
    await names(`${TABLES} and exists (select from pg_attribute a where a.attrelid = c.oid and a.attidentity <> '')`),
  ).toEqual([]);
  expect(await names(`c.relkind = 'S' and ${OURS}`)).toEqual([]);
  expect(await names(`${TABLES} and c.relpersistence <> 'p'`)).toEqual([]);
});

it('constraints have names of our own', async () => {
  const { rows } = await owner.query<{ name: string }>(`
    select k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid
    where ${OURS} and k.contype <> 'n' and c.relname <> 'schema_migrations'
      and k.conname !~ ('^' || c.relname || '_[a-z_]+(key|pkey|fkey|check)$|^' || c.relname || '_(pkey|[a-z_]*check)$')`);
  expect(rows).toEqual([]);
});

it('partitions cannot be reached around their parent', async () => {
  const { rows } = await owner.query(`
    select c.relname from pg_class c where c.relispartition and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and has_table_privilege('muster_app', c.oid, 'select, insert, update, delete')`);
  expect(rows).toEqual([]);
});

it('the committed description of the schema and the table types are those of the migrated database', async () => {
  const committed = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
  expect(await describeSchema(database.ownerUrl)).toBe(committed('docs/reference/schema.txt'));
  expect(await tableTypes(database.ownerUrl)).toBe(committed('packages/server/src/db/tables.ts'));
});

const OURS = "c.relnamespace = 'public'::regnamespace and not c.relispartition";
const TABLES = `c.relkind in ('r', 'p') and ${OURS}`;
const HAS_ORG = "exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'org_id')";

/** Names of the classes `c` for which the condition holds. */
async function names(condition: string): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_class c where ${condition} order by 1`,
  );
  return rows.map((row) => row.name);
}
