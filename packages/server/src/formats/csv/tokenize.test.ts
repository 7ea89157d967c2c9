import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileProblem } from '../file-problem.ts';
import { CsvTokenizer } from './tokenize.ts';
import type { CsvRecord } from './tokenize.ts';

function tokenize(pieces: readonly string[]): CsvRecord[] {
  const tokenizer = new CsvTokenizer(',');
  return [...pieces.flatMap((piece) => tokenizer.push(piece)), ...tokenizer.end()];
}

/** What csv-parse makes of it, or undefined when it refuses the text. */
function reference(text: string): string[][] | undefined {
  try {
    return parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] });
  } catch {
    return undefined;
  }
}

const csvText = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\r', '\n', '\r\n', 'é'), maxLength: 40 });
const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === '');

it('a text that csv-parse accepts gives the same cells', () => {
  fc.assert(
    fc.property(csvText, (text) => {
      const expected = reference(text);
      fc.pre(expected !== undefined);
      const cells = tokenize([text]).map((record) => record.cells);
      expect(cells.filter((row) => !isBlank(row))).toEqual(expected.filter((row) => !isBlank(row)));
    }),
    { numRuns: 3000 },
  );
});

it('cutting a text into pieces changes nothing, not even the lines and the refusals', () => {
  const attempt = (pieces: readonly string[]): unknown => {
    try {
      return tokenize(pieces);
    } catch (error) {
      return error instanceof FileProblem ? { code: error.code, ...error.detail } : error;
    }
  };
  fc.assert(
    fc.property(csvText, fc.integer({ min: 1, max: 5 }), (text, size) => {
      const pieces = text.match(new RegExp(`[^]{1,${String(size)}}`, 'g')) ?? [];
      expect(attempt(pieces)).toEqual(attempt([text]));
    }),
    { numRuns: 2000 },
  );
});
