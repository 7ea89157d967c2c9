import type { Operation } from '../engine/index.ts';

/** 0 to 100, with two decimals; an operation that ended without items is at 100. */
export function percentage(operation: Pick<Operation, 'phase' | 'processed_items' | 'total_items'>): number {
  const { phase, processed_items: done, total_items: total } = operation;
  if (total === 0) return phase === 'done' ? 100 : 0;
  return Math.floor((done / total) * 10_000) / 100;
}
