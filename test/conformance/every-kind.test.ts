/** Whether the promises are held against every kind there is. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KINDS } from '../../packages/server/src/kinds/index.ts';
import { EXAMPLES, GROUPS } from './example.ts';

it('every kind has an example here, and undo', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual([...KINDS.map((kind) => kind.name), 'undo'].sort());
});

it('every group of examples has a file of tests', () => {
  const files = readdirSync(import.meta.dirname);
  expect(Object.keys(GROUPS).filter((group) => !files.includes(`${group}.test.ts`))).toEqual([]);
});
