/** Connections, and the one way to talk to an organization's rows: a transaction that names it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, type PostgresPoolClient, type RawBuilder } from 'kysely';
import pg from 'pg';
import type { Tables } from './tables.ts';

// Counters, versions and prices are far below 2^53: read bigint and numeric as numbers, dates as the text they are.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface Database {
  readonly pool: pg.Pool;
  /** For the global tables (orgs, accounts, sessions) and the queue; organization tables answer nothing here. */
  readonly global: Kysely<Tables>;
  /** Asks whether the database answers, on a connection that nobody else can take. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** One transaction of one organization. `db` and `client` are the same connection; COPY needs the client. */
export interface OrgTransaction {
  readonly orgId: string;
  readonly db: Kysely<Tables>;
  readonly client: pg.PoolClient;
  /** Nothing can be written in it. */
  readonly isReadOnly?: boolean;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Role to take on at connect, where the URL's own role owns the tables or is a superuser. */
  readonly role?: string | undefined;
  readonly connectionsMax?: number;
  /** A transaction in which nothing is asked for so long is ended, in milliseconds: its process has stopped. */
  readonly idleMsMax?: number;
  readonly onError?: (error: Error) => void;
}

const IDLE_MS_MAX = 60_000;

export function openDatabase(options: DatabaseOptions): Database {
  const settings = {
    connectionString: options.url,
    // Compiling a statement takes longer than running it: estimates of what a plan just wrote are far too high.
    options: `-c timezone=UTC -c jit=off -c idle_in_transaction_session_timeout=${options.idleMsMax ?? IDLE_MS_MAX}${options.role === undefined ? '' : ` -c role=${options.role}`}`,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'muster',
  };
  // A connection that breaks while idle would otherwise end the process; the next query reports the trouble itself.
  const onError = options.onError ?? (() => undefined);
  const open = (max: number): pg.Pool => {
    const pool = new pg.Pool({ ...settings, max });
    pool.on('error', onError);
    pool.on('connect', (client) => client.on('error', onError));
    return pool;
  };
  const pool = open(options.connectionsMax ?? 12);
  const watch = open(1);
  return {
    pool,
    global: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    ping: async () => {
      await watch.query('select 1');
    },
    close: async () => {
      await Promise.all([pool.end(), watch.end()]);
    },
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * Runs `work` in one transaction that sees and writes the rows of one organization only.
 * Commits when `work` resolves; rolls back and rethrows when it throws.
 *
 * @param how - Whether the database refuses to write anything in it.
 */
export async function inOrg<T>(
  database: Database,
  orgId: string,
  work: (tx: OrgTransaction) => Promise<T>,
  how: { readonly isReadOnly?: boolean } = {},
): Promise<T> {
  if (!isUuid(orgId)) throw new Error(`Not an organization id: ${orgId}`);
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(how.isReadOnly === true ? 'begin read only' : 'begin');
    // A message of its own, and the value spelled out: both are what lets a sharding proxy route the transaction.
    await client.query(`set local app.org_id = '${orgId}'`);
    const result = await work({ orgId, client, db: kyselyOn(client), isReadOnly: how.isReadOnly === true });
    await (how.isReadOnly === true ? client.query('commit') : commit(database, client));
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Commits what was written. Where the answer gets lost with the connection, another one is asked what became of it: who
 * is told that it failed would do it once more.
 */
async function commit(database: Database, client: pg.PoolClient): Promise<void> {
  const asked = await client.query<{ id: string | null }>('select pg_current_xact_id_if_assigned()::text as id');
  try {
    await client.query('commit');
  } catch (error) {
    const id = asked.rows[0]?.id ?? null;
    const isRefused = error instanceof pg.DatabaseError && error.severity === 'ERROR';
    if (id === null || isRefused || !(await hasCommitted(database, id).catch(() => false))) throw error;
  }
}

const COMMIT_POLLS_MAX = 50;
const COMMIT_POLL_MS = 20;

/** @param id - Of a transaction whose connection is gone; it may take its server a moment to end it. */
async function hasCommitted({ pool }: Database, id: string): Promise<boolean> {
  for (let poll = 0; poll < COMMIT_POLLS_MAX; poll++) {
    const { rows: found } = await pool.query<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [
      id,
    ]);
    if (found[0]?.status !== 'in progress') return found[0]?.status === 'committed';
    await sleep(COMMIT_POLL_MS);
  }
  return false;
}

/** The rows of a set-based statement, in the order the database gives them. */
export async function rows<T>(tx: Pick<OrgTransaction, 'db'>, query: RawBuilder<T>): Promise<T[]> {
  return (await query.execute(tx.db)).rows;
}

/** The single row of a statement that always has exactly one. */
export async function one<T>(tx: Pick<OrgTransaction, 'db'>, query: RawBuilder<T>): Promise<T> {
  const [row] = await rows(tx, query);
  if (row === undefined) throw new Error('A statement that must return a row returned none.');
  return row;
}

/** Runs `work`; when it throws, the transaction stands as it was before. */
export async function savepoint<T>(tx: OrgTransaction, work: () => Promise<T>): Promise<T> {
  await tx.client.query('savepoint muster');
  try {
    const result = await work();
    await tx.client.query('release savepoint muster');
    return result;
  } catch (error) {
    await tx.client.query('rollback to savepoint muster');
    await tx.client.query('release savepoint muster');
    throw error;
  }
}

function kyselyOn(client: pg.PoolClient): Kysely<Tables> {
  // The client is ours until the transaction ends, so Kysely must not hand it back between statements.
  const lent: PostgresPoolClient = { query: client.query.bind(client), release: () => undefined };
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect: () => Promise.resolve(lent), end: () => Promise.resolve() } }),
  });
}
