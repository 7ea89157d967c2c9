import type { OperationProgress } from '@muster/contract';
import { expect, it } from 'vitest';
import { aTerminal } from '../terminal-fixture.ts';
import { bar, progressText, progressView } from './progress.ts';

const progress = (current: number, more: Partial<OperationProgress> = {}): OperationProgress => ({
  operation_id: 'x',
  status: 'processing',
  progress_percentage: current / 10,
  current_item: current,
  successful_items: current,
  skipped_items: 0,
  total_items: 1_000,
  processing_rate: 820.4,
  estimated_remaining: '00:00:46',
  current_phase: 'writing',
  errors_count: 0,
  warnings_count: 0,
  ...more,
});

it('a line of progress says percent, count, rate, time left and what is being done', () => {
  expect(progressText(progress(420))).toBe(' 42 %  420 of 1,000  820 a minute  00:00:46 left  writing');
  expect(progressText(progress(0, { processing_rate: 0, estimated_remaining: '' }))).toBe('  0 %  0 of 1,000  writing');
  expect(progressText(progress(999, { errors_count: 3 }))).toContain(' 99 %  999 of 1,000  3 failed');
});

it('a bar never overflows', () => {
  expect([0, 50, 100, 140].map((percent) => bar(percent, 4))).toEqual(['░░░░', '██░░', '████', '████']);
});

it('on a terminal the bar is drawn over and never wraps', () => {
  const { terminal, retold } = aTerminal({ isInteractive: true, columns: 40 });
  const view = progressView(terminal);
  view.show(progress(100));
  view.show(progress(900));
  expect(retold).toHaveLength(2);
  expect(retold.every((line) => line.length < 40)).toBe(true);
});

it('in a log there is a line for each ten percent, and one now and then while nothing moves', () => {
  const { terminal, told } = aTerminal();
  let nowMs = 0;
  const view = progressView(terminal, () => nowMs);
  for (const current of [0, 10, 50, 100, 101, 199, 200, 1_000]) view.show(progress(current));
  expect(told.map((line) => line.slice(0, 5))).toEqual(['  0 %', ' 10 %', ' 20 %', '100 %']);
  nowMs = 20_000;
  view.show(progress(1_000));
  expect(told).toHaveLength(5);
});
