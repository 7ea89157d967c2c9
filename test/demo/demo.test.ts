import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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
  expect(output).toMatch(/Learners +\d+ students in Physics A/);
  expect(output).toContain('student_suspended: Martín Muñoz is suspended.');
  expect(output).toContain('142 assigned, 0 skipped, 0 failed.');
  expect(output).toContain('student_id,name,class,grade,content,outcome');
  expect(output).toContain('This will take back 140 and keep 2 that changed since.');
  expect(output).toContain('140 of 142 are done and 2 were skipped.');
  expect(output).toMatch(/All 11 steps are done in/);
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

it('every example of the README works in it', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, block = ''] = /## Run it\s+```sh\n([^]*?)```/.exec(readme) ?? [];
  const examples = block.split('\n').flatMap((line) => /^npx muster (?!serve)(.*?)\s*(?:#.*)?$/.exec(line)?.[1] ?? []);
  expect(examples.map((example) => example.split(' ')[0])).toEqual(['org', 'login', 'import', 'enroll', 'operations']);
  const server = spawn(process.execPath, [
    '--import',
    'tsx',
    main,
    'serve',
    '--port',
    '0',
    '--data-dir',
    dataDir,
    '--json',
  ]);
  const home = await mkdtemp(join(tmpdir(), 'muster-home-'));
  try {
    const address = await addressOf(server);
    await writeFile(join(home, 'people.csv'), 'external_id,given_name,family_name,role\nnew-1,Ngozi,Okafor,student\n');
    for (const example of examples) {
      // The address and the sign-in are those of the demo; what asks is answered with yes.
      const args = wordsOf(example).map((word) =>
        word.replace('http://127.0.0.1:4000', address).replace('…', 'a long enough one'),
      );
      const own =
        args[0] === 'login' ? args.map((word) => word.replace('you@example.org', 'demo@muster.example')) : args;
      const more = { org: ['--data-dir', dataDir], import: ['--yes'] }[own[0] ?? ''] ?? [];
      const ended = await ranIn(home, [...own, ...more]);
      expect({ example, ...ended }).toMatchObject({ example, exitCode: 0 });
      if (own[0] === 'enroll') expect(ended.output).toMatch(/This will (create|enroll) \d+/);
    }
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    await rm(home, { recursive: true });
  }
}, 180_000);

it('a step that fails is named, with exit code 1', async () => {
  const { exitCode, told } = await demo('--once', '--data-dir', main);
  expect({ exitCode, told }).toMatchObject({
    exitCode: 1,
    told: expect.stringContaining('Step 1, "Start a database and the server", failed:'),
  });
});

/** The words of a line of shell that quotes with `"` alone. */
function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}

async function addressOf(server: ChildProcessWithoutNullStreams): Promise<string> {
  let printed = '';
  for await (const line of createInterface({ input: server.stdout })) {
    printed += line;
    if (line === '}') break;
  }
  return JSON.parse(printed).address;
}

async function ranIn(home: string, args: readonly string[]) {
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, MUSTER_PASSWORD: 'three-rivers' };
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...args], { env, cwd: home });
  child.stdin.end();
  const [output, told] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode: child.exitCode, output, told };
}

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
