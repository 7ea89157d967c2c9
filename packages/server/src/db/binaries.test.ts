import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { assertOurs, binaries, databaseUser } from './binaries.ts';
import { startEmbedded } from './embedded.ts';

const folders: string[] = [];
const before = { ...process.env };
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  for (const name of ['TMPDIR', 'XDG_CACHE_HOME', 'MUSTER_SECRET_OF_A_TEST']) {
    if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before[name];
  }
});

function folder(): string {
  const made = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'muster-programs-'));
  chmodSync(made, 0o755);
  folders.push(made);
  return made;
}

it('programs that somebody laid ready in the folder for temporary files are not used', async () => {
  const planted = folder();
  const bin = path.join(planted, `muster-postgres-18.4-${String(process.getuid?.() ?? 0)}`, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, '..', 'complete'), '');
  writeFileSync(path.join(bin, 'initdb'), '#!/bin/sh\ntouch "$0.ran"\n', { mode: 0o755 });
  process.env['TMPDIR'] = planted;
  const dataDir = folder();
  const used = await binaries(await databaseUser(dataDir), dataDir);
  expect(used.startsWith(planted)).toBe(false);
  expect(() => {
    assertOurs(used);
  }).not.toThrow();
});

it('a folder that others may write to, or that is another user’s, is refused by name, wherever on the way it stands', () => {
  const base = folder();
  const inner = path.join(base, 'a', 'b');
  mkdirSync(inner, { recursive: true });
  const asserting = (): void => {
    assertOurs(inner);
  };
  expect(asserting).not.toThrow();
  chmodSync(path.join(base, 'a'), 0o777);
  expect(asserting).toThrow(`${path.join(base, 'a')} can be changed by others`);
  chmodSync(path.join(base, 'a'), 0o755);
  chmodSync(inner, 0o1777);
  expect(asserting).toThrow('can be changed by others');
  chmodSync(inner, 0o755);
  if (process.getuid?.() !== 0) return;
  chownSync(path.join(base, 'a'), 65_534, 65_534);
  expect(asserting).toThrow('can be changed by others');
});

it('the log of the database is for its owner alone, and its process knows nothing of our environment', async () => {
  const dataDir = folder();
  process.env['MUSTER_SECRET_OF_A_TEST'] = 'not for the database';
  writeFileSync(path.join(dataDir, 'postgres.log'), '', { mode: 0o644 });
  const server = await startEmbedded({ dataDir, settings: { fsync: 'off', shared_buffers: '16MB' } });
  try {
    expect(statSync(path.join(dataDir, 'postgres.log')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
    const pid = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0] ?? '';
    const environment = execFileSync('cat', [`/proc/${pid}/environ`]).toString();
    expect(environment).toContain('GLIBC_TUNABLES');
    expect(environment).not.toContain('MUSTER_SECRET_OF_A_TEST');
  } finally {
    await server.stop();
  }
});
