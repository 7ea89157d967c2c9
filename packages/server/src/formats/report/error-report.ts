import type { Readable } from 'node:stream';
import { writeCsv } from '../csv/write-csv.ts';
import { REPORT_COLUMNS, REPORT_COLUMNS_PREFIXED, ownWidth } from './report-columns.ts';

/** A row that failed, as it stood in the file, and why. */
export interface ReportRow {
  cells: readonly string[];
  rowNo: number;
  code: string;
  message: string;
  suggestion?: string;
}

/**
 * The rows that failed as a CSV: the columns of the file, then row number, code, message and
 * suggestion. Corrected and read again it gives the rows of the file; the four columns are ignored,
 * and replaced when such a file fails again. Cells beyond the header are left out: the message of
 * `row_long` has to name them.
 */
export function writeErrorReport(
  header: readonly string[],
  rows: AsyncIterable<ReportRow> | Iterable<ReportRow>,
): Readable {
  const width = ownWidth(header);
  const own = header.slice(0, width);
  const isTaken = REPORT_COLUMNS.some((name) => own.includes(name));
  return writeCsv([...own, ...(isTaken ? REPORT_COLUMNS_PREFIXED : REPORT_COLUMNS)], reportLines(width, rows), {
    bom: true,
  });
}

async function* reportLines(
  width: number,
  rows: AsyncIterable<ReportRow> | Iterable<ReportRow>,
): AsyncGenerator<readonly unknown[]> {
  for await (const { cells, rowNo, code, message, suggestion } of rows) {
    const own = Array.from({ length: width }, (_, i) => cells[i] ?? '');
    yield [...own, rowNo, code, message, suggestion];
  }
}
