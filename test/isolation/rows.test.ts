/** Two organizations in one database, a row of each in every table, and somebody who writes SQL as the run-time role. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';

interface Table {
  readonly name: string;
  /** An SQL value for each column that has to be given one. */
  readonly values: Readonly<Record<string, string>>;
}

const OURS = newId();
const THEIRS = newId();
/** The run-time role may not even try. */
const APPEND_ONLY = ['audit', 'events'];

let database: TestDatabase;
let owner: pg.Client;
let tables: readonly Table[] = [];

beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`insert into orgs (id, name) values ('${OURS}', 'Ours'), ('${THEIRS}', 'Theirs')`);
  const all = await organizationTables();
  // Rows are made without their parents; only what tells organizations apart matters here.
  await owner.query('set session_replication_role = replica');
  for (const table of all) for (const org of [OURS, THEIRS]) await owner.query(insertInto(table, org));
  await owner.query('set session_replication_role = origin');
  tables = all.filter((table) => table.name !== 'staging');
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

it('all tables of organizations are looked at', () => {
  const names = tables.map((table) => table.name);
  expect(names).toEqual(
    expect.arrayContaining(['users', 'operations', 'changes', 'audit', 'assignments', 'claim_links']),
  );
  expect(names.length).toBeGreaterThan(25);
});

describe('within a transaction of one organization', () => {
  it('no row of another can be read, in any table', async () => {
    for (const { name } of [...tables, { name: 'staged_rows' }]) {
      const seen = await asOurs(`select distinct org_id from ${name}`);
      expect([name, seen.rows]).toEqual([name, [{ org_id: OURS }]]);
    }
  });

  it('no row of another can be changed or deleted, in any table', async () => {
    for (const { name } of tables.filter((table) => !APPEND_ONLY.includes(table.name))) {
      const updated = await asOurs(`update ${name} set org_id = org_id where org_id = '${THEIRS}'`);
      const deleted = await asOurs(`delete from ${name} where org_id = '${THEIRS}'`);
      expect([name, updated.rowCount, deleted.rowCount]).toEqual([name, 0, 0]);
    }
  });

  it('a row cannot be written for another, nor given to it, in any table', async () => {
    for (const table of tables) {
      await expect(asOurs(insertInto(table, THEIRS)), table.name).rejects.toThrow(/row-level security/);
      if (APPEND_ONLY.includes(table.name)) continue;
      await expect(asOurs(`update ${table.name} set org_id = '${THEIRS}'`), table.name).rejects.toThrow(
        /row-level security/,
      );
    }
  });

  it('staged rows of a file are read through their view alone', async () => {
    for (const statement of ['select from staging', 'delete from staging', 'update staging set row_no = 9']) {
      await expect(asOurs(statement)).rejects.toThrow(/permission denied/);
    }
  });

  it('the audit trail and the events can be added to, and neither changed nor deleted [MA-381]', async () => {
    for (const name of APPEND_ONLY) {
      for (const statement of [`delete from ${name}`, `update ${name} set id = id`, `truncate ${name}`]) {
        await expect(asOurs(statement), statement).rejects.toThrow(/permission denied/);
      }
    }
  });
});

it('without an organization nothing is readable, in any table', async () => {
  for (const { name } of [...tables, { name: 'staged_rows' }]) {
    await expect(database.pool.query(`select from ${name}`), name).rejects.toThrow(
      /app\.org_id|invalid input syntax for type uuid/,
    );
  }
});

it('a connection does not remember the organization of its last transaction', async () => {
  const client = await database.pool.connect();
  try {
    await client.query(`begin; set local app.org_id = '${OURS}'; commit`);
    await expect(client.query('select from users')).rejects.toThrow(/invalid input syntax for type uuid/);
  } finally {
    client.release();
  }
});

it('no row can name a row of another organization, whoever writes it', async () => {
  const { rows: keys } = await owner.query<{ child: string; column: string; parent: string }>(`
    select k.conrelid::regclass::text as child, k.confrelid::regclass::text as parent, a.attname as column
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[2]
    where k.contype = 'f' and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1, 3`);
  expect(keys.length).toBeGreaterThan(30);
  for (const { child, column, parent } of keys) {
    const statement = `update ${child} set ${column} = (select id from ${parent} where org_id = '${THEIRS}') where org_id = '${OURS}'`;
    await expect(owner.query(statement), `${child}.${column}`).rejects.toMatchObject({ code: '23503' });
  }
});

/** Runs a statement as the server would, and takes it back. */
async function asOurs(statement: string): Promise<pg.QueryResult> {
  const client = await database.pool.connect();
  try {
    await client.query(`begin; set local app.org_id = '${OURS}'`);
    return await client.query(statement);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

function insertInto({ name, values }: Table, orgId: string): string {
  const given = Object.entries({ ...values, org_id: `'${orgId}'` });
  const columns = given.map(([column]) => column).join(', ');
  return `insert into ${name} (${columns}) values (${given.map(([, value]) => value).join(', ')})`;
}

const SAMPLES: Readonly<Record<string, string>> = {
  uuid: 'gen_random_uuid()',
  text: "'x'",
  'text[]': "'{}'",
  integer: '1',
  jsonb: "'{}'",
  json: "'[]'",
  date: 'current_date',
  bytea: "sha256('x')",
  'timestamp with time zone': 'now()',
  boolean: 'false',
};
/** Where a check wants a certain value. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  users: { username: "'x'" },
  assignments: { content_type: "'games'", state: "'open'" },
  sequences: { library: "'LIFE'" },
  changes: { action: "'insert'", after: "'{}'" },
  import_mappings: { source_format: "'csv'" },
};

async function organizationTables(): Promise<Table[]> {
  const { rows } = await owner.query<{ name: string; needed: Record<string, string> | null }>(`
    select c.relname as name,
      jsonb_object_agg(a.attname, format_type(a.atttypid, null)) filter (where a.attnotnull and not a.atthasdef) as needed
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by 1 having bool_or(a.attname = 'org_id') order by 1`);
  return rows.map(({ name, needed }) => {
    const samples = Object.entries(needed ?? {}).map(([column, type]) => [column, SAMPLES[type] ?? 'null']);
    return { name, values: { ...Object.fromEntries(samples), ...ALLOWED[name] } };
  });
}

it.each([
  "insert into accounts (id, is_system_admin) values ('019a0000-0000-7000-8000-00000000000a', true)",
  'update accounts set is_system_admin = true',
  'update accounts set id = id',
  'delete from accounts',
  'delete from orgs',
  'create temporary table pocket (a int)',
  'select lo_create(0)',
  "select lo_from_bytea(0, 'x')",
  'alter role muster_app superuser',
])('the run-time role is refused `%s`', async (statement) => {
  // A right of the database itself, which a copy of it does not take over.
  if (statement.includes('temporary')) await migrate({ ownerUrl: database.ownerUrl });
  await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
});

it('the run-time role keeps the passwords of accounts', async () => {
  await database.pool.query('update accounts set password_hash = password_hash');
});
