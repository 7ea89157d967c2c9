// What every script here needs to speak: one line at a time, on the error stream, so that a command's own output stays clean.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Something the person at the terminal can put right: shown as its words alone, without a stack. */
export class Trouble extends Error {}

/** @param {string} line */
export function tell(line) {
  console.error(line);
}

/** @param {number} startedMs - As `Date.now()` gave it. */
export function seconds(startedMs) {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}

/**
 * Whether a module was started by name rather than imported.
 *
 * @param {string} url - Its `import.meta.url`.
 */
export function isMain(url) {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
}

/**
 * Runs a script's work; trouble ends the process with its words and exit code 1.
 *
 * @template T
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function orExit(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    tell(error.message);
    process.exit(1);
  }
}
