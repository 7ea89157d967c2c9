/** How far an operation is, how fast it goes and when it will end: all from its own row, whoever works it. */
import type { OperationPhase, OperationProgress } from '@muster/contract';
import type { Operation } from '../../engine/index.ts';
import { percentage } from '../../operations/percentage.ts';
import { bulkStatus } from '../../operations/stored.ts';

const MINUTE_MS = 60_000;

const PHASE_WORDS: Readonly<Record<OperationPhase, string>> = {
  draft: 'draft',
  planning: 'checking',
  planned: 'waiting for confirmation',
  awaiting_approval: 'waiting for approval',
  queued: 'waiting in the queue',
  applying: 'writing',
  done: 'done',
};

export function viewProgress(operation: Operation, now: Date): OperationProgress {
  return {
    operation_id: operation.id,
    status: bulkStatus(operation),
    progress_percentage: percentage(operation),
    current_item: operation.processed_items,
    successful_items: operation.successful_items,
    skipped_items: operation.skipped_items,
    total_items: operation.total_items,
    processing_rate: Math.round(itemsPerMinute(operation, now) * 10) / 10,
    estimated_remaining: clock(remainingMs(operation, now)),
    current_phase: operation.status === 'paused' ? 'paused' : PHASE_WORDS[operation.phase],
    errors_count: operation.failed_items,
    warnings_count: operation.warnings_count,
  };
}

export function estimatedCompletion(operation: Operation, now: Date): Date | null {
  const left = operation.status === 'processing' ? remainingMs(operation, now) : null;
  return left === null ? null : new Date(now.getTime() + left);
}

/** Of those that are worked: what the plan skips takes no time. */
function itemsPerMinute(operation: Operation, now: Date): number {
  const worked = operation.processed_items - operation.skipped_items;
  if (operation.started_at === null || worked === 0) return 0;
  const until = operation.completed_at ?? (operation.status === 'paused' ? operation.updated_at : now);
  const elapsed = Math.max(1, until.getTime() - operation.started_at.getTime());
  return (worked / elapsed) * MINUTE_MS;
}

function remainingMs(operation: Operation, now: Date): number | null {
  const left = operation.total_items - operation.processed_items;
  if (operation.phase === 'done') return 0;
  if (operation.status === 'paused') return null;
  const rate = itemsPerMinute(operation, now);
  return rate === 0 ? null : (left / rate) * MINUTE_MS;
}

/** HH:mm:ss; empty when unknown. */
function clock(ms: number | null): string {
  if (ms === null) return '';
  const seconds = Math.ceil(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
