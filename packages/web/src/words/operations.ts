import { sentenceCase, type BulkOperation, type ItemState, type OperationPhase } from '@muster/contract';
import { grouped } from './numbers.ts';

export type Tone = 'good' | 'bad' | 'careful' | 'calm';

interface Words {
  readonly text: string;
  readonly tone: Tone;
}

export const STATUS_LABELS: Readonly<Record<BulkOperation['status'], string>> = {
  pending: 'Pending',
  queued: 'Queued',
  processing: 'Processing',
  paused: 'Paused',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** Where an operation stands: its status, and what it waits for or lacks. */
export function standing({ status, phase, failed_items: failed }: BulkOperation): Words {
  const text = STATUS_LABELS[status];
  switch (status) {
    case 'pending': {
      const detail = PENDING_DETAILS[phase];
      return { text: detail === undefined ? text : `${text}, ${detail}`, tone: toneOfPhase(phase) };
    }
    case 'queued':
    case 'processing':
    case 'cancelled':
      return { text, tone: 'calm' };
    case 'paused':
      return { text, tone: 'careful' };
    case 'completed':
      return failed > 0 ? { text: `${text}, some failed`, tone: 'careful' } : { text, tone: 'good' };
    case 'failed':
      return { text, tone: 'bad' };
  }
}

const PENDING_DETAILS: Readonly<Partial<Record<OperationPhase, string>>> = {
  planning: 'being checked',
  planned: 'waiting for you',
  awaiting_approval: 'waiting for approval',
  queued: 'scheduled',
};

function toneOfPhase(phase: OperationPhase): Tone {
  return phase === 'planned' || phase === 'awaiting_approval' ? 'careful' : 'calm';
}

/** What holds of an item now. */
export const ITEM_STATE_WORDS: Readonly<Record<ItemState, Words>> = {
  pending: { text: 'Pending', tone: 'calm' },
  processing: { text: 'Processing', tone: 'calm' },
  success: { text: 'Success', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  skipped: { text: 'Skipped', tone: 'calm' },
  taken_back: { text: 'Taken back', tone: 'calm' },
  partly_taken_back: { text: 'Taken back in part', tone: 'careful' },
};

/** What a plan means to do with an item. */
export function actionWords(action: string): Words {
  switch (action) {
    case 'error':
      return { text: 'Cannot be done', tone: 'bad' };
    case 'skip':
      return { text: 'Skip', tone: 'calm' };
    case 'remove':
      return { text: 'Remove', tone: 'careful' };
    default:
      return { text: sentenceCase(action), tone: 'good' };
  }
}

/** The label of the confirm button: `Confirm: create 117, update 3`; null when the plan does nothing. */
export function confirmLabel(actions: Readonly<Record<string, number>>): string | null {
  const parts = Object.entries(actions)
    .filter(([action, count]) => count > 0 && action !== 'skip' && action !== 'error')
    .map(([action, count]) => `${action.replaceAll('_', '-')} ${grouped(count)}`);
  return parts.length === 0 ? null : `Confirm: ${parts.join(', ')}`;
}

/** A cell of a before/after table; null is an empty one. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (Array.isArray(value)) return value.map((entry: unknown) => valueText(entry) ?? '').join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
