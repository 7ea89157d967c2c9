import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { complaints, root } from './source-files.ts';

/** What only means something on the machine where a file was written. */
const machineBound = [
  /(?<![\w.~-])\/(?:work|root|Users)\/[\w.-]/,
  /\/tmp\/(?:brief|bash_)/,
  /\bsub-?agents?\b/i,
  /"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)/,
];

it.skipIf(!existsSync(join(root, '.git')))('no file names a place on one machine', () => {
  const files = trackedFiles().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  expect(files.length).toBeGreaterThan(20);
  expect(complaints(files, complaint)).toEqual([]);
});

it('a machine path, a private registry or a word of the workshop is found', () => {
  const bad = [
    ['see ', 'work', 'main', 'x.ts'].join('/'),
    ['"', 'root', '.npm"'].join('/'),
    ['', 'tmp', 'brief', 'a.md'].join('/'),
    'written by a sub' + 'agent',
    '"resolved": ' + '"https://mirror.example/a.tgz"',
  ];
  expect(bad.filter((line) => complaint(line) === null)).toEqual([]);
  const good = ['../work/a', 'https://muster.example/work/', 'user-agent', '/tmp/muster', '/api/users/'];
  expect(good.filter((line) => complaint(line) !== null)).toEqual([]);
});

/** The ledgers are quoted as they are. */
function trackedFiles(): string[] {
  return execFileSync('git', ['-c', `safe.directory=${root}`, 'ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && !path.startsWith('docs/requirements/'))
    .filter((path) => existsSync(join(root, path)));
}

function complaint(line: string): string | null {
  const found = machineBound.map((pattern) => pattern.exec(line)).find((match) => match !== null);
  return found === undefined ? null : found[0];
}
