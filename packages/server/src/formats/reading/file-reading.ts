/**
 * How a file was read: kept with the operation, shown before anything is confirmed, and part of what the hash of the plan
 * covers. What was guessed, left out or assumed is a note; some notes have to be looked at by a person.
 */
import type { FileNotice } from '../csv/notices.ts';
import type { ColumnDoubt, ColumnMatch } from '../mapping/match-columns.ts';
import type { FieldDefinition, Mapping } from '../mapping/schema.ts';
import { isReportColumn } from '../report/report-columns.ts';
import type { RowTally } from './row-tally.ts';

/** `create`: only where the plan makes new records. */
export type Look = 'always' | 'create' | 'never';

export interface ReadingNote {
  readonly code:
    | FileNotice['code']
    | 'column_suggested'
    | 'column_unmapped'
    | 'columns_dropped'
    | 'value_assumed'
    | 'value_weighty'
    | 'mapping_used';
  readonly look: Look;
  readonly columns?: readonly string[];
  /** Title of the field that is meant. */
  readonly field?: string;
  readonly value?: string;
  readonly count?: number;
  /** Why it is a suggestion only. */
  readonly why?: ColumnDoubt;
}

export interface ReadColumn {
  readonly name: string;
  readonly field: string | null;
  /** The field that it may be, where somebody has to say so. */
  readonly maybe: string | null;
  /** Cells that hold something. */
  readonly filled: number;
}

export interface FileReading {
  readonly encoding: string;
  readonly delimiter: string;
  /** The known layout, or the saved mapping, whose columns the file has. */
  readonly layout: string | null;
  readonly saved_mapping: string | null;
  readonly columns: readonly ReadColumn[];
  /** What was said of the file itself, whatever its columns mean. */
  readonly notices: readonly FileNotice[];
  readonly notes: readonly ReadingNote[];
}

/** What was dropped of a layout on purpose although it means something. */
export interface DroppedColumns {
  readonly columns: RegExp;
  readonly holds: string;
  readonly look: Look;
}

export interface ReadingFacts {
  readonly encoding: string;
  readonly delimiter: string;
  readonly header: readonly string[];
  readonly notices: readonly FileNotice[];
  readonly mapping: Mapping;
  readonly fields: readonly FieldDefinition[];
  readonly tally: RowTally;
  readonly layout: { readonly title: string; readonly dropped: readonly DroppedColumns[] } | null;
  readonly savedMapping: string | null;
  /** What the columns say by their names, where nobody said it; null where a person did. */
  readonly matches: readonly ColumnMatch[] | null;
}

export function readingOf(facts: ReadingFacts): FileReading {
  const { encoding, delimiter, layout, savedMapping, mapping, matches } = facts;
  const columns = facts.header.map((name, at) => ({
    name,
    field: mapping.field_mappings[name] ?? null,
    maybe: matches?.find((match) => match.header === name)?.maybe ?? null,
    filled: facts.tally.filled[at] ?? 0,
  }));
  return {
    encoding,
    delimiter,
    layout: layout?.title ?? null,
    saved_mapping: savedMapping,
    columns,
    notices: facts.notices,
    notes: [
      ...(savedMapping === null ? [] : [{ code: 'mapping_used', look: 'never', value: savedMapping } as const]),
      ...suggestions(facts, columns),
      ...weightyValues(facts),
      ...assumedValues(facts),
      ...droppedColumns(facts, columns),
      ...unusedColumns(facts, columns),
      ...facts.notices.map(fileNote),
    ],
  };
}

function suggestions({ matches, fields }: ReadingFacts, columns: readonly ReadColumn[]): ReadingNote[] {
  return columns.flatMap(({ name, field, maybe, filled }) => {
    const match = matches?.find(({ header }) => header === name);
    if (field !== null || maybe === null || match?.doubt === undefined || filled === 0) return [];
    const wanted = fields.find((one) => one.name === maybe);
    // Of two columns that say the same it matters which is taken where that says who is meant.
    const look = match.doubt === 'rival' && wanted?.identifies !== true ? 'never' : 'always';
    return [
      {
        code: 'column_suggested',
        look,
        columns: [name],
        field: wanted?.title ?? maybe,
        why: match.doubt,
        ...(match.rival === undefined ? {} : { value: match.rival }),
      } as const,
    ];
  });
}

/** Values that give rights, which a file never hands out unasked. */
function weightyValues({ fields, tally }: ReadingFacts): ReadingNote[] {
  return Object.entries(tally.weighty).flatMap(([field, counts]) =>
    Object.entries(counts).map(
      ([value, count]) =>
        ({ code: 'value_weighty', look: 'always', field: titleOf(fields, field), value, count }) as const,
    ),
  );
}

function assumedValues({ fields, tally }: ReadingFacts): ReadingNote[] {
  return Object.entries(tally.without).map(([name, count]) => ({
    code: 'value_assumed',
    look: 'create',
    field: titleOf(fields, name),
    value: fields.find((field) => field.name === name)?.assumed ?? '',
    count,
  }));
}

function droppedColumns({ layout }: ReadingFacts, columns: readonly ReadColumn[]): ReadingNote[] {
  return (layout?.dropped ?? []).flatMap(({ columns: pattern, holds, look }) => {
    const names = columns.filter(
      ({ name, field, filled }) => field === null && filled > 0 && pattern.test(name.toLowerCase()),
    );
    if (names.length === 0) return [];
    return [{ code: 'columns_dropped', look, columns: names.map(({ name }) => name), value: holds } as const];
  });
}

/** Columns that hold something, are not read, and of which nothing else is said; to be looked at where they are most of the file. */
function unusedColumns(facts: ReadingFacts, columns: readonly ReadColumn[]): ReadingNote[] {
  const { header, layout, matches, mapping } = facts;
  const used = rulesColumns(mapping);
  const isDropped = (name: string): boolean =>
    layout?.dropped.some(({ columns: pattern }) => pattern.test(name.toLowerCase())) ?? false;
  const filled = columns.filter((column) => column.filled > 0 && !isReportColumn(column.name, header));
  const unused = filled.filter(
    ({ name, field, maybe }) => field === null && maybe === null && !used.has(name) && !isDropped(name),
  );
  if (unused.length === 0) return [];
  const unknown = unused.filter(({ name }) => !(mapping.ignore ?? []).includes(name));
  const isMost = matches !== null && unknown.length * 2 > filled.length;
  return [{ code: 'column_unmapped', look: isMost ? 'always' : 'never', columns: unused.map(({ name }) => name) }];
}

/** Columns that a rule reads beside the one that is mapped. */
function rulesColumns({ transformation_rules: rules }: Mapping): ReadonlySet<unknown> {
  return new Set(
    rules.flatMap(({ params }): unknown[] => {
      const columns: unknown = params?.['columns'];
      return Array.isArray(columns) ? columns : [];
    }),
  );
}

function fileNote(notice: FileNotice): ReadingNote {
  switch (notice.code) {
    case 'column_unnamed':
      return { code: notice.code, look: 'never', columns: [notice.name], count: notice.column };
    case 'blank_rows_skipped':
      return { code: notice.code, look: 'never', count: notice.count };
  }
}

function titleOf(fields: readonly FieldDefinition[], name: string): string {
  return fields.find((field) => field.name === name)?.title ?? name;
}
