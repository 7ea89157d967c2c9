import type { LikelyEncoding } from './csv/likely-encodings.ts';

/** Facts about a file that cannot be read; which keys are set depends on the code. */
export interface FileProblemDetail {
  /** Offset of the first byte that is wrong, 0-based. */
  byte?: number;
  /** Physical line, 1-based. */
  line?: number;
  /** Several of them, and how many more there are. */
  lines?: readonly number[];
  more?: number;
  encodings?: readonly LikelyEncoding[];
  expected?: string;
  found?: string;
  /** The set of files that it belongs to, and what it says. */
  set?: string;
  says?: string;
  /** Columns concerned: number (1-based) and name. */
  columns?: readonly { number: number; name: string }[];
  max?: number;
}

function encodingShown({ name, samples }: LikelyEncoding): string {
  return `${name} (${samples.join(', ')})`;
}

interface ProblemText {
  message: (detail: FileProblemDetail) => string;
  correction: string;
}

const TEXTS = {
  no_people: {
    message: ({ found, set, says }) =>
      `This is ${found ?? ''} of ${set ?? ''}: it says ${says ?? ''}, not who people are.`,
    correction: 'Choose the file of the set that lists the people, such as users.csv or students.csv.',
  },
  file_empty: {
    message: () => 'The file is empty.',
    correction: 'Choose a file with a header line and at least one row.',
  },
  not_csv: {
    message: ({ found, expected }) => `This looks like ${found ?? '?'}, not ${expected ?? '?'}.`,
    correction: 'Save the table as CSV (comma separated text, UTF-8) and choose that file.',
  },
  encoding_unknown: {
    message: ({ found }) => `The encoding "${found ?? ''}" is not known.`,
    correction: 'Give an encoding such as utf-8, windows-1252 or utf-16le.',
  },
  encoding_unclear: {
    message: ({ encodings = [] }) =>
      `The file is not written in UTF-8, and its encoding cannot be told for certain. ${encodings.length === 0 ? '' : `It may be ${encodings.map(encodingShown).join('; ')}.`}`.trim(),
    correction: 'Send it again with the encoding in which its names read right, or save it as UTF-8.',
  },
  encoding_mixed: {
    message: ({ lines = [], more = 0, expected }) =>
      `${lines.length === 1 ? 'Line' : 'Lines'} ${lines.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''} ${lines.length === 1 ? 'is' : 'are'} not written in ${expected ?? ''} like the other lines.`,
    correction: 'Save the whole file as UTF-8, or state the encoding if all of it is in another one.',
  },
  encoding_broken: {
    message: ({ byte, line, found, expected }) =>
      `Byte ${String(byte)} (${found ?? ''}), on line ${String(line)}, is not valid ${expected ?? ''}, although the file began so.`,
    correction: 'Save the file as UTF-8, or state its encoding (for example windows-1252).',
  },
  quote_unclosed: {
    message: ({ line }) => `The quote that opens on line ${String(line)} is never closed.`,
    correction: 'Close the quote on that line; a quote inside a quoted cell is written twice.',
  },
  record_too_large: {
    message: ({ line, max }) => `The row on line ${String(line)} is longer than ${String(max)} characters.`,
    correction: 'Look for a quote on that line that is not closed, and shorten the row.',
  },
  file_without_rows: {
    message: () => 'The file has names of columns, and no rows.',
    correction: 'Choose a file with at least one row below its first line.',
  },
  header_too_long: {
    message: ({ columns = [], max }) =>
      `The first line does not look like names of columns: cell ${String(columns[0]?.number)} ("${columns[0]?.name ?? ''}…") has more than ${String(max)} characters.`,
    correction: 'Choose a table whose first line names its columns.',
  },
  header_missing: {
    message: ({ line, found }) =>
      `Line ${String(line)} looks like somebody's data ("${found ?? ''}"), not like names of columns; the file may have none.`,
    correction: 'Put a line above it that names the columns: external_id, email, given_name, family_name, …',
  },
  header_title: {
    message: ({ line, found }) =>
      `Line ${String(line)} ("${found ?? ''}") looks like a title: it has one cell, and the lines below have several.`,
    correction: 'Remove what stands above the line that names the columns; put cells that hold a delimiter in quotes.',
  },
  lines_quoted: {
    message: ({ line }) => `Line ${String(line)} stands in quotes as a whole, so that it is a single cell.`,
    correction: 'Take away the quotes around whole lines, and save the table as CSV anew.',
  },
  header_quote: {
    message: ({ line }) => `The header on line ${String(line)} has a quote in a wrong place.`,
    correction: 'Quote a whole column name or none of it, without a space before the quote.',
  },
  header_duplicate: {
    message: ({ columns }) =>
      `Column names occur twice: ${(columns ?? []).map((c) => `${String(c.number)} "${c.name}"`).join(', ')}.`,
    correction: 'Give each column a name of its own.',
  },
  columns_too_many: {
    message: ({ found, max }) => `The file has ${found ?? ''} columns; at most ${String(max)} fit.`,
    correction: 'Remove columns that are not needed.',
  },
} satisfies Record<string, ProblemText>;

export type FileProblemCode = keyof typeof TEXTS;

/** The words of each file problem. */
export const FILE_PROBLEM_TEXTS: Readonly<Record<FileProblemCode, ProblemText>> = TEXTS;

/** A file that cannot be read at all (a row that cannot be read is a `RowFault`). */
export class FileProblem extends Error {
  readonly code: FileProblemCode;
  readonly detail: FileProblemDetail;
  readonly correction: string;

  constructor(code: FileProblemCode, detail: FileProblemDetail = {}) {
    const text: ProblemText = TEXTS[code];
    super(text.message(detail));
    this.name = 'FileProblem';
    this.code = code;
    this.detail = detail;
    this.correction = text.correction;
  }
}
