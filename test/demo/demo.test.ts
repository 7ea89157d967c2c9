import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');
let dataDir = '';

beforeAll(async () => {
  dataDir = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'muster-demo-'));
  await chmod(dataDir, 0o755);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

it('the demo imports three schools, assigns, reports and undoes, and leaves nothing running', async () => {
  const { exitCode, output, told } = await demo('--once');
  expect({ exitCode, told }).toEqual({ exitCode: 0, told: '' });
  expect(output).toMatch(/Made +Three Rivers Schools/);
  expect(output).toContain('OneRoster 1.1, 510 rows');
  expect(output).toContain('This will create 506; 4 cannot be done.');
  expect(output).toMatch(/1 unit_not_found +row 508, Nūr Ṣāliḥ: There is no unit ALTSTADT\./);
  expect(output).toContain('396 of 399 are done and 3 failed.');
  expect(output).toContain('298 of 300 are done and 2 failed.');
  expect(output).toContain('40 classes, 40 of them new; 1,123 students placed now');
  expect(output).toContain('student_suspended: Martín Muñoz is suspended.');
  expect(output).toContain('142 assigned, 0 skipped, 0 failed.');
  expect(output).toContain('student_id,name,class,grade,content,outcome');
  expect(output).toContain('This will take back 140 and keep 2 that changed since.');
  expect(output).toContain('140 of 142 are done and 2 were skipped.');
  expect(output).toMatch(/All 10 steps are done in/);
  expect(processesOf(dataDir)).toEqual([]);
  expect(await readdir(join(dataDir, 'files'))).toHaveLength(3);
}, 180_000);

it('run again it finds what is there, and the same files change nothing', async () => {
  const { exitCode, output } = await demo('--once');
  expect(exitCode).toBe(0);
  expect(output).toContain('from an earlier run: it is used again');
  expect(output.match(/ 0 changes: everything is as the file has it\./g)).toHaveLength(3);
  expect(output).toContain('40 classes, 0 of them new; 0 students placed now');
  expect(output).toContain('140 assigned, 2 skipped, 0 failed.');
  expect(processesOf(dataDir)).toEqual([]);
}, 180_000);

it('a step that fails is named, with exit code 1', async () => {
  const { exitCode, told } = await demo('--once', '--data-dir', main);
  expect({ exitCode, told }).toMatchObject({
    exitCode: 1,
    told: expect.stringContaining('Step 1, "Start a database and the server", failed:'),
  });
});

async function demo(...args: string[]) {
  const command = ['--import', 'tsx', main, 'demo', '--port', '0', '--data-dir', dataDir, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, told] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode: child.exitCode, output, told };
}

/** Command lines of the processes that work in a folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(folder));
}

/** Empty for one that ended meanwhile. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
