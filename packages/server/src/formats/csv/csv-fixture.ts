/* What the tests of this folder share: reading a file at once, and where the foreign samples lie. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { openCsv } from './read-csv.ts';
import type { CsvFile, CsvOptions, CsvRow } from './read-csv.ts';

/** Samples of other projects, beside the repository; tests of them are skipped where it is missing. */
export const sampleFolder = fileURLToPath(new URL('../../../../../../shared/data/', import.meta.url));
export const hasSamples = existsSync(sampleFolder);

export async function readCsv(
  content: string | Buffer | Readable,
  options: CsvOptions = {},
): Promise<CsvFile & { rows: CsvRow[] }> {
  const source = content instanceof Readable ? content : Readable.from([Buffer.from(content)]);
  const file = await openCsv(source, options);
  const rows: CsvRow[] = [];
  for await (const block of file.blocks) rows.push(...block);
  return { ...file, rows };
}

export async function cellsOf(content: string | Buffer, options: CsvOptions = {}): Promise<string[][]> {
  const { header, rows } = await readCsv(content, options);
  return [header, ...rows.map((row) => row.cells)];
}
