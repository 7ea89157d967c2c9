import type { FieldDefinition } from '../mapping/schema.ts';

/** What the rows of a file hold, as far as it matters to how the file was read. */
export interface RowTally {
  rows: number;
  /** Cells that hold something, by column in the order of the header. */
  filled: number[];
  /** Rows without a value, by field that would be assumed. */
  without: Record<string, number>;
  /** Rows that give it, by value that weighs: `{roles: {teacher_admin: 2}}`. */
  weighty: Record<string, Record<string, number>>;
}

export interface Tallying {
  readonly tally: RowTally;
  /** @param values - Of the row as it was mapped; null where it could not be. */
  readonly add: (cells: readonly string[], values: Readonly<Record<string, unknown>> | null) => void;
}

export function tallyRows(header: readonly string[], fields: readonly FieldDefinition[]): Tallying {
  const tally: RowTally = { rows: 0, filled: header.map(() => 0), without: {}, weighty: {} };
  const assumed = fields.filter((field) => field.assumed !== undefined).map((field) => field.name);
  const weighing = fields.flatMap(({ name, weighty }) => (weighty === undefined ? [] : [[name, weighty] as const]));
  return {
    tally,
    add: (cells, values) => {
      tally.rows++;
      for (let at = 0; at < header.length; at++) {
        if ((cells[at] ?? '') !== '') tally.filled[at] = (tally.filled[at] ?? 0) + 1;
      }
      if (values === null) return;
      for (const name of assumed) if (values[name] === undefined) count(tally.without, name);
      for (const [name, weighty] of weighing) {
        const given: unknown[] = [values[name]].flat();
        for (const value of weighty) if (given.includes(value)) count((tally.weighty[name] ??= {}), value);
      }
    },
  };
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
