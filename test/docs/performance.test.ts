/** The figures that are written down, against what the requirements ask of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { table } from '../../bench/figures.ts';
import { IDS } from '../../bench/run.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/performance.md'), 'utf8');
const [, measured = ''] = page.split('## Figures');

/** A cell of the table of figures, as a number. @param column - 1 is the figure, 3 its ratio to the limit. */
function recorded(id: string, column: 1 | 3): number {
  const line = measured.split('\n').find((row) => row.split('|')[1]?.trim() === id);
  const cell = line?.split('|')[column + 1]?.trim() ?? '';
  expect(cell, `${id} is not written down.`).toMatch(/^[\d.]+ (s|ms|MB|\/s|×)$/);
  return parseFloat(cell);
}

it('ten times 10,000 people are imported within the 15 minutes for 10,000, as written down', () => {
  expect(page).toContain('import of 100,000 people by CSV');
  expect(recorded('P1', 1)).toBeLessThan(15 * 60);
});

it('a file of 100 MB is imported within 10 minutes, as written down', () => {
  expect(page).toContain('the file of P1 has 10 MB, that of P2 100 MB');
  expect(recorded('P2', 1)).toBeLessThan(10 * 60);
});

it('100 MB take no more than a fifth more memory than 10 MB, and stay under the bound, as written down', () => {
  expect(recorded('P3 against P1', 3)).toBeLessThanOrEqual(1.2);
  expect(recorded('P3', 1)).toBeLessThanOrEqual(400);
});

it('machine, data and the one command are written down; the command prints each figure next to its limit', () => {
  expect(measured).toMatch(/\d+ × .*, \d+ GB, Linux .*, Node .*, PostgreSQL/);
  expect(page).toContain('npm run bench ');
  expect(page).toContain('generated data that is the same in every run');
  for (const id of IDS) expect(page).toContain(`| ${id} `);
  const printed = table([
    { id: 'P1', work: 'import', measured: 2, unit: 's', limit: 1, bar: 3.5 },
    { id: 'P3', work: 'memory', measured: 500, unit: 'MB', bar: 400 },
  ]).split('\n');
  expect(printed[1]).toMatch(/2\.00 s +1\.00 s +2\.00 × +≤ 3\.5 × +yes$/);
  expect(printed[2]).toMatch(/500 MB +≤ 400 MB +NO$/);
});
