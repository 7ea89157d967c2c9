/** Runs the measurements that are wanted, in an order in which each finds what it needs. */
import type { Figure } from './figures.ts';
import { assignmentFigures } from './measures/assignment.ts';
import { enrollmentFigures } from './measures/enrollment.ts';
import { againFigures, importFigures, largeFigures, measureImport, undoFigures } from './measures/imports.ts';
import { readingFigures } from './measures/reading.ts';
import { takeoverFigures } from './measures/takeover.ts';
import { openBench } from './processes.ts';

export const IDS = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P11', 'P12'] as const;
export type Id = (typeof IDS)[number];

export interface RunOptions {
  readonly only: readonly Id[];
  /** Share of the full numbers of rows. */
  readonly scale: number;
  tell(line: string): void;
}

const ROWS = { import: 100_000, largeImport: 1_000_000, students: 5_000 };

/** @returns the figures that were wanted; those that they need are measured as well and left out. */
export async function runBench(options: RunOptions): Promise<Figure[]> {
  const rows = (full: number): number => Math.max(10, Math.round(full * options.scale));
  const wants = (...ids: Id[]): boolean => ids.some((id) => options.only.includes(id));
  const figures: Figure[] = [];
  const bench = await openBench();
  try {
    const step = async (what: string, measure: () => Promise<Figure[]>): Promise<void> => {
      options.tell(`${what} ...`);
      figures.push(...(await measure()));
    };
    if (wants('P4')) await step('Giving a sequence', () => assignmentFigures(bench, rows(ROWS.students)));
    if (wants('P5')) await step('Enrolling students', () => enrollmentFigures(bench, rows(ROWS.students)));
    if (!wants('P1', 'P2', 'P3', 'P6', 'P7', 'P8', 'P11', 'P12')) return figures;
    options.tell('Importing people ...');
    const p1 = await measureImport(bench, rows(ROWS.import));
    // What COPY writes for comparison stays in the tables: what can be measured without it comes before.
    if (wants('P6')) await step('Importing again', () => againFigures(bench, p1));
    if (wants('P1', 'P11')) await step('The same by COPY', () => importFigures(bench, p1));
    if (wants('P7')) await step('Undoing', () => undoFigures(bench, p1));
    if (wants('P12')) await step('Killing a worker', () => takeoverFigures(bench, p1.file));
    if (wants('P2', 'P3', 'P8')) {
      options.tell('Importing very many people ...');
      const p2 = await measureImport(bench, rows(ROWS.largeImport));
      figures.push(...largeFigures(p1, p2));
      if (wants('P8')) await step('Reading while others import', () => readingFigures(bench, p2, p1.file));
    }
    return figures.filter((figure) => options.only.some((id) => id === figure.id));
  } finally {
    await bench.close();
  }
}
