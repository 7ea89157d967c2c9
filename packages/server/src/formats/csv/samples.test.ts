import { createReadStream, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { hasSamples, outcomeOf, readCsv, sampleFolder } from './csv-fixture.ts';

/*
 * Outcomes of the files that are not simply good, by name. `good` files must read without a fault
 * and give the cells that csv-parse gives.
 */
const FRICTIONLESS: Record<string, string> = {
  'capital-invalid.csv': 'header_duplicate',
  'duplicate-column.csv': 'header_duplicate',
  'duplicate-headers.csv': 'header_duplicate',
  'invalid.csv': 'header_duplicate',
  'empty.csv': 'file_empty',
  'wide.csv': 'columns_too_many',
  'issue-647.csv.txt': 'encoding_unclear',
  'latin1.csv': 'encoding_unclear',
  'table-infer-iso-8859-7.csv': 'encoding_unclear',
  'table-with-accents.csv': 'encoding_unclear',
  'issue-1109.csv': 'header_quote',
  'implicit-gz.csv': 'not_csv',
  'implicit-zip.csv': 'not_csv',
  'countries.csv': 'header_title',
  'matrix-with-comment.csv': 'header_title',
  'country-2.csv': 'header_title',
  'file.txt': 'header_too_long',
  'skip-rows-before-headers.csv': 'header_title',
  'skip-rows.csv': 'row_long row_long row_long',
  'skip-blank-at-the-end.csv': 'row_short',
  'defective-rows.csv': 'row_short row_long',
  'dialect.csv': 'row_long',
  'escaping.csv': 'bad_quote bad_quote bad_quote',
  'issue-833.csv': 'bad_quote bad_quote',
  'issue-1004-data1.csv': 'row_long row_short',
  'issue-1004-data2.csv': 'row_short row_short row_long',
  'schema-errors.csv': 'row_long',
  'structure-errors.csv': 'row_long',
  'without-headers-extra.csv': 'row_long',
};

const CSV_TEST_DATA: Record<string, string> = {
  'all-empty.csv': 'file_empty',
  'bad-header-no-header.csv': 'file_empty',
  'bad-header-less-fields.csv': 'row_short',
  'bad-header-more-fields.csv': 'row_long',
  'bad-missing-quote.csv': 'quote_unclosed',
  'bad-quotes-with-unescaped-quote.csv': 'bad_quote',
  'bad-unescaped-quote.csv': 'bad_quote',
};

function csvFiles(folder: string): string[] {
  return readdirSync(join(sampleFolder, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:csv|tsv|zip|txt)$/.test(name))
    .map((name) => join(sampleFolder, folder, name));
}

const jsonRows = z.array(z.union([z.array(z.string()), z.record(z.string(), z.string())]));

/** The rows of an expected JSON file as arrays, without the header line that some of them carry. */
function expectedRows(path: string, header: readonly string[]): string[][] {
  const rows = jsonRows.parse(JSON.parse(readFileSync(path, 'utf8')));
  const arrays = rows.map((row) => (Array.isArray(row) ? row : header.map((name) => row[name] ?? '')));
  return rows.length > 0 && Array.isArray(rows[0]) ? arrays.slice(1) : arrays;
}

/** What was found by file, for all files of a folder at once: a run without them skips as many tests as one with them runs. */
async function each<T>(folder: string, look: (path: string) => Promise<T>): Promise<Record<string, T>> {
  const found: Record<string, T> = {};
  for (const path of csvFiles(folder)) found[basename(path)] = await look(path);
  expect(Object.keys(found).length).toBeGreaterThan(10);
  return found;
}

const outcome = (path: string) => outcomeOf(createReadStream(path));
const cellsIn = async (path: string) => (await readCsv(createReadStream(path))).rows.map((row) => row.cells);

it.skipIf(!hasSamples)('each file of csv-spectrum equals its JSON (skipped without ../shared/data)', async () => {
  await each('csv/csv-spectrum/csvs', async (path) => {
    const { header, rows } = await readCsv(createReadStream(path));
    const json = path.replace('/csvs/', '/json/').replace(/csv$/, 'json');
    // The checkout of newlines_crlf.csv has lost its CR.
    const expected = expectedRows(json, header).map((row) => row.map((cell) => cell.replaceAll('\r\n', '\n')));
    expect(
      rows.map((row) => row.cells),
      path,
    ).toEqual(expected);
  });
});

it.skipIf(!hasSamples)('each file of csv-test-data ends as listed (skipped without ../shared/data)', async () => {
  const outcomes = await each('csv/csv-test-data/csv', async (path) => {
    const result = await outcome(path);
    // bad-header-wrong-header is a good file with another header: the mapping refuses it.
    // empty-one-column has one blank line, which is skipped here.
    if (result !== 'good' || /^bad-|^empty-one-column/.test(basename(path))) return result;
    const { header } = await readCsv(createReadStream(path));
    const json = path.replace('/csv/csv-test-data/csv/', '/csv/csv-test-data/json/').replace(/csv$/, 'json');
    expect(await cellsIn(path), path).toEqual(expectedRows(json, header));
    return result;
  });
  expect(notGood(outcomes)).toEqual(CSV_TEST_DATA);
});

it.skipIf(!hasSamples)('each file of frictionless ends as listed (skipped without ../shared/data)', async () => {
  const outcomes = await each('csv/frictionless', async (path) => {
    const result = await outcome(path);
    if (path.endsWith('.zip')) expect(result, path).toBe('not_csv');
    if (result !== 'good') return path.endsWith('.zip') ? 'good' : result;
    const { dialect } = await readCsv(createReadStream(path));
    const reference = parse(iconv.decode(readFileSync(path), dialect.encoding), {
      delimiter: dialect.delimiter,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    }).slice(1);
    const isBlank = (row: readonly string[]) => row.every((cell) => cell === '');
    expect(await cellsIn(path), path).toEqual(reference.filter((row) => !isBlank(row)));
    return result;
  });
  expect(notGood(outcomes)).toEqual(FRICTIONLESS);
});

function notGood(outcomes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(outcomes).filter(([, result]) => result !== 'good'));
}

it.skipIf(!hasSamples).each([
  ['moodle/uploaduser/tabfile.csv', 'good'],
  ['moodle/uploaduser/upload_grades.csv', 'good'],
  ['moodle/uploaduser/upload_users_category.csv', 'good'],
  ['canvas/doc-samples/users.csv', 'good'],
  ['canvas/doc-samples/logins.csv', 'row_long row_long row_long'],
  ['canvas/doc-samples/change_sis_id.csv', 'row_short row_short row_short'],
  ['oneroster/oat-sa-1.1/users.csv', 'good'],
  ['oneroster/nicelion-1.1-headers/users.csv', 'good'],
])('%s reads as %s (skipped without ../shared/data)', async (name, result) => {
  expect(await outcome(join(sampleFolder, name))).toBe(result);
});
