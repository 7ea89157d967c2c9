import type { Readable } from 'node:stream';
import { FileProblem } from '../file-problem.ts';
import { guessDelimiter, statedDelimiter } from './delimiter.ts';
import { chooseEncoding, openDecoder } from './encoding.ts';
import type { EncodingChoice } from './encoding.ts';
import { restoreCell } from './formula-cells.ts';
import { COLUMNS_MAX, nameColumns } from './header.ts';
import type { FileNotice } from './notices.ts';
import type { RowFault } from './row-faults.ts';
import { refuseMarkup, refuseOtherFormats } from './refuse-other-formats.ts';
import { readPieces, readSample } from './sample.ts';
import { CsvTokenizer } from './tokenize.ts';
import type { CsvRecord } from './tokenize.ts';

/** Characters that one cell may have. */
export const CELL_CHARS_MAX = 65_536;
const BLOCK_ROWS_MAX = 1000;
const APOSTROPHE = 39;

export type { FileNotice } from './notices.ts';
export type { RowFault } from './row-faults.ts';

export interface CsvOptions {
  /** Such as windows-1252; wins over what is found out but not over a byte order mark. */
  encoding?: string;
  delimiter?: string;
  /** Without a header the columns are called `column_1`, `column_2`, … Default true. */
  hasHeader?: boolean;
}

export interface CsvDialect {
  encoding: string;
  delimiter: string;
  hasBom: boolean;
  lineEnding: 'crlf' | 'lf' | 'cr' | 'mixed';
  /** Whether the file begins with a line `sep=;`. */
  sepLine: boolean;
}

export interface CsvRow {
  /** 1-based, header and blank lines not counted. */
  rowNo: number;
  /** Physical line of the file on which the row begins, 1-based. */
  line: number;
  /**
   * As wide as the header, or wider (up to COLUMNS_MAX) with fault `row_long`; text as it stands, not
   * trimmed.
   */
  cells: string[];
  fault?: RowFault;
}

export interface CsvFile {
  dialect: CsvDialect;
  header: string[];
  /** Complete once the blocks are read. */
  notices: readonly FileNotice[];
  /** Read once; ending early closes the source. Throws FileProblem where the file breaks off. */
  blocks: AsyncIterable<CsvRow[]>;
}

/**
 * Opens a CSV file of any size; reads its header and leaves the rows to `blocks`.
 *
 * @throws FileProblem when the file is empty, is no CSV, or has a header that cannot be used.
 */
export async function openCsv(source: Readable, options: CsvOptions = {}): Promise<CsvFile> {
  const pieces = readPieces(source);
  try {
    const { sample, isWhole } = await readSample(pieces);
    if (sample.length === 0) throw new FileProblem('file_empty');
    refuseOtherFormats(sample);
    const choice = chooseEncoding(sample, isWhole, options.encoding);
    const texts = decode(sample, pieces, choice);
    const first = (await texts.next()).value ?? '';
    refuseMarkup(first);
    const stated = statedDelimiter(first);
    const text = first.slice(stated?.length ?? 0);
    const delimiter = options.delimiter ?? stated?.delimiter ?? guessDelimiter(text);
    const tokenizer = new CsvTokenizer(delimiter, stated === undefined ? 1 : 2);
    const records = tokenize(text, texts, tokenizer);
    const firstRecords = (await records.next()).value;
    if (firstRecords === undefined) throw new FileProblem('file_empty');
    const { header, unnamed } = nameColumns(firstRecords, options.hasHeader ?? true);
    const notices: FileNotice[] = [];
    return {
      dialect: {
        encoding: choice.encoding,
        delimiter,
        hasBom: choice.bomLength > 0,
        lineEnding: lineEndingOf(tokenizer),
        sepLine: stated !== undefined,
      },
      header,
      notices,
      blocks: readBlocks({ pieces, firstRecords, records, tokenizer, header, unnamed, notices }),
    };
  } catch (error) {
    await pieces.return(undefined);
    throw error;
  }
}

async function* decode(
  sample: Buffer,
  pieces: AsyncIterable<Buffer>,
  choice: EncodingChoice,
): AsyncGenerator<string, undefined> {
  const decoder = openDecoder(choice);
  yield decoder.decode(sample);
  for await (const piece of pieces) yield decoder.decode(piece);
  yield decoder.end();
}

async function* tokenize(
  first: string,
  texts: AsyncIterable<string>,
  tokenizer: CsvTokenizer,
): AsyncGenerator<CsvRecord[], undefined> {
  const records = tokenizer.push(first);
  if (records.length > 0) yield records;
  for await (const text of texts) {
    const more = tokenizer.push(text);
    if (more.length > 0) yield more;
  }
  const last = tokenizer.end();
  if (last.length > 0) yield last;
}

interface Opened {
  pieces: AsyncGenerator<Buffer, undefined>;
  /** What followed the header in the first piece. */
  firstRecords: CsvRecord[];
  records: AsyncIterable<CsvRecord[]>;
  tokenizer: CsvTokenizer;
  header: readonly string[];
  /** Columns (0-based) without a name that no row has filled so far. */
  unnamed: Set<number>;
  notices: FileNotice[];
}

async function* readBlocks(opened: Opened): AsyncGenerator<CsvRow[], undefined> {
  let rowNo = 0;
  const toRows = (records: readonly CsvRecord[]): CsvRow[] =>
    records.map((record) => toRow(record, ++rowNo, opened.header.length));
  try {
    for (const records of slices(opened.firstRecords)) yield noteUnnamed(toRows(records), opened);
    for await (const piece of opened.records) {
      for (const records of slices(piece)) yield noteUnnamed(toRows(records), opened);
    }
  } finally {
    await opened.pieces.return(undefined);
  }
  const count = opened.tokenizer.blankRows;
  if (count > 0) opened.notices.push({ code: 'blank_rows_skipped', count });
}

function slices(records: readonly CsvRecord[]): (readonly CsvRecord[])[] {
  if (records.length <= BLOCK_ROWS_MAX) return records.length === 0 ? [] : [records];
  return Array.from({ length: Math.ceil(records.length / BLOCK_ROWS_MAX) }, (_, i) =>
    records.slice(i * BLOCK_ROWS_MAX, (i + 1) * BLOCK_ROWS_MAX),
  );
}

function noteUnnamed(rows: CsvRow[], { unnamed, header, notices }: Opened): CsvRow[] {
  for (const index of unnamed) {
    if (rows.some(({ cells }) => cells[index] !== '')) {
      notices.push({ code: 'column_unnamed', column: index + 1, name: header[index] ?? '' });
      unnamed.delete(index);
    }
  }
  return rows;
}

/** Makes the cells as wide as the header and says the gravest thing that is wrong with them. */
function toRow(record: CsvRecord, rowNo: number, width: number): CsvRow {
  const { cells, line } = record;
  const found = cells.length;
  let nulColumn = 0;
  let longColumn = 0;
  for (let i = 0; i < found; i++) {
    let cell = cells[i] ?? '';
    if (record.hasNul && cell.includes('\0')) {
      nulColumn ||= i + 1;
      cells[i] = cell = cell.replaceAll('\0', '');
    }
    if (cell.charCodeAt(0) === APOSTROPHE) cells[i] = restoreCell(cell);
    if (cell.length > CELL_CHARS_MAX) longColumn ||= i + 1;
  }
  while (cells.length < width) cells.push('');
  while (cells.length > width && cells.at(-1) === '') cells.pop();
  const fault = (code: RowFault['code'], params: RowFault['params']): CsvRow => {
    const severity = code === 'row_short' ? 'warning' : 'error';
    return { rowNo, line, cells, fault: { code, severity, params } };
  };
  if (record.hasBadQuote) return fault('bad_quote', {});
  if (nulColumn > 0) return fault('nul_byte', { column: nulColumn });
  if (longColumn > 0) return fault('cell_too_long', { column: longColumn, max: CELL_CHARS_MAX });
  if (cells.length > width) {
    if (found > COLUMNS_MAX) cells.length = COLUMNS_MAX;
    return fault('row_long', { expected: width, found, extra: cells.slice(width, width + 20) });
  }
  if (found < width) return fault('row_short', { expected: width, found });
  return { rowNo, line, cells };
}

function lineEndingOf({ lineEnds }: CsvTokenizer): CsvDialect['lineEnding'] {
  const used = (['crlf', 'lf', 'cr'] as const).filter((kind) => lineEnds[kind] > 0);
  return used.length > 1 ? 'mixed' : (used[0] ?? 'lf');
}
