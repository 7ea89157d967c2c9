/** The database and the `muster` processes that are measured from outside. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { embeddedAppPassword, startEmbedded } from '../packages/server/src/db/embedded.ts';
import { migrate } from '../packages/server/src/db/migrate.ts';

const MUSTER = path.resolve(import.meta.dirname, '../packages/cli/bin/muster.mjs');

export interface Bench {
  /** For files of ours and of the database server. */
  readonly folder: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** As the owner of the tables, for what is compared with and for what exists before. */
  readonly owner: pg.Client;
  close(): Promise<void>;
}

/** A PostgreSQL of its own with the settings it has in real use. */
export async function openBench(): Promise<Bench> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'muster-bench-'));
  // The server may run as another user, and writes files there itself.
  await fs.chmod(folder, 0o777);
  const dataDir = path.join(folder, 'data');
  const server = await startEmbedded({ dataDir });
  await migrate({ ownerUrl: server.ownerUrl, appPassword: await embeddedAppPassword(dataDir) });
  const owner = new pg.Client({ connectionString: server.ownerUrl });
  await owner.connect();
  return {
    folder,
    owner,
    ownerUrl: server.ownerUrl,
    appUrl: server.appUrl,
    close: async () => {
      await owner.end();
      await server.stop();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Muster {
  readonly address: string;
  readonly process: ChildProcess;
  /** Highest resident memory so far, in MB. */
  peakMb(): number;
  stop(): Promise<void>;
}

/** Starts a `muster` command that runs until it is stopped. @param args - For example `serve --port 0`. */
export async function startMuster(bench: Bench, ...args: string[]): Promise<Muster> {
  const command = [MUSTER, ...args, '--database-url', bench.appUrl, '--json'];
  const log = openSync(path.join(bench.folder, 'muster.log'), 'a');
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', log] });
  closeSync(log);
  // Whatever ends the benchmark ends it as well.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').then(() => process.off('exit', kill));
  const address = await addressOf(child, path.join(bench.folder, 'muster.log'));
  return {
    address,
    process: child,
    peakMb: () => residentPeakMb(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The command prints one JSON document when it is ready. */
async function addressOf(child: ChildProcess, log: string): Promise<string> {
  let text = '';
  if (child.stdout === null) throw new Error('muster has no output to read.');
  for await (const line of createInterface(child.stdout)) {
    text += line;
    try {
      const begun: unknown = JSON.parse(text);
      if (typeof begun === 'object' && begun !== null && 'address' in begun) return String(begun.address);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  throw new Error(`muster ended before it was ready.\n${readFileSync(log, 'utf8')}`);
}

function residentPeakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
}
