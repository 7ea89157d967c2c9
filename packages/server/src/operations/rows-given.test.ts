import { Problem } from '@muster/contract';
import { expect, it } from 'vitest';
import { rowsAsFile } from './rows-given.ts';

function refusalOf(rows: readonly unknown[]): unknown {
  try {
    return rowsAsFile(rows, 'rows').header.length;
  } catch (error) {
    return error instanceof Problem ? error.errors[0]?.message : error;
  }
}

it('rows with columns of their own each are refused before they become a table', () => {
  expect(refusalOf(Array.from({ length: 2_000 }, (_, n) => ({ [`c${n}`]: 1 })))).toContain('more than 1,000 columns');
});

it('few wide rows among many narrow ones are refused before they become a table', () => {
  const wide = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`c${n}`, 1]));
  expect(refusalOf([wide, ...Array.from({ length: 10_000 }, () => ({ c0: 1 }))])).toContain(
    'more than 2,000,000 cells',
  );
});

it('rows as people send them are taken, however many columns are left out in some', () => {
  expect(refusalOf(Array.from({ length: 20_000 }, (_, n) => ({ email: 'a', [`c${n % 30}`]: n })))).toBe(31);
});
