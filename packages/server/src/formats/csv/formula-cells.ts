/*
 * A spreadsheet runs a cell that begins with one of = + - @ (also in full width, also after blanks)
 * and skips over a leading TAB, CR or LF. Such a cell is written with an apostrophe in front, and so
 * is a cell that already looks neutralised; the reader takes one apostrophe away. Both together are
 * the identity for every text.
 *
 * A negative number stays as it is, it runs nothing. A number with a plus does not: a spreadsheet
 * would drop the plus of a telephone number.
 */
const RUNS = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/;
const NEUTRALISED = /^'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/;
const NEGATIVE_NUMBER = /^-\d{1,15}(?:[.,]\d{1,15})?$/;

/** The cell as text that no spreadsheet runs. */
export function neutraliseCell(cell: string): string {
  return RUNS.test(cell) && !NEGATIVE_NUMBER.test(cell) ? `'${cell}` : cell;
}

/** Takes back what `neutraliseCell` did. */
export function restoreCell(cell: string): string {
  return NEUTRALISED.test(cell) ? cell.slice(1) : cell;
}
