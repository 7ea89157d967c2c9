/** Puts everything together. The only file that knows all parts; each command of the server is a function here. */
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { cleanText, isEmail, isRefusedText } from '@muster/contract';
import { DatabaseError } from 'pg';
import pino, { type Logger } from 'pino';
import { connect } from './db/connect.ts';
import { openDatabase, type Database } from './db/database.ts';
import { attachOrStart, embeddedAppPassword, startEmbedded, type EmbeddedDatabase } from './db/embedded.ts';
import { migrate as migrateDatabase, pendingMigrations } from './db/migrate.ts';
import { schemaRules } from './db/table-rules.ts';
import { createEngine, type Engine } from './engine/index.ts';
import { runDemo, signInWords, type DemoOptions } from './demo/demo.ts';
import { buildApp } from './http/app.ts';
import { KINDS } from './kinds/index.ts';
import { ENTITIES } from './school/entities.ts';
import { assertPlanAllows } from './school/people/plan-required.ts';
import { scopeOf } from './school/people/scope.ts';
import { outOfReach } from './school/rights.ts';
import { createOrganization, createSystemAdmin } from './tenancy/accounts.ts';
import { openMailer, type Mailer } from './worker/deliver-mail.ts';
import { startWorker } from './worker/worker.ts';

export interface DatabaseChoice {
  /** PostgreSQL 15 or newer; without it an embedded one is started. */
  readonly databaseUrl?: string | undefined;
  /** Folder of the embedded database. */
  readonly dataDir?: string | undefined;
}

export interface MailChoice {
  /** Mail server, for example smtps://user:password@mail.example; without it messages wait. */
  readonly smtpUrl?: string | undefined;
  /** Sender, as `Name <address>` or an address; needed with a mail server. */
  readonly mailFrom?: string | undefined;
  /** Where links in messages and answers lead. */
  readonly publicUrl?: string | undefined;
}

export interface ServeOptions extends DatabaseChoice, MailChoice {
  /** 0 takes a free one. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** false serves API and web alone. */
  readonly worker?: boolean | undefined;
  readonly logLevel?: string | undefined;
  /** Largest file that is taken, in bytes. */
  readonly uploadBytesMax?: number | undefined;
  /** What one account may ask in a minute; without it there is no limit. */
  readonly requestsPerMinute?: number | undefined;
  /** What whoever reads `/metrics` has to show; without it there is no such address. */
  readonly metricsToken?: string | undefined;
  /** Proxies whose X-Forwarded-* headers are believed: their addresses or networks, or true for whoever connects. */
  readonly trustProxy?: boolean | string | undefined;
}

export interface Running {
  /** Where it answers, for example http://127.0.0.1:4000; empty for a worker alone. */
  readonly address: string;
  /** Finishes what is in hand and shuts everything down, the embedded database last. */
  close(): Promise<void>;
}

export async function serve(options: ServeOptions): Promise<Running> {
  keepHeapSmall();
  const log = logger(options.logLevel);
  const mailer = mailerOf(options);
  const opened = await openAndMigrate(options, log);
  try {
    const engine = await engineOn(opened.database);
    const app = await buildApp({
      engine,
      database: opened.database,
      logger: log,
      settings: {
        webDir: webDir(),
        publicUrl: options.publicUrl,
        trustProxy: options.trustProxy,
        sendsMail: options.smtpUrl !== undefined,
        uploadBytesMax: options.uploadBytesMax,
        spoolDir: options.databaseUrl === undefined ? (options.dataDir ?? defaultDataDir()) : undefined,
        requestsPerMinute: options.requestsPerMinute,
        metricsToken: options.metricsToken,
      },
    });
    const worker =
      options.worker === false
        ? undefined
        : await startWorker({
            engine,
            database: opened.database,
            log: writeTo(log),
            mailer,
            publicUrl: options.publicUrl,
          });
    const address = await app.listen({ port: options.port ?? 4000, host: options.host ?? '127.0.0.1' });
    return {
      address,
      close: async () => {
        await app.close();
        await worker?.stop();
        mailer?.close();
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The first plan does not wait until the rules of the tables are read. */
async function engineOn(database: Database): Promise<Engine> {
  const authority = { assertPlanAllows, outOfReach, scopeOf };
  const engine = createEngine({ database, entities: ENTITIES, kinds: KINDS, authority });
  await schemaRules({ db: database.global }, database);
  return engine;
}

/** A worker alone; needs a database that others can reach as well. */
export async function work(
  options: DatabaseChoice & MailChoice & { concurrency?: number | undefined; logLevel?: string | undefined },
): Promise<Running> {
  keepHeapSmall();
  const log = logger(options.logLevel);
  const mailer = mailerOf(options);
  const opened = await openAndMigrate(options, log, attachOrStart);
  const engine = await engineOn(opened.database);
  const worker = await startWorker({
    engine,
    database: opened.database,
    log: writeTo(log),
    concurrency: options.concurrency ?? 2,
    mailer,
    publicUrl: options.publicUrl,
  });
  return {
    address: '',
    close: async () => {
      await worker.stop();
      mailer?.close();
      await opened.close();
    },
  };
}

/** @throws Error when a mail server is named and no sender. */
function mailerOf({ smtpUrl, mailFrom }: MailChoice): Mailer | undefined {
  if (smtpUrl === undefined) return undefined;
  if (mailFrom === undefined) throw new Error('A mail server is set and no sender: give --mail-from as well.');
  return openMailer({ smtpUrl, from: mailFrom });
}

/** @returns the names of the migrations that were run now. */
export async function migrate(options: DatabaseChoice & { appRole?: string | undefined }): Promise<string[]> {
  if (options.databaseUrl !== undefined)
    return migrateDatabase({ ownerUrl: options.databaseUrl, appRole: options.appRole });
  const dataDir = options.dataDir ?? defaultDataDir();
  const embedded = await attachOrStart({ dataDir });
  try {
    return await migrateDatabase({ ownerUrl: embedded.ownerUrl, appPassword: await embeddedAppPassword(dataDir) });
  } finally {
    await embedded.stop();
  }
}

export interface NewOrganization {
  readonly name: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly timezone?: string | undefined;
}

export async function createOrg(
  options: DatabaseChoice & NewOrganization,
): Promise<{ org_id: string; user_id: string }> {
  assertAddress(options.adminEmail);
  const cleaned = cleanText(options.name);
  const { text: name } = cleaned;
  if (isRefusedText(cleaned) || name === '') throw new Error('The name of the organization cannot be used.');
  return withDatabase(options, (database) => createOrganization(database, { ...options, name }));
}

function assertAddress(email: string): void {
  if (!isEmail(email)) throw new Error(`${email} is no e-mail address.`);
}

/** @returns the server, still running, after all steps of the demo. */
export async function demo(options: DemoOptions): Promise<Running> {
  return runDemo({ serve, createOrg }, options);
}

export { signInWords as demoSignIn };

export async function createAdmin(
  options: DatabaseChoice & { email: string; password: string },
): Promise<{ account_id: string }> {
  assertAddress(options.email);
  const owner = await openOwner(options);
  try {
    return await createSystemAdmin(owner.database, options);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    throw new Error('This role of the database may not make such an account. Give the address of the owner.', {
      cause: error,
    });
  } finally {
    await owner.close();
  }
}

/** As the owner of the tables: for what the run-time role may not do. */
async function openOwner(options: DatabaseChoice): Promise<Opened> {
  if (options.databaseUrl !== undefined) {
    await migrateWherePossible(options.databaseUrl);
    const database = openDatabase({ url: options.databaseUrl });
    return { database, close: () => database.close() };
  }
  const dataDir = options.dataDir ?? defaultDataDir();
  const embedded = await attachOrStart({ dataDir });
  try {
    await migrateDatabase({ ownerUrl: embedded.ownerUrl, appPassword: await embeddedAppPassword(dataDir) });
  } catch (error) {
    await embedded.stop();
    throw error;
  }
  const database = openDatabase({ url: embedded.ownerUrl });
  const close = async (): Promise<void> => {
    await database.close();
    await embedded.stop();
  };
  return { database, close };
}

async function withDatabase<T>(options: DatabaseChoice, act: (database: Database) => Promise<T>): Promise<T> {
  const opened = await openAndMigrate(options, logger('silent'), attachOrStart);
  try {
    return await act(opened.database);
  } finally {
    await opened.close();
  }
}

interface Opened {
  readonly database: Database;
  close(): Promise<void>;
}

async function openAndMigrate(
  options: DatabaseChoice,
  log: Logger,
  start: (options: { dataDir: string }) => Promise<EmbeddedDatabase> = startEmbedded,
): Promise<Opened> {
  const onError = (error: Error): void => {
    log.warn({ reason: error.message }, 'A database connection was lost.');
  };
  if (options.databaseUrl !== undefined) {
    await migrateWherePossible(options.databaseUrl);
    const database = await connect({ url: options.databaseUrl, onError });
    return { database, close: () => database.close() };
  }
  const dataDir = options.dataDir ?? defaultDataDir();
  const embedded = await start({ dataDir });
  try {
    await migrateDatabase({ ownerUrl: embedded.ownerUrl, appPassword: await embeddedAppPassword(dataDir) });
    const database = await connect({ url: embedded.appUrl, onError });
    const close = async (): Promise<void> => {
      await database.close();
      await embedded.stop();
    };
    return { database, close };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** The owner's address migrates by itself; the run-time role's needs `muster migrate` beforehand. */
async function migrateWherePossible(url: string): Promise<void> {
  const pending = await pendingMigrations(url);
  if (pending.length === 0) return;
  await migrateDatabase({ ownerUrl: url }).catch((error: unknown) => {
    throw new Error(
      `The database lacks ${pending.join(', ')} and this role may not migrate it. Run \`muster migrate --database-url\` as the owner of the database first.`,
      { cause: error },
    );
  });
}

export function defaultDataDir(): string {
  return path.resolve(process.env['MUSTER_DATA_DIR'] ?? '.muster/data');
}

function webDir(): string | undefined {
  const here = path.dirname(fileURLToPath(import.meta.url));
  return [path.join(here, 'web'), path.resolve(here, '../../../dist/web')].find((dir) =>
    existsSync(path.join(dir, 'index.html')),
  );
}

/**
 * Collects garbage when the heap has grown by a fifth: V8 alone waits until it has doubled, and a file of a million rows
 * took 330 MB instead of 170, for no less time.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=20');
}

function logger(level: string | undefined): Logger {
  return pino({
    level: level ?? process.env['MUSTER_LOG_LEVEL'] ?? 'warn',
    redact: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token'],
    // Of the pages that links in mails lead to nothing is kept behind the path: older links have their token there.
    serializers: {
      req: (request: { method?: string; url?: string; ip?: string }) => ({
        method: request.method,
        url: request.url
          ?.replace(/^(\/+(?:claim|reset|link)\b[^?]*)\?.*$/s, '$1')
          .replace(/([?&](?:token|password|secret|code)=)[^&]*/gi, '$1…'),
        remoteAddress: request.ip,
      }),
    },
  });
}

function writeTo(log: Logger): (level: 'info' | 'error', message: string, meta?: unknown) => void {
  return (level, message, meta) => {
    log[level]({ meta }, message);
  };
}
