import { parseArgs } from 'node:util';
import { Trouble } from '../tell.mjs';
import type { Credentials } from './client.ts';

/** Says a line for each check, and stops at the first that does not hold. */
export interface Checks {
  readonly check: (what: string, holds: boolean, found?: unknown) => void;
  readonly count: number;
}

export function checks(say: (line: string) => void): Checks {
  let count = 0;
  return {
    check: (what, holds, found) => {
      if (!holds) {
        const shown = found === undefined ? '' : `: ${JSON.stringify(found).slice(0, 1_000)}`;
        throw new Trouble(`FAILED ${what}${shown}`);
      }
      count++;
      say(`ok ${count} ${what}`);
    },
    get count() {
      return count;
    },
  };
}

/** Two lists without order. */
export function isSame(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

/**
 * Options of the command line, each with a value.
 * @throws Trouble naming those that are missing.
 */
export function optionsOf(
  argv: readonly string[],
  needed: readonly string[],
  optional: readonly string[] = [],
): Record<string, string | undefined> {
  const options = Object.fromEntries([...needed, ...optional].map((name) => [name, { type: 'string' as const }]));
  const given: Record<string, unknown> = parseArgs({ args: [...argv], options, strict: true }).values;
  const missing = needed.filter((name) => typeof given[name] !== 'string');
  if (missing.length > 0) throw new Trouble(`Give ${missing.map((name) => `--${name}`).join(', ')}.`);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]),
  );
}

/** @param prefix - Of the options: `other-` for `--other-email` and `--other-password`. */
export function credentialsIn(options: Readonly<Record<string, string | undefined>>, prefix = ''): Credentials | null {
  const [email, password] = [options[`${prefix}email`], options[`${prefix}password`]];
  return email === undefined || password === undefined ? null : { email, password };
}
