import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const page = path.join(root, 'docs/reference/security.md');
const lines = readFileSync(page, 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, number]) => /^\d+\.\d+\.\d+$/.test(number ?? ''));

/** The requirements of ASVS 5.0 at levels 1 and 2, by section: `6.2:1-12` are 6.2.1 to 6.2.12. */
const REQUIREMENTS =
  '1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2 4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4 10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1 12.1:1-3 12.2:1-2 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2';

function numbers(): string[] {
  return REQUIREMENTS.split(' ').flatMap((entry) => {
    const [section = '', ranges = ''] = entry.split(':');
    return ranges.split(',').flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, n) => `${section}.${String(first + n)}`);
    });
  });
}

it('each requirement of level 2 is answered once, and nothing that is none', () => {
  expect(lines.map(([, number]) => number).sort()).toEqual(numbers().sort());
});

it('each answer is one of five, says how, and names only tests and pages that are there', () => {
  for (const [, number, , answer, how = '', shown = ''] of lines) {
    expect([number, answer]).toEqual([number, expect.stringMatching(/^(met|partly|not met|operator|not applicable)$/)]);
    expect([number, how]).toEqual([number, expect.stringMatching(/\.$/)]);
    for (const [, file = ''] of `${how} ${shown}`.matchAll(/\]\(([^)]+)\)/g))
      expect([number, file, existsSync(path.resolve(path.dirname(page), file))]).toEqual([number, file, true]);
  }
});

it('the counts at the top are those of the lines', () => {
  const count = (wanted: string): string => String(lines.filter(([, , , answer]) => answer === wanted).length);
  const top = readFileSync(page, 'utf8').replace(/\s+/g, ' ');
  expect(top).toContain(
    `Of ${String(lines.length)} requirements ${count('met')} are met, ${count('partly')} partly, ${count('not met')} not, ${count('operator')} are the operator's, and ${count('not applicable')} are about`,
  );
});
