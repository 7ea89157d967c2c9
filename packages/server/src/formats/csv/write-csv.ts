import { Readable } from 'node:stream';
import { neutraliseCell } from './formula-cells.ts';

export interface CsvWriteOptions {
  /** Begins the file with a byte order mark, which Excel needs to read UTF-8. Default false. */
  bom?: boolean;
}

type Rows = AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>;

const PIECE_CHARS = 65_536;

/**
 * A CSV file as a stream: RFC 4180, comma, CRLF, UTF-8. `openCsv` gives back every text as it was.
 *
 * @param rows - Cells: text, numbers, booleans, Date (ISO 8601), lists (joined by `;`); null and
 *   undefined give an empty cell.
 */
export function writeCsv(header: readonly string[], rows: Rows, { bom = false }: CsvWriteOptions = {}): Readable {
  return Readable.from(pieces(header, rows, bom), { objectMode: false });
}

async function* pieces(header: readonly string[], rows: Rows, bom: boolean): AsyncGenerator<string> {
  let text = (bom ? '\uFEFF' : '') + csvLine(header);
  for await (const row of rows) {
    text += csvLine(row);
    if (text.length >= PIECE_CHARS) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

/** One record with its line end. Cells that a spreadsheet would run come out as text. */
export function csvLine(cells: readonly unknown[]): string {
  const line = cells.map((cell) => quoted(neutraliseCell(cellText(cell)))).join(',');
  // A line of nothing but commas is what readers skip as blank.
  return /[^,]/.test(line) ? `${line}\r\n` : `${cells.map(() => '""').join(',')}\r\n`;
}

function quoted(text: string): string {
  return /^\s|[",;\t|\r\n]|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellText(cell: unknown): string {
  if (typeof cell === 'string') return cell;
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString();
  return Array.isArray(cell) ? cell.map(cellText).join(';') : JSON.stringify(cell);
}
