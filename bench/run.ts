/** Runs the measurements that are wanted, in an order in which each finds what it needs. */
import type { Figure } from './figures.ts';
import { assignmentFigures } from './measures/assignment.ts';
import { enrollmentFigures } from './measures/enrollment.ts';
import {
  againFigures,
  copySeconds,
  importFigures,
  largeFigures,
  measureImport,
  peopleFile,
  undoFigures,
} from './measures/imports.ts';
import { readingFigures } from './measures/reading.ts';
import { smallFigures } from './measures/small.ts';
import { takeoverFigures } from './measures/takeover.ts';
import { workersFigures } from './measures/workers.ts';
import { openBench } from './processes.ts';

export const IDS = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12'] as const;
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
    if (wants('P9', 'P10')) {
      const file = await peopleFile(bench, rows(ROWS.import));
      if (wants('P9')) await step('A small operation while others import', () => smallFigures(bench, file));
      if (wants('P10')) await step('Importing with one worker and with two', () => workersFigures(bench, file));
    }
    if (!wants('P1', 'P2', 'P3', 'P6', 'P7', 'P8', 'P11', 'P12')) return figures;
    options.tell('Importing people ...');
    const p1 = await measureImport(bench, rows(ROWS.import));
    if (wants('P6')) options.tell('Importing again ...');
    const again = wants('P6') ? await againFigures(bench, p1) : [];
    if (wants('P1', 'P6', 'P7', 'P11')) {
      options.tell('The same by COPY ...');
      const limit = await copySeconds(bench, p1);
      figures.push(...importFigures(p1, limit), ...again.map((figure) => ({ ...figure, limit })));
      if (wants('P7')) await step('Undoing', () => undoFigures(bench, p1, limit));
    }
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
