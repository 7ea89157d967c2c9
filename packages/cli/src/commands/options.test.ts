import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { fromFile } from './options.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'muster-secret-'));
const file = path.join(folder, 'token');
writeFileSync(file, 'of the file \n');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let command: Command;
beforeEach(() => {
  const token = new Option('--metrics-token <token>', 'a secret').env('MUSTER_TEST_TOKEN').makeOptionMandatory();
  command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  command.addOption(token).addOption(fromFile(token));
});
const read = (argv: string[]): unknown => command.parse(argv, { from: 'user' }).opts()['metricsToken'];

it('a secret may come by a file, named on the command line or in the environment, without its last line break', () => {
  expect(read(['--metrics-token-file', file])).toBe('of the file ');
  process.env['MUSTER_TEST_TOKEN_FILE'] = file;
  try {
    expect(read([])).toBe('of the file ');
  } finally {
    delete process.env['MUSTER_TEST_TOKEN_FILE'];
  }
});

it('without either, and for a file that is not there, the command is refused', () => {
  expect(() => read([])).toThrow('metrics-token');
  expect(() => read(['--metrics-token-file', path.join(folder, 'none')])).toThrow('no such file');
});
