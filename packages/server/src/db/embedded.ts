/**
 * PostgreSQL of our own, so that one command is enough on a machine with only Node.
 *
 * 1. The binaries come from npm; where install scripts were off, or another user must run them, they are copied.
 * 2. As root the server runs as `postgres` or `nobody`, because PostgreSQL refuses to run as root.
 * 3. `initdb` works in a folder beside the final one and is renamed, so that a killed start leaves nothing half made.
 * 4. The server dies with us (parent death signal). Where that failed, the next start finds the orphan and stops it.
 *
 * Never start it on a folder whose owner process is alive: the lock file names that process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { closeSync, existsSync, fchmodSync, openSync, readFileSync } from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { binaries, databaseUser, type DatabaseUser } from './binaries.ts';

export interface EmbeddedDatabase {
  /** Connects as the owner of the tables; for migrations and administration only. */
  readonly ownerUrl: string;
  /** Connects as the run-time role, which is neither owner nor superuser. */
  readonly appUrl: string;
  /** Shuts the server down cleanly; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** Server settings over ours, for example `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * An eighth of the memory, up to 2 GB: with 256 MB the tables of a million people no longer fit, and planning their
 * import took half as long again.
 */
function sharedBuffers(): string {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(os.totalmem(), limit) : os.totalmem();
  return `${Math.round(Math.min(2048, Math.max(128, bytes / 8 / 1024 ** 2)))}MB`;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: sharedBuffers(),
  work_mem: '32MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '2',
  tcp_keepalives_count: '2',
};

/**
 * Memory comes by 2 MB instead of 4 KB where the kernel offers it. The hashes of a large plan took a fifth of its time in
 * page faults. Other C libraries than glibc take no notice.
 */
const HUGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = path.resolve(options.dataDir);
  // Where we are root, the server's user has to enter it.
  await fs.mkdir(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o755 : 0o700 });
  const user = await databaseUser(dataDir);
  const bin = await binaries(user, dataDir);
  await takeLock(dataDir);
  const pgData = path.join(dataDir, 'postgres');
  await stopOrphan(pgData);
  const secrets = await ensureCluster(dataDir, pgData, bin, user);
  const port = await freePort();
  const server = await keepServer(
    () => startServer(bin, pgData, port, dataDir, user, options.settings ?? {}),
    (child) => untilReady(child, pgData, dataDir),
  );
  return {
    ...urls(secrets, port),
    stop: async () => {
      await server.stop();
      await fs.rm(path.join(dataDir, 'muster.pid'), { force: true });
      running.delete(dataDir);
    },
  };
}

/** Folders whose server this process runs; a lock that names our own number but is not among them is left over. */
const running = new Set<string>();

const RESTART_MS = 200;

/** Starts the server and, should it die by anything but our stop, starts it again: it recovers by its own log. */
async function keepServer(
  start: () => ChildProcess,
  ready: (child: ChildProcess) => Promise<void>,
): Promise<{ stop(): Promise<void> }> {
  let isStopping = false;
  let child = start();
  await ready(child);
  const restart = async (): Promise<void> => {
    while (!isStopping) {
      await sleep(RESTART_MS);
      child = start();
      // Until the last backend of the dead server is gone, a new one refuses to start.
      const isUp = await ready(child).then(
        () => true,
        () => false,
      );
      if (isUp) {
        child.once('exit', onExit);
        return;
      }
    }
  };
  const onExit = (): void => {
    if (!isStopping) void restart();
  };
  child.once('exit', onExit);
  return {
    stop: async () => {
      isStopping = true;
      await stopServer(child);
    },
  };
}

/**
 * The server that another process runs on this folder, or one of our own when there is none: for commands that only
 * need the database for a moment, or work beside a running `serve`.
 */
export async function attachOrStart(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = path.resolve(options.dataDir);
  const server = postmaster(path.join(dataDir, 'postgres'));
  if (server?.state !== 'ready' || (await lockOwner(dataDir)) === null) return startEmbedded(options);
  const secrets = await readSecrets(dataDir);
  return { ...urls(secrets, server.port), stop: () => Promise.resolve() };
}

function urls(secrets: Secrets, port: number): { ownerUrl: string; appUrl: string } {
  const url = (role: string, password: string): string =>
    `postgres://${role}:${password}@127.0.0.1:${String(port)}/postgres`;
  return { ownerUrl: url('muster_owner', secrets.owner), appUrl: url('muster_app', secrets.app) };
}

interface Secrets {
  readonly owner: string;
  readonly app: string;
}

/** The password of the run-time role in an embedded cluster; the migration that makes the role sets it. */
export async function embeddedAppPassword(dataDir: string): Promise<string> {
  return (await readSecrets(path.resolve(dataDir))).app;
}

async function readSecrets(dataDir: string): Promise<Secrets> {
  const parsed: unknown = JSON.parse(await fs.readFile(path.join(dataDir, 'secrets.json'), 'utf8'));
  if (isSecrets(parsed)) return parsed;
  throw new Error(`${dataDir}/secrets.json is damaged: it must hold the passwords "owner" and "app".`);
}

function isSecrets(value: unknown): value is Secrets {
  return typeof value === 'object' && value !== null && 'owner' in value && 'app' in value;
}

async function ensureCluster(dataDir: string, pgData: string, bin: string, user: DatabaseUser): Promise<Secrets> {
  if (existsSync(path.join(pgData, 'PG_VERSION'))) return readSecrets(dataDir);
  const secrets = { owner: randomBytes(24).toString('base64url'), app: randomBytes(24).toString('base64url') };
  const making = path.join(dataDir, 'postgres.new');
  await fs.rm(making, { recursive: true, force: true });
  await fs.mkdir(making, { mode: 0o700 });
  const passwordFile = path.join(making, '..', 'owner.password');
  await fs.writeFile(passwordFile, secrets.owner, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    await fs.chown(making, user.uid, user.gid);
    await fs.chown(passwordFile, user.uid, user.gid);
  }
  await run(
    path.join(bin, 'initdb'),
    [
      `--pgdata=${making}`,
      '--username=muster_owner',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    user,
  );
  await fs.rm(passwordFile);
  await fs.writeFile(path.join(dataDir, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  await fs.rename(making, pgData);
  return secrets;
}

function startServer(
  bin: string,
  pgData: string,
  port: number,
  dataDir: string,
  user: DatabaseUser,
  settings: Readonly<Record<string, string>>,
): ChildProcess {
  const flags = Object.entries({ ...SETTINGS, ...settings }).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
  const command = [path.join(bin, 'postgres'), '-D', pgData, '-p', String(port), ...flags];
  const log = openSync(path.join(dataDir, 'postgres.log'), 'a', 0o600);
  fchmodSync(log, 0o600);
  // Detached: Ctrl-C on a terminal reaches us alone, and we stop the server after the chunk in hand.
  const stdio = ['ignore', log, log] as ['ignore', number, number]; // eslint-disable-line no-restricted-syntax -- spawn wants a tuple
  const options = { stdio, detached: true, cwd: '/', env: { ...serverEnvironment(), ...HUGE_PAGES } };
  const child = existsSync('/usr/bin/setpriv')
    ? spawn('/usr/bin/setpriv', [...setprivFlags(user), '--', ...command], options)
    : spawn(command[0] ?? '', command.slice(1), { ...options, ...user });
  closeSync(log);
  child.unref();
  return child;
}

/** What PostgreSQL may need to know of ours; the rest may hold secrets that are none of its business. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const known = Object.entries(process.env).filter(([name]) => /^(PATH|LANG|LC_\w+|TZ|LD_LIBRARY_PATH)$/.test(name));
  return Object.fromEntries(known);
}

function setprivFlags(user: DatabaseUser): string[] {
  const die = ['--pdeathsig', 'INT'];
  if (user.uid === undefined || user.gid === undefined) return die;
  return [...die, '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
}

async function untilReady(child: ChildProcess, pgData: string, dataDir: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    // setpriv replaces itself by the server, so the number in the file is our child's once it is up.
    const server = postmaster(pgData);
    if (server?.state === 'ready' && server.pid === child.pid) return;
    await sleep(20);
  }
  const log = await fs.readFile(path.join(dataDir, 'postgres.log'), 'utf8').catch(() => '');
  throw new Error(`The embedded PostgreSQL did not start.\n${log.split('\n').slice(-12).join('\n')}`);
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

/** Reads postmaster.pid: line 1 is the process, line 4 the port, line 8 the state. */
function postmaster(pgData: string): { pid: number; port: number; state: string } | null {
  try {
    const lines = readFileSync(path.join(pgData, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), state: (lines[7] ?? '').trim() };
  } catch {
    return null;
  }
}

async function stopOrphan(pgData: string): Promise<void> {
  const found = postmaster(pgData);
  if (found === null || !isProcessOf(found.pid, pgData)) return;
  process.kill(found.pid, 'SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isProcessOf(found.pid, pgData)) {
    if (Date.now() > deadline) process.kill(found.pid, 'SIGQUIT');
    await sleep(50);
  }
}

/** The lock names our process; a lock whose process is gone, or is something else by now, is stale. */
async function takeLock(dataDir: string): Promise<void> {
  const owner = await lockOwner(dataDir);
  if (owner !== null) {
    throw new Error(
      `${dataDir} is in use by process ${String(owner)}. Stop that muster first, or give another --data-dir.`,
    );
  }
  await fs.writeFile(path.join(dataDir, 'muster.pid'), String(process.pid));
  running.add(dataDir);
}

async function lockOwner(dataDir: string): Promise<number | null> {
  const owner = Number(await fs.readFile(path.join(dataDir, 'muster.pid'), 'utf8').catch(() => '0'));
  if (owner === process.pid) return running.has(dataDir) ? owner : null;
  return owner !== 0 && isProcessOf(owner, '') ? owner : null;
}

function isProcessOf(pid: number, argument: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return argument === '' ? command.includes('node') : command.includes(argument);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      resolve();
    }),
  );
  const address = server.address();
  await new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1.');
  return address.port;
}

async function run(command: string, args: readonly string[], user: DatabaseUser): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: serverEnvironment(),
    ...user,
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${path.basename(command)} failed (${String(code)}):\n${output}`);
}
