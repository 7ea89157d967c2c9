import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { KINDS } from '../../packages/server/src/kinds/index.ts';
import { problemPages } from './problem-pages.ts';

const docs = path.resolve(import.meta.dirname, '../../docs');

it('every problem code has its page, and no page is stale or left over', () => {
  const pages = problemPages();
  expect(readdirSync(path.join(docs, 'problems')).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(readFileSync(path.join(docs, 'problems', name), 'utf8'), name).toBe(text);
});

it('every kind has its page, which names its parameters and whether it can be undone', () => {
  const kinds = [...KINDS.map((kind) => kind.name), 'undo'];
  expect(readdirSync(path.join(docs, 'kinds')).sort()).toEqual(kinds.map((name) => `${name}.md`).sort());
  for (const kind of KINDS) {
    const text = readFileSync(path.join(docs, 'kinds', `${kind.name}.md`), 'utf8');
    expect(text, kind.name).toContain(kind.title);
    const shape: unknown = 'shape' in kind.params ? kind.params.shape : {};
    for (const name of Object.keys(shape ?? {})) expect(text, `${kind.name} ${name}`).toContain(`\`${name}\``);
    expect(text).toMatch(kind.irreversible === undefined ? /can be undone/i : /cannot be undone/i);
  }
});
