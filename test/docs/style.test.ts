import { expect, it } from 'vitest';
import { complaints, readSources } from './source-files.ts';

const code = ['packages', 'scripts', 'test', 'bench'].flatMap((folder) =>
  readSources(folder, ['.ts', '.tsx', '.mjs', '.sql']),
);

it('nothing is left to be done later in a comment', () => {
  expect(complaints(code, leftover)).toEqual([]);
  expect(leftover('// TO' + 'DO: later')).not.toBeNull();
  expect(leftover("it.todo('later')")).toBeNull();
});

it('a lint rule is disabled with its reason', () => {
  expect(complaints(code, disabledWithoutReason)).toEqual([]);
  const disable = '// eslint' + '-disable-next-line no-console';
  expect(disabledWithoutReason(disable)).not.toBeNull();
  expect(disabledWithoutReason(`${disable} -- the prompt of the shell`)).toBeNull();
});

it('files are named in kebab-case after what they hold', () => {
  expect(code.map(({ path }) => path).filter((path) => badName(path) !== null)).toEqual([]);
  const bad = ['/a/userImport.ts', '/a/utils.ts', '/a/user-helpers.ts', '/a/common/user.ts', '/a/X.ts'];
  expect(bad.filter((path) => badName(path) === null)).toEqual([]);
  const good = ['/a/user-import.test.ts', '/a/0001-people.sql', '/a/0004_operations.sql', '/a/data-dir.ts'];
  expect(good.filter((path) => badName(path) !== null)).toEqual([]);
});

function leftover(line: string): string | null {
  return /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/.exec(line)?.[0] ?? null;
}

function disabledWithoutReason(line: string): string | null {
  const directive = /eslint-[d]isable/.exec(line);
  if (directive === null || / -- \S/.test(line)) return null;
  return 'say why, after " -- "';
}

/** Names that say nothing, so that anything may end up there. */
function badName(path: string): string | null {
  const names = path
    .split('/')
    .slice(1)
    .map((name) => name.replace(/\..*$/, ''));
  const empty = /(?:^|-)(?:utils?|helpers?|common|misc|manager|service|lib|shared|data|info)$/;
  return names.find((name) => empty.test(name) || !/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/.test(name)) ?? null;
}
