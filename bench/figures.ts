/** What was measured, against what it is measured, and whether that is good enough. */
export interface Figure {
  readonly id: string;
  readonly work: string;
  /** In `unit`. */
  readonly measured: number;
  readonly unit: 's' | 'ms' | 'MB' | '/s';
  /** What it is compared with, in the same unit; absent where the bar is absolute. */
  readonly limit?: number;
  /** Highest ratio to the limit, or highest (`'/s'`: lowest) measured value where there is no limit. */
  readonly bar: number;
  /** What else is worth knowing: counts, chunk times. */
  readonly note?: string;
}

export function isMet(figure: Figure): boolean {
  if (figure.limit !== undefined) return ratio(figure) <= figure.bar;
  return figure.unit === '/s' ? figure.measured >= figure.bar : figure.measured <= figure.bar;
}

function ratio({ measured, limit = measured }: Figure): number {
  return measured / limit;
}

export function table(figures: readonly Figure[]): string {
  const head = ['', 'work', 'figure', 'limit', 'ratio', 'bar', 'ok', ''];
  const lines = figures.map((figure) => {
    const { id, work, measured, unit, limit, bar, note } = figure;
    const hasLimit = limit !== undefined;
    const barText = hasLimit ? `≤ ${bar} ×` : `${unit === '/s' ? '≥' : '≤'} ${bar} ${unit}`;
    return [
      id,
      work,
      `${round(measured)} ${unit}`,
      hasLimit ? `${round(limit)} ${unit}` : '',
      hasLimit ? `${round(ratio(figure))} ×` : '',
      barText,
      isMet(figure) ? 'yes' : 'NO',
      note ?? '',
    ];
  });
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at]?.length ?? 0)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

export function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? NaN;
}

/** Seconds that `work` takes, with what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const began = performance.now();
  const result = await work();
  return { seconds: (performance.now() - began) / 1000, result };
}
