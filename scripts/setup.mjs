// Makes a clone ready to run: installs the dependencies and builds, each only when needed. Plain Node, no dependencies.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildStale, root } from './build.mjs';
import { isMain, orExit, seconds, tell, Trouble } from './tell.mjs';

const nodeOldest = [20, 19];

/** @throws {Trouble} When Node is too old, or when something is out of date and cannot be written. */
export async function setup() {
  refuseOldNode();
  if (!isInstalled()) install();
  await buildStale();
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [majorOldest = 0, minorOldest = 0] = nodeOldest;
  if (major > majorOldest || (major === majorOldest && minor >= minorOldest)) return;
  throw new Trouble(`Muster needs Node ${nodeOldest.join('.')} or newer; this is ${process.versions.node}.`);
}

/**
 * npm notes what it installed in node_modules/.package-lock.json, as its last step. Reading that note needs no mark of our own,
 * and holds as well for what somebody installed by hand. Packages for other platforms are optional and never noted.
 */
function isInstalled() {
  const note = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(note)) return false;
  const installed = packagesIn(note);
  return Object.entries(packagesIn(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || (path in installed ? installed[path]?.version === version : optional === true),
  );
}

/**
 * @param {string} lockfile
 * @returns {Record<string, { version?: string, optional?: boolean }>} By path below the root, which is itself `''`.
 */
function packagesIn(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
}

function install() {
  refuseReadOnly();
  const startedMs = Date.now();
  tell('Installing dependencies (about a minute on a first run) ...');
  const npm = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    throw new Trouble(`${npm.stdout}${npm.stderr}\nnpm ci failed; its words are above. ${npm.error?.message ?? ''}`);
  }
  tell(`Installed dependencies in ${seconds(startedMs)}`);
}

function refuseReadOnly() {
  const modules = join(root, 'node_modules');
  const written = existsSync(modules) ? modules : root;
  try {
    accessSync(written, constants.W_OK);
  } catch {
    throw new Trouble(
      `The dependencies must be installed, and this user may not write to ${written}.\n` +
        'Run `npm ci` as the owner of this folder, or work in a clone of your own.',
    );
  }
}

if (isMain(import.meta.url)) await orExit(setup);
