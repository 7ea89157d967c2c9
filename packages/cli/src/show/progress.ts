/** How far an operation is: a bar that is drawn over on a terminal, a line now and then in a log. */
import type { OperationProgress } from '@muster/contract';
import type { Terminal } from '../terminal.ts';
import { fitted, grouped } from './words.ts';

const BAR_WIDTH = 24;
/** In a log a line is written each time so many percent are done, or after so long. */
const LOG_PERCENT = 10;
const LOG_MS = 15_000;

export interface ProgressView {
  show(progress: OperationProgress): void;
  /** Leaves the last state in sight. */
  end(): void;
}

export function progressView(terminal: Terminal, now: () => number = Date.now): ProgressView {
  return terminal.isInteractive ? barView(terminal) : logView(terminal, now);
}

function barView(terminal: Terminal): ProgressView {
  let isDrawn = false;
  return {
    show: (progress) => {
      isDrawn = true;
      terminal.retell(fitted(`${bar(progress.progress_percentage)} ${progressText(progress)}`, terminal.columns - 1));
    },
    end: () => {
      if (isDrawn) terminal.tell('');
    },
  };
}

function logView(terminal: Terminal, now: () => number): ProgressView {
  let toldPercent = -LOG_PERCENT;
  let toldMs = now();
  return {
    show: (progress) => {
      const hasMoved = progress.progress_percentage >= toldPercent + LOG_PERCENT;
      if (!hasMoved && now() < toldMs + LOG_MS) return;
      toldPercent = Math.floor(progress.progress_percentage / LOG_PERCENT) * LOG_PERCENT;
      toldMs = now();
      terminal.tell(progressText(progress));
    },
    end: () => undefined,
  };
}

export function bar(percent: number, width = BAR_WIDTH): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

/** `42 %  420 of 1,000  3 failed  820 a minute  00:00:46 left  applying` */
export function progressText(progress: OperationProgress): string {
  const { errors_count: failed, processing_rate: rate, estimated_remaining: left } = progress;
  return [
    `${String(Math.floor(progress.progress_percentage)).padStart(3)} %`,
    `${grouped(progress.current_item)} of ${grouped(progress.total_items)}`,
    ...(failed === 0 ? [] : [`${grouped(failed)} failed`]),
    ...(rate === 0 ? [] : [`${grouped(Math.round(rate))} a minute`]),
    ...(left === '' ? [] : [`${left} left`]),
    progress.current_phase,
  ].join('  ');
}
