import type { ReadingNote } from './file-reading.ts';

export interface NoteWords {
  readonly message: string;
  /** What to do about it; empty where there is nothing to do. */
  readonly correction: string;
}

/** The words of a note, made where it is shown. */
export function noteWords(note: ReadingNote): NoteWords {
  return WORDS[note.code](note);
}

const WORDS: Record<ReadingNote['code'], (note: ReadingNote) => NoteWords> = {
  column_unnamed: ({ columns = [], count }) => ({
    message: `Column ${String(count)} has no name and is called ${quoted(columns)}.`,
    correction: 'Give it a name in the file if it is to be read.',
  }),
  blank_rows_skipped: ({ count }) => ({
    message: count === 1 ? '1 blank line was skipped.' : `${String(count)} blank lines were skipped.`,
    correction: '',
  }),
  mapping_used: ({ value = '' }) => ({
    message: `The columns are read as saved under “${value}”, since the file has the same columns.`,
    correction: '',
  }),
  column_suggested: suggestionWords,
  column_unmapped: ({ columns = [], look }) => ({
    message:
      columns.length === 1
        ? `The column ${quoted(columns)} is not used.`
        : `${look === 'always' ? 'Most of the columns' : `${String(columns.length)} columns`} are not used: ${quoted(columns)}.`,
    correction: 'Say what they hold if it is to be taken, or leave them out.',
  }),
  columns_dropped: ({ columns = [], value = '' }) => ({
    message: `${value} of this file are not taken: ${quoted(columns)}.`,
    correction: 'Enter them another way after the import.',
  }),
  value_assumed: ({ field = '', value = '', count }) => ({
    message: `${rows(count)} without ${field.toLowerCase()}: whoever of them is new becomes ${value}.`,
    correction: `Say which column holds it, or what holds for everybody, as the default of ${field.toLowerCase()}.`,
  }),
  value_weighty: ({ field = '', value = '', count }) => ({
    message: `${rows(count)} with ${field.toLowerCase()} ${value}: this gives administration.`,
    correction: 'Go on only if these people are meant to administer.',
  }),
};

function suggestionWords({ columns = [], field = '', value = '', why }: ReadingNote): NoteWords {
  const column = quoted(columns);
  if (why === 'rival') {
    return {
      message: `${column} may be the ${field} too; “${value}” is read as it, and ${column} is left out.`,
      correction: `Read ${column} instead if that is what other files and systems refer to.`,
    };
  }
  const likely = {
    misspelled: `It is spelled almost like ${field}.`,
    unclear: `It may be the ${field}, or something else.`,
    alike: `Its name is like ${field}.`,
  };
  return {
    message: `${column} is not read. ${likely[why ?? 'alike']}`,
    correction: `Read ${column} as ${field}, or leave it out.`,
  };
}

const SHOWN_MAX = 20;

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_MAX).map((name) => `“${name.slice(0, 80)}”`);
  const rest = names.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${String(rest)} more` : ''}`;
}

function rows(count = 0): string {
  return count === 1 ? '1 row' : `${count.toLocaleString('en-GB')} rows`;
}
