/** Where the demo keeps its database and its files. */
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
 * folder: where that user cannot, a folder below the system's temporary one is taken.
 */
export function demoDir(asked: string | undefined): DemoDir {
  if (asked !== undefined) return { dir: path.resolve(asked), because: '' };
  const here = path.resolve('.muster/demo');
  if (process.getuid?.() !== 0 || isReachableByOthers(here)) return { dir: here, because: '' };
  return {
    dir: path.join(os.tmpdir(), 'muster-demo'),
    because: `${here} lies under a folder that only root may enter, and PostgreSQL does not run as root`,
  };
}
