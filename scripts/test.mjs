// `npm test`: makes the clone ready, then every check there is, two at a time, and the tests when all of them are well.
// With arguments only vitest runs, and gets them (`npm test -- engine/chunk`); `--fast` leaves out the checks before it.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root } from './build.mjs';
import { setup } from './setup.mjs';
import { orExit, seconds, tell, Trouble } from './tell.mjs';

/**
 * The longest are begun first.
 *
 * @type {[name: string, binary: string, ...args: string[]][]}
 */
const checks = [
  ['types', 'typescript/bin/tsc', '--noEmit', '-p', '.', ...buildInfo()],
  ['lint', 'eslint/bin/eslint.js', '.', '--max-warnings', '0', ...cache('eslint', '--cache')],
  ['dead code', 'knip/bin/knip.js', '--no-progress'],
  ['import rules', 'dependency-cruiser/bin/dependency-cruise.mjs', '--config', '--', 'packages'],
  ['formatting', 'prettier/bin/prettier.cjs', '--check', '.', ...cache('prettier', '--cache')],
];
/** As many as a small machine has cores; each of them uses one. */
const AT_ONCE = 2;

/**
 * What is ended when this ends early.
 *
 * @type {Set<import('node:child_process').ChildProcess>}
 */
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill()));

await orExit(async () => {
  await setup();
  const given = process.argv.slice(2).filter((argument) => argument !== '--');
  const vitestArgs = given.filter((argument) => argument !== '--fast');
  if (given.length === 0) await checkAll();
  process.exitCode = await test(vitestArgs);
});

/** The first that fails ends the command, and the others with it. */
async function checkAll() {
  const waiting = [...checks];
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, ...command] = next;
      await check(name, command);
    }
  });
  await Promise.all(lanes);
}

/**
 * @param {string} name
 * @param {string[]} command
 */
async function check(name, command) {
  const startedMs = Date.now();
  const { status, output } = await run(command, 'pipe');
  if (status !== 0) throw new Trouble(`${output}\nFailed: ${name}`);
  tell(`ok  ${name.padEnd(12)} ${seconds(startedMs)}`);
}

/**
 * Runs vitest in sight, then repeats its numbers on a last line in a form that any CI understands.
 *
 * @param {string[]} args
 * @returns {Promise<number>} The exit code.
 */
async function test(args) {
  const startedMs = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'muster-test-'));
  const report = join(folder, 'report.json');
  const { status } = await run(
    [
      'vitest/vitest.mjs',
      'run',
      // Does not write a compiled configuration beside the dependencies, which may be read-only.
      '--configLoader=runner',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    'inherit',
  );
  const { passed, failed, skipped } = countsIn(report);
  rmSync(folder, { recursive: true });
  tell(`${status === 0 ? 'ok ' : 'Failed:'} tests        ${seconds(startedMs)}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return status ?? 1;
}

/**
 * A file that could not even be loaded has no tests to count, so it counts as one failure; so does a run without a report.
 *
 * @param {string} report
 */
function countsIn(report) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const unloaded = testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length, skipped: numPendingTests + numTodoTests };
}

/**
 * @param {string[]} command - A tool's file in node_modules and its arguments.
 * @param {'pipe' | 'inherit'} stdio
 * @returns {Promise<{ status: number | null, output: string }>}
 */
async function run([binary = '', ...args], stdio) {
  const child = spawn(process.execPath, [resolve(root, 'node_modules', binary), ...args], {
    cwd: root,
    stdio: ['inherit', stdio, stdio],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
  const status = await new Promise((ended, failed) => child.once('error', failed).once('close', ended));
  running.delete(child);
  return { status, output };
}

/**
 * @param {string} tool
 * @param {string} flag
 * @returns {string[]} None where the cache could not be written, as for a user who did not install the dependencies.
 */
function cache(tool, flag) {
  if (!mayCache()) return [];
  return [flag, '--cache-strategy', 'content', '--cache-location', `node_modules/.cache/${tool}/cache`];
}

function buildInfo() {
  return mayCache() ? ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc/all.tsbuildinfo'] : [];
}

function mayCache() {
  try {
    accessSync(join(root, 'node_modules'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
