/**
 * Brings a database to the present schema. Safe to run at any time and by several processes at once: an advisory lock
 * lets one through, and each step does nothing where it was done before.
 *
 * 1. The run-time role is made.            4. Row level security and grants are laid over every table.
 * 2. New migration files are run in order.  5. The job queue's own schema is brought up to date.
 * 3. Partitions are made two years ahead.
 */
import * as fs from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { idAt, partitionAt } from './ids.ts';

export interface MigrateOptions {
  /** Connects as the owner of the tables. */
  readonly ownerUrl: string;
  /** The role that `serve` and `work` run as; made when missing. */
  readonly appRole?: string | undefined;
  /** Lets the run-time role sign in by itself; without it the owner takes the role on. */
  readonly appPassword?: string | undefined;
  readonly now?: Date;
}

export const APP_ROLE = 'muster_app';
const PARTITIONED = ['operation_items', 'changes', 'events', 'staging'] as const;
const QUARTERS_AHEAD = 8;
/** Each item is updated once, when it is marked; room on its page keeps that from touching its indexes. */
const ROOM_FOR_MARKS = 'with (fillfactor = 50)';
const LOCK = 5_217_331;

/** @returns the names of the migrations that were run now. */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const role = options.appRole ?? APP_ROLE;
  const client = new pg.Client({ connectionString: options.ownerUrl, options: '-c timezone=UTC' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await ensureVersion(client);
    await assertFoldsCase(client);
    await ensureRole(client, role, options.appPassword);
    const ran = await runFiles(client);
    await ensurePartitions(client, options.now ?? new Date());
    await secureTables(client, role);
    await runMigrations({ connectionString: options.ownerUrl, schema: 'graphile_worker' });
    await openQueue(client, role);
    return ran;
  } finally {
    await client.end();
  }
}

/** The names of the migrations this program knows and the database has not. */
export async function pendingMigrations(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await assertFoldsCase(client);
    const known = await client.query<{ done: boolean }>("select to_regclass('schema_migrations') is not null as done");
    if (known.rows[0]?.done !== true) return await migrationFiles();
    const done = await client.query<{ name: string }>('select name from schema_migrations');
    const names = new Set(done.rows.map((row) => row.name));
    return (await migrationFiles()).filter((name) => !names.has(name));
  } finally {
    await client.end();
  }
}

async function ensureVersion(client: pg.Client): Promise<void> {
  const version = await serverVersion(client);
  if (version < 150_000) {
    throw new Error(`Muster needs PostgreSQL 15 or newer; this is ${String(Math.floor(version / 10_000))}.`);
  }
}

/**
 * Names are compared without regard to case; a database that knows the capitals of English alone, or the dotless i of
 * Turkish, would take one person for two.
 * @throws Error that says what to do.
 */
async function assertFoldsCase(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; lowered: string }>(
    "select current_database() as name, lower('ÉI') as lowered",
  );
  const [found] = rows;
  if (found === undefined || found.lowered === 'éi') return;
  throw new Error(
    `The database ${found.name} makes "${found.lowered}" of "ÉI" in small letters, so that one name would count as two. Make it anew with a locale that knows all letters: create database ${found.name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'und' (from PostgreSQL 17 on also: locale_provider builtin builtin_locale 'C.UTF-8').`,
  );
}

async function serverVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ v: number }>("select current_setting('server_version_num')::int as v");
  return rows[0]?.v ?? 0;
}

async function ensureRole(client: pg.Client, role: string, password: string | undefined): Promise<void> {
  const name = client.escapeIdentifier(role);
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  if (rowCount === 0) {
    await client.query(`create role ${name} nologin`).catch((error: unknown) => {
      throw new Error(
        `The run-time role ${role} is missing and this role may not create it. As an administrator run: create role ${role}; grant ${role} to <your role>;`,
        { cause: error },
      );
    });
  }
  if (password !== undefined) {
    await client.query(`alter role ${name} login password ${client.escapeLiteral(password)}`);
  }
  const member = await client.query<{ ok: boolean }>("select pg_has_role(current_user, $1, 'member') as ok", [role]);
  if (member.rows[0]?.ok !== true) await client.query(`grant ${name} to current_user`);
}

async function runFiles(client: pg.Client): Promise<string[]> {
  await client.query(
    'create table if not exists schema_migrations (name text primary key, run_at timestamptz not null default now())',
  );
  const { rows } = await client.query<{ name: string }>('select name from schema_migrations');
  const done = new Set(rows.map((row) => row.name));
  const files = (await migrationFiles()).filter((name) => !done.has(name));
  for (const name of files) {
    const text = await fs.readFile(new URL(name, folder()), 'utf8');
    await inTransaction(client, async () => {
      await client.query(text);
      await client.query('insert into schema_migrations (name) values ($1)', [name]);
    });
  }
  return files;
}

function folder(): URL {
  return new URL('./migrations/', import.meta.url);
}

async function migrationFiles(): Promise<string[]> {
  return (await fs.readdir(fileURLToPath(folder()))).filter((name) => name.endsWith('.sql')).sort();
}

/** Rows that fall into no quarter land in the default partition: a server that is never restarted goes on. */
async function ensurePartitions(client: pg.Client, now: Date): Promise<void> {
  for (const table of PARTITIONED) {
    const storage = table === 'operation_items' ? ROOM_FOR_MARKS : '';
    await client.query(`create table if not exists ${table}_default partition of ${table} default ${storage}`);
    for (let ahead = 0; ahead < QUARTERS_AHEAD; ahead++) {
      const quarter = Math.floor(now.getUTCMonth() / 3) + ahead;
      const from = new Date(Date.UTC(now.getUTCFullYear(), quarter * 3));
      const to = new Date(Date.UTC(now.getUTCFullYear(), quarter * 3 + 3));
      const name = partitionAt(table, from);
      await client
        .query(
          `create table if not exists ${name} partition of ${table} for values from ('${idAt(from)}') to ('${idAt(to)}') ${storage}`,
        )
        .catch(ignoreOccupied);
    }
  }
}

/** The default partition already holds rows of that quarter: they stay there until they are dropped by age. */
function ignoreOccupied(error: unknown): void {
  if (error instanceof pg.DatabaseError && error.code === '23514') return;
  throw error;
}

async function secureTables(client: pg.Client, role: string): Promise<void> {
  const name = client.escapeIdentifier(role);
  await inTransaction(client, async () => {
    await client.query(`grant usage on schema public to ${name}`);
    await client.query(`grant select, insert, update, delete on all tables in schema public to ${name}`);
    for (const table of await organizationTables(client)) {
      await client.query(`alter table ${table} enable row level security`);
      await client.query(`drop policy if exists ${table}_org on ${table}`);
      await client.query(`create policy ${table}_org on ${table} using (org_id = current_setting('app.org_id')::uuid)`);
    }
    await client.query(`revoke update, delete on audit, events from ${name}`);
    await client.query(`revoke all on schema_migrations, staging from ${name}`);
    await client.query(`grant select on schema_migrations to ${name}`);
    await client.query(`grant insert on staging to ${name}`);
    await narrowGlobalTables(client, name);
    await closeSideDoors(client, name);
    for (const call of [
      'find_sign_ins(text)',
      'find_people(uuid, text, text, text, uuid, integer)',
      'find_memberships(uuid)',
      'find_unfinished_operations()',
      'find_foreign_ids(text, uuid[])',
      'find_owner(text, uuid)',
      'find_waiting_messages(timestamptz)',
      'find_due_assignments(timestamptz)',
      'operation_figures(timestamptz)',
    ]) {
      await client.query(`revoke all on function ${call} from public`);
      await client.query(`grant execute on function ${call} to ${name}`);
    }
  });
  await closePartitions(client, name);
}

/** The run-time role makes no account that acts everywhere, and takes neither accounts nor organizations away. */
async function narrowGlobalTables(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select quote_ident(attname) as name from pg_attribute
    where attrelid = 'accounts'::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'is_system_admin'`);
  const columns = rows.map((row) => row.name);
  const changed = columns.filter((column) => column !== 'id');
  await client.query(`revoke insert, update, delete on accounts from ${name}`);
  await client.query(`grant insert (${columns.join(', ')}), update (${changed.join(', ')}) on accounts to ${name}`);
  await client.query(`revoke delete on orgs from ${name}`);
}

const LARGE_OBJECTS = ['lo_create(oid)', 'lo_creat(integer)', 'lo_from_bytea(oid, bytea)', 'lo_open(oid, integer)'];

/** Temporary tables and large objects belong to no organization. Only who owns the database can close them. */
async function closeSideDoors(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ name: string; owns: boolean; super: boolean }>(`
    select quote_ident(datname) as name, pg_has_role(current_user, datdba, 'usage') as owns, rolsuper as super
    from pg_database, pg_roles where datname = current_database() and rolname = current_user`);
  const [database] = rows;
  if (database?.owns === true) await client.query(`revoke temporary on database ${database.name} from public, ${name}`);
  if (database?.super !== true) return;
  for (const call of LARGE_OBJECTS) await client.query(`revoke execute on function ${call} from public`);
}

/** Partitions are reached through their parent alone: asked directly, they would not know its policy. */
async function closePartitions(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relispartition and c.relkind = 'r' and n.nspname = 'public'",
  );
  for (const partition of rows) await client.query(`revoke all on ${partition.name} from ${name}`);
  await grantMaintain(client, name);
}

/** Lets the engine bring statistics up to date before a large operation; PostgreSQL 15 and 16 know no such grant. */
async function grantMaintain(client: pg.Client, name: string): Promise<void> {
  if ((await serverVersion(client)) < 170_000) return;
  await client.query(`grant maintain on all tables in schema public to ${name}`);
}

async function organizationTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select c.relname as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
    where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'staging' order by 1`);
  return rows.map((row) => row.name);
}

/** The queue locks its tables with policies that let only their owner in; the run-time role is let in as well. */
async function openQueue(client: pg.Client, role: string): Promise<void> {
  const name = client.escapeIdentifier(role);
  await inTransaction(client, async () => {
    await client.query(`grant usage on schema graphile_worker to ${name}`);
    await client.query(`grant select, insert, update, delete on all tables in schema graphile_worker to ${name}`);
    await client.query(`grant usage on all sequences in schema graphile_worker to ${name}`);
    await client.query(`grant execute on all functions in schema graphile_worker to ${name}`);
    const { rows } = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'graphile_worker' and rowsecurity",
    );
    for (const table of rows) {
      await client.query(`drop policy if exists muster on graphile_worker.${table.name}`);
      await client.query(`create policy muster on graphile_worker.${table.name} to ${name} using (true)`);
    }
  });
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await client.query("set local citus.multi_shard_modify_mode = 'sequential'");
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
