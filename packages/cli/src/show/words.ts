/** Small pieces of text that several views are made of. */

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** As long as wished, cut with an ellipsis where it is longer. */
export function fitted(text: string, width: number): string {
  const characters = charactersOf(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Columns as wide as their widest cell; the last is left as it is. Cells that begin with a digit stand to the right. */
export function table(rows: readonly (readonly string[])[], gap = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
  return lines.join('\n');
}

function padded(cell: string, width: number): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return /^\d/.test(cell) && /^[\d,.]+( %)?$/.test(cell) ? space + cell : cell + space;
}

function widthOf(text: string): number {
  return charactersOf(text).length;
}

/** As a person counts them: an accent written apart belongs to its letter. */
function charactersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/** In the time zone of the terminal, to the minute. */
export function moment(iso: string | null | undefined): string {
  if (iso == null) return '';
  const date = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A value of a record as a person would write it. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '(empty)';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
