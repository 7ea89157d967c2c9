import { cleanText, isEmail } from '@muster/contract';
import { FileProblem } from '../file-problem.ts';
import { restoreCell } from './formula-cells.ts';
import type { CsvRecord } from './tokenize.ts';

/** Columns that one file may have. */
export const COLUMNS_MAX = 1000;
/** Characters that the name of a column may have; more is no name. */
const NAME_CHARS_MAX = 200;

/**
 * Takes the header off the records, or makes one, and checks that it can name columns.
 *
 * @returns The names, and the columns (0-based) that have none in the file and are called `column_N`.
 * @throws FileProblem `header_duplicate`, `header_quote`, `columns_too_many`, and where the first line is no header:
 *   `header_too_long`, `header_missing`, `header_title`, `lines_quoted`.
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
  const names = first.cells.map(nameOf);
  refuseOtherLines(names, records, first.line);
  const unnamed = new Set(names.flatMap((name, i) => (name === '' ? [i] : [])));
  const header = names.map((name, i) => (name === '' ? freeName(`column_${String(i + 1)}`, names) : name));
  refuseDuplicates(header);
  return { header, unnamed };
}

function nameOf(cell: string, at: number): string {
  if (cell.length > NAME_CHARS_MAX) {
    throw new FileProblem('header_too_long', {
      columns: [{ number: at + 1, name: cell.slice(0, 40) }],
      max: NAME_CHARS_MAX,
    });
  }
  return cleanText(restoreCell(cell.replaceAll('\0', ''))).text;
}

const DELIMITERS = /[,;\t|]/;

/** A line that names no columns: data, a title above them, or all of them within one pair of quotes. */
function refuseOtherLines(names: readonly string[], rows: readonly CsvRecord[], line: number): void {
  const datum = names.find(isEmail);
  if (datum !== undefined) throw new FileProblem('header_missing', { line, found: datum });
  const [only = '', ...others] = names.filter((name) => name !== '');
  if (others.length > 0) return;
  const below = rows.slice(0, 3);
  if (DELIMITERS.test(only) && below.every(({ cells }) => cells.length === 1))
    throw new FileProblem('lines_quoted', { line });
  const filled = below.map(({ cells }) => cells.filter((cell) => cell !== '').length);
  // Beside a title spreadsheets leave empty cells, but so they do beside the name of a first column.
  const isTable = names.length === 1 ? filled.every((count) => count > 1) : filled.every((count) => count > 2);
  if (below.length > 0 && (isTable || (only.includes(' ') && below.every(isCutElsewhere))))
    throw new FileProblem('header_title', { line, found: only });
}

/** One cell by the delimiter of the first line, which has none, and several by another. */
function isCutElsewhere({ cells }: CsvRecord): boolean {
  return cells.length === 1 && (cells[0] ?? '').split(/[;\t|]/).length > 2;
}

function freeName(wanted: string, taken: readonly string[]): string {
  return taken.includes(wanted) ? freeName(`${wanted}_`, taken) : wanted;
}

/** Two names that differ in nothing but case are one name. */
function refuseDuplicates(header: readonly string[]): void {
  const keys = header.map((name) => name.toLowerCase());
  const columns = header
    .map((name, i) => ({ number: i + 1, name }))
    .filter((_, i) => keys.indexOf(keys[i] ?? '') !== keys.lastIndexOf(keys[i] ?? ''));
  if (columns.length > 0) throw new FileProblem('header_duplicate', { columns });
}
