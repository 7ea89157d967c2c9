// `npm test`: makes the clone ready, then every check there is, cheapest first, stopping at the first that fails.
// With arguments only vitest runs, and gets them (`npm test -- engine/chunk`); `--fast` leaves out the checks before it.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root } from './build.mjs';
import { setup } from './setup.mjs';
import { orExit, seconds, tell, Trouble } from './tell.mjs';

/** @type {[name: string, binary: string, ...args: string[]][]} */
const checks = [
  ['formatting', 'prettier/bin/prettier.cjs', '--check', '.', ...cache('prettier', '--cache')],
  ['lint', 'eslint/bin/eslint.js', '.', '--max-warnings', '0', ...cache('eslint', '--cache')],
  ['types', 'typescript/bin/tsc', '--noEmit', '-p', '.'],
  ['import rules', 'dependency-cruiser/bin/dependency-cruise.mjs', '--config', '--', 'packages'],
  ['dead code', 'knip/bin/knip.js', '--no-progress'],
];

await orExit(async () => {
  await setup();
  const given = process.argv.slice(2).filter((argument) => argument !== '--');
  const vitestArgs = given.filter((argument) => argument !== '--fast');
  if (given.length === 0) checks.forEach(([name, ...command]) => check(name, command));
  process.exitCode = test(vitestArgs);
});

/**
 * @param {string} name
 * @param {string[]} command
 */
function check(name, command) {
  const startedMs = Date.now();
  const { status, stdout, stderr } = run(command, 'pipe');
  if (status !== 0) throw new Trouble(`${stdout}${stderr}\nFailed: ${name}`);
  tell(`ok  ${name.padEnd(12)} ${seconds(startedMs)}`);
}

/**
 * Runs vitest in sight, then repeats its numbers on a last line in a form that any CI understands.
 *
 * @param {string[]} args
 * @returns {number} The exit code.
 */
function test(args) {
  const startedMs = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'muster-test-'));
  const report = join(folder, 'report.json');
  const { status } = run(
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
 */
function run([binary = '', ...args], stdio) {
  return spawnSync(process.execPath, [resolve(root, 'node_modules', binary), ...args], {
    cwd: root,
    stdio,
    encoding: 'utf8',
    maxBuffer: Infinity,
  });
}

/**
 * @param {string} tool
 * @param {string} flag
 * @returns {string[]} None where the cache could not be written, as for a user who did not install the dependencies.
 */
function cache(tool, flag) {
  try {
    accessSync(join(root, 'node_modules'), constants.W_OK);
  } catch {
    return [];
  }
  return [flag, '--cache-strategy', 'content', '--cache-location', `node_modules/.cache/${tool}/cache`];
}
