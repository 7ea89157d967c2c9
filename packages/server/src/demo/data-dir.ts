/** Where the demo keeps its database and its files. */
import { accessSync, constants, existsSync, lstatSync, mkdirSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { isReachableByOthers } from '../db/binaries.ts';

export interface DemoDir {
  readonly dir: string;
  /** Why it is not where one would look for it; empty otherwise. */
  readonly because: string;
}

/**
 * The folder asked for, or `.muster/demo` here. As root PostgreSQL runs as another user, who must be able to walk to the
 * folder, and an ordinary user may have to do with a clone that somebody else owns: then it is a folder elsewhere.
 */
export function demoDir(asked: string | undefined): DemoDir {
  if (asked !== undefined) return { dir: path.resolve(asked), because: '' };
  const here = path.resolve('.muster/demo');
  if (process.getuid?.() === 0) {
    return isReachableByOthers(here)
      ? { dir: here, because: '' }
      : {
          dir: '/var/lib/muster/demo',
          because: 'the current folder is open to root alone, and PostgreSQL does not run as root',
        };
  }
  return isWritable(here)
    ? { dir: here, because: '' }
    : { dir: ownTemporaryDir(), because: 'this user may not write in the current folder' };
}

function isWritable(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (!existsSync(at)) continue;
    try {
      accessSync(at, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }
}

/** @throws when somebody else made it: they could then choose what we write to. */
function ownTemporaryDir(): string {
  const uid = process.getuid?.() ?? 0;
  const dir = path.join(os.tmpdir(), `muster-demo-${String(uid)}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const found = lstatSync(dir);
  if (found.isDirectory() && found.uid === uid) return dir;
  throw new Error(`${dir} belongs to another user. Give --data-dir a folder of your own.`);
}
