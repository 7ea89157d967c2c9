// Builds dist/ from the sources, and only what is out of date.
//
// Each target has a stamp in dist/.stamps/: a hash over the contents of what it is made of. A target whose stamp
// agrees is left alone, so that calling this before every command costs a few milliseconds and needs no right to write.
// New files are moved into place whole, so that a process starting meanwhile never reads half a bundle.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { isMain, orExit, seconds, tell, Trouble } from './tell.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const contract = 'packages/contract/src';
const migrations = 'packages/server/src/db/migrations';

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} entry - Without this file there is nothing to build.
 * @property {string[]} sources - Files and folders it is made of, relative to the root.
 * @property {string} output - What the build leaves behind, relative to dist/.
 * @property {() => Promise<void>} build
 */

/** @type {Target[]} */
const targets = [
  {
    name: 'server',
    entry: 'packages/server/src/main.ts',
    sources: [contract, 'packages/server/src'],
    output: 'server.mjs',
    build: buildServer,
  },
  {
    name: 'cli',
    entry: 'packages/cli/src/main.ts',
    sources: [contract, 'packages/cli/src'],
    output: 'cli.mjs',
    build: () => bundle('packages/cli/src/main.ts', 'cli.mjs'),
  },
  {
    name: 'web',
    entry: 'packages/web/vite.config.ts',
    sources: [contract, 'packages/web'],
    output: 'web/index.html',
    build: buildWeb,
  },
];

/**
 * Builds each target whose sources changed since its last build.
 *
 * @throws {Trouble} When something must be built and dist/ cannot be written.
 */
export async function buildStale() {
  for (const target of targets) {
    if (!existsSync(join(root, target.entry))) continue;
    const hash = hashOfSources(target.sources);
    const stamp = join(dist, '.stamps', target.name);
    if (existsSync(join(dist, target.output)) && readIfThere(stamp) === hash) continue;
    const startedMs = Date.now();
    makeWritable(dirname(stamp));
    await target.build();
    writeFileSync(stamp, hash);
    tell(`Built ${target.name} in ${seconds(startedMs)}`);
  }
}

async function buildServer() {
  await bundle('packages/server/src/main.ts', 'server.mjs');
  if (!existsSync(join(root, migrations))) return;
  await replaceFolder('migrations', (folder) => {
    cpSync(join(root, migrations), folder, {
      recursive: true,
      filter: (path) => !/\.[^./]+$/.test(path) || path.endsWith('.sql'),
    });
  });
}

async function buildWeb() {
  const { build } = await import('vite');
  await replaceFolder('web', async (folder) => {
    await build({
      root: join(root, 'packages/web'),
      // Does not write a compiled configuration beside the dependencies, which may be read-only.
      configLoader: 'runner',
      logLevel: 'warn',
      build: { outDir: folder, emptyOutDir: true },
    });
    compressFiles(join(folder, 'assets'));
  });
}

/**
 * Lays a smaller copy beside each file, for browsers that take one.
 *
 * @param {string} folder
 */
function compressFiles(folder) {
  for (const path of filesBelow(folder).filter((name) => /\.(js|css|svg)$/.test(name))) {
    const content = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(content));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}

/**
 * @param {string} entry
 * @param {string} output - Relative to dist/.
 */
async function bundle(entry, output) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(dist, output),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'error',
    write: false,
    plugins: [workspacePackages],
  });
  for (const file of outputFiles) {
    const unfinished = `${file.path}.${process.pid}`;
    writeFileSync(unfinished, file.contents);
    renameSync(unfinished, file.path);
  }
}

/**
 * The contract goes into each bundle. The server stays a bundle of its own beside the command line's, which loads it only
 * for the commands that need it: `muster --help` must not wait for a web server's modules.
 *
 * @type {import('esbuild').Plugin}
 */
const workspacePackages = {
  name: 'workspace-packages',
  setup(build) {
    build.onResolve({ filter: /^@muster\/contract$/ }, () => ({ path: join(root, contract, 'index.ts') }));
    build.onResolve({ filter: /^@muster\/server$/ }, () => ({ path: './server.mjs', external: true }));
  },
};

/**
 * @param {string} name - Folder in dist/.
 * @param {(folder: string) => void | Promise<void>} fill - Fills a new folder that then takes the old one's place.
 */
async function replaceFolder(name, fill) {
  const folder = join(dist, name);
  const unfinished = `${folder}.${process.pid}`;
  await fill(unfinished);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

/** @param {string} folder */
function makeWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.writable'), '');
  } catch {
    throw new Trouble(
      `The sources are newer than ${dist}, and this user may not write there.\n` +
        'Run `npm run build` as the owner of this folder.',
    );
  }
}

/** @param {string[]} sources */
function hashOfSources(sources) {
  const hash = createHash('sha256');
  for (const source of ['scripts/build.mjs', 'package-lock.json', ...sources]) {
    for (const path of filesBelow(join(root, source))) {
      hash
        .update(`${relative(root, path)}\0`)
        .update(readFileSync(path))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} path - A file or a folder; a missing one has no files.
 * @returns {string[]} In an order that does not depend on the file system.
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && !/\.test\.tsx?$/.test(name))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/** @param {string} path */
function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

if (isMain(import.meta.url)) await orExit(buildStale);
