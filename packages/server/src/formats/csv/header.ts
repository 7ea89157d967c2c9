import { FileProblem } from '../file-problem.ts';
import { restoreCell } from './formula-cells.ts';
import type { CsvRecord } from './tokenize.ts';

/** Columns that one file may have. */
export const COLUMNS_MAX = 1000;

/**
 * Takes the header off the records, or makes one, and checks that it can name columns.
 *
 * @returns The names, and the columns (0-based) that have none in the file and are called `column_N`.
 * @throws FileProblem `header_duplicate`, `header_quote` or `columns_too_many`
 */
export function nameColumns(records: CsvRecord[], hasHeader: boolean): { header: string[]; unnamed: Set<number> } {
  const [first] = records;
  if (first === undefined) throw new FileProblem('file_empty');
  const width = first.cells.length;
  if (width > COLUMNS_MAX) {
    throw new FileProblem('columns_too_many', { found: String(width), max: COLUMNS_MAX });
  }
  if (!hasHeader) {
    return { header: first.cells.map((_, i) => `column_${String(i + 1)}`), unnamed: new Set() };
  }
  records.shift();
  if (first.hasBadQuote) throw new FileProblem('header_quote', { line: first.line });
  const names = first.cells.map((cell) => restoreCell(cell.replaceAll('\0', '')).trim());
  const unnamed = new Set(names.flatMap((name, i) => (name === '' ? [i] : [])));
  const header = names.map((name, i) => (name === '' ? freeName(`column_${String(i + 1)}`, names) : name));
  refuseDuplicates(header);
  return { header, unnamed };
}

function freeName(wanted: string, taken: readonly string[]): string {
  return taken.includes(wanted) ? freeName(`${wanted}_`, taken) : wanted;
}

function refuseDuplicates(header: readonly string[]): void {
  const columns = header
    .map((name, i) => ({ number: i + 1, name }))
    .filter(({ name }) => header.indexOf(name) !== header.lastIndexOf(name));
  if (columns.length > 0) throw new FileProblem('header_duplicate', { columns });
}
