import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');
let dataDir = '';

beforeAll(async () => {
  dataDir = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'muster-serve-'));
  await chmod(dataDir, 0o755);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

it('serves on a free port, takes an organization beside it, and ends cleanly on SIGTERM', async () => {
  const server = muster('serve', '--port', '0', '--json');
  const { address } = JSON.parse(await untilClosed(server, '}'));
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  expect((await fetch(`${address}/health`)).status).toBe(200);

  const created = muster('org', 'create', '--name', 'North', '--admin-email', 'ada@north.example', '--json');
  const org = JSON.parse(await untilClosed(created));
  expect(org).toEqual({ org_id: expect.any(String), user_id: expect.any(String) });
  const body = JSON.stringify({ email: 'ada@north.example', password: 'a long enough password' });
  const login = await fetch(`${address}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(await login.json()).toMatchObject({ entity_ids: [org.org_id] });

  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
  const migrated = muster('migrate', '--json');
  expect(JSON.parse(await untilClosed(migrated))).toEqual({ migrations: [] });
}, 60_000);

it('what keeps a command from the database is said in words, with exit code 5', async () => {
  const failing = muster('migrate', '--database-url', 'postgres://nobody@127.0.0.1:1/none');
  const [told] = await Promise.all([textOf(failing.stderr), once(failing, 'exit')]);
  expect({ code: failing.exitCode, told }).toMatchObject({ code: 5, told: expect.stringContaining('ECONNREFUSED') });
});

function muster(...args: string[]): ChildProcess {
  const env = { ...process.env, MUSTER_DATA_DIR: dataDir, MUSTER_ADMIN_PASSWORD: 'a long enough password' };
  return spawn(process.execPath, ['--import', 'tsx', main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Standard output to its end, or to the first line that is `last`. */
async function untilClosed(child: ChildProcess, last?: string): Promise<string> {
  if (child.stdout === null) throw new Error('Its output is not piped.');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === last) break;
  }
  return lines.join('\n');
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}
