import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { complaints, readSources, root, type SourceFile } from './source-files.ts';

interface BannedWord {
  word: string;
  instead: string;
  /** Parts of paths where it may stand. */
  except: string[];
}

const banned = bannedWordsIn(readFileSync(join(root, 'docs/glossary.md'), 'utf8'));

it('the code uses the words of the glossary and none of those it bans', () => {
  const code = readSources('packages', ['.ts', '.tsx', '.sql', '.css']);
  expect(code.length).toBeGreaterThan(0);
  expect(wordsOutOfPlace(code)).toEqual([]);
});

it('a banned word is found however it is written, but not inside another word', () => {
  const path = '/packages/server/src/worker/watch.ts';
  const found = (text: string) => wordsOutOfPlace([{ path, text }]).length > 0;
  expect(
    ['tenant_id', 'tenantId', '// the Tenant', "'tenant'", 'const batchSize = 5', 'DRY_RUN'].filter(
      (text) => !found(text),
    ),
  ).toEqual([]);
  expect(['tenancy/', 'lieutenants', 'batch_id', 'orgId'].filter(found)).toEqual([]);
});

it('a dialect keeps the words of the other system', () => {
  const text = 'const instituteId = 1;';
  expect(wordsOutOfPlace([{ path: '/packages/server/src/http/dialects/a.ts', text }])).toEqual([]);
  expect(wordsOutOfPlace([{ path: '/packages/server/src/http/people/routes.ts', text }])).toEqual([
    '/packages/server/src/http/people/routes.ts:1: "institute": write org',
  ]);
});

/** The rows `| `not`, `not` | but | `except in` |` under the last heading. */
function bannedWordsIn(glossary: string): BannedWord[] {
  const [, table = ''] = glossary.split('## Words we do not use');
  return table.split('\n').flatMap((line) => {
    const [, words = '', instead = '', except = ''] = line.split('|').map((cell) => cell.trim());
    return quotedIn(words).map((word) => ({ word, instead, except: quotedIn(except) }));
  });
}

function quotedIn(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, quoted = '']) => quoted);
}

function wordsOutOfPlace(files: readonly SourceFile[]): string[] {
  return complaints(files, (line, path) => {
    const words = ` ${line
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .join(' ')} `;
    const found = banned.find(
      ({ word, except }) => words.includes(` ${word} `) && !except.some((place) => path.includes(place)),
    );
    return found === undefined ? null : `"${found.word}": write ${found.instead}`;
  });
}
