/* What the tests of this folder share: reading a file at once, and where the foreign samples lie. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { FileProblem } from '../file-problem.ts';
import { openCsv } from './read-csv.ts';
import type { CsvFile, CsvOptions, CsvRow } from './read-csv.ts';

/** Samples of other projects, beside the repository. Tests of them are skipped where they are missing, and counted so. */
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

/** `good`, the code of the problem of the file, or the codes of the row faults in order. */
export async function outcomeOf(content: string | Buffer | Readable): Promise<string> {
  try {
    const { rows } = await readCsv(content);
    const codes = rows.flatMap((row) => row.fault?.code ?? []);
    return codes.length === 0 ? 'good' : codes.join(' ');
  } catch (error) {
    if (error instanceof FileProblem) return error.code;
    throw error;
  }
}

export async function cellsOf(content: string | Buffer, options: CsvOptions = {}): Promise<string[][]> {
  const { header, rows } = await readCsv(content, options);
  return [header, ...rows.map((row) => row.cells)];
}
