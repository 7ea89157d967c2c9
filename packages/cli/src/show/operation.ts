/** One operation and lists of them, for a person. */
import type { BulkOperation, OperationResults } from '@muster/contract';
import { hiddenText } from './preview.ts';
import { fitted, grouped, moment, table } from './words.ts';

export function operationText(operation: BulkOperation): string {
  const { undo_of: undoOf, retry_of: retryOf, can_undo_until: undoUntil } = operation;
  const lines = [
    ['id', operation.id],
    ['name', operation.operation_name],
    ['kind', operation.operation_type],
    ['state', stateText(operation)],
    ['items', countsText(operation)],
    ['made', `${moment(operation.created_at)} by ${operation.created_by_name}`],
    ['starts', moment(operation.scheduled_at)],
    ['started', moment(operation.started_at)],
    ['ended', moment(operation.completed_at)],
    ['reason', operation.cancel_reason],
    ['undoes', undoOf ?? ''],
    ['repeats', retryOf ?? ''],
    ['undone', operation.rollback_status === 'none' ? '' : operation.rollback_status.replace('_', ' ')],
    ['undo until', moment(undoUntil)],
    ['trouble', operation.error_log],
  ];
  return table(lines.filter(([, value]) => value !== ''));
}

export function operationsText(operations: readonly BulkOperation[], total: number): string {
  if (operations.length === 0) return 'There are no such operations.';
  const rows = operations.map((operation) => [
    operation.id,
    moment(operation.created_at),
    operation.operation_type,
    stateText(operation),
    grouped(operation.total_items),
    fitted(operation.operation_name, 40),
  ]);
  const shown = `${grouped(operations.length)} of ${grouped(total)}`;
  return `${table([['id', 'made', 'kind', 'state', 'items', 'name'], ...rows])}\n${shown}`;
}

export function resultText(results: OperationResults): string {
  const causes = Object.entries(results.errors_by_code).map(([code, count]) => [`  ${code}`, grouped(count), '']);
  const blocks = [results.summary, table(causes), hiddenText(results.hidden ?? 0)];
  return blocks.filter((block) => block !== '').join('\n');
}

/** The status, and the phase where it says more. */
export function stateText({ status, phase, progress_percentage: percent }: BulkOperation): string {
  if (status === 'processing') return `processing ${Math.floor(percent)} %`;
  if (status === 'pending') return `pending (${phase.replace('_', ' ')})`;
  return status;
}

function countsText(operation: BulkOperation): string {
  const { total_items: total, successful_items: done, failed_items: failed, skipped_items: skipped } = operation;
  return `${grouped(total)}: ${grouped(done)} done, ${grouped(failed)} failed, ${grouped(skipped)} skipped`;
}
