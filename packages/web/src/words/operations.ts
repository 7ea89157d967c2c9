import type { BulkOperation, ItemStatus } from '@muster/contract';
import { grouped } from './numbers.ts';

export type Tone = 'good' | 'bad' | 'careful' | 'calm';

interface Words {
  readonly text: string;
  readonly tone: Tone;
}

/** Where an operation stands, as a person would say it. */
export function standing({ status, phase, failed_items: failed }: BulkOperation): Words {
  switch (status) {
    case 'pending':
      return PENDING[phase] ?? { text: 'Draft', tone: 'calm' };
    case 'queued':
      return { text: 'Waiting in the queue', tone: 'calm' };
    case 'processing':
      return { text: 'Running', tone: 'calm' };
    case 'paused':
      return { text: 'Paused', tone: 'careful' };
    case 'completed':
      return failed > 0
        ? { text: 'Done in part', tone: 'careful' }
        : { text: 'Done', tone: 'good' };
    case 'failed':
      return { text: 'Failed', tone: 'bad' };
    case 'cancelled':
      return { text: 'Cancelled', tone: 'calm' };
  }
}

const PENDING: Readonly<Record<string, Words>> = {
  planning: { text: 'Being checked', tone: 'calm' },
  planned: { text: 'Waiting for you', tone: 'careful' },
  awaiting_approval: { text: 'Waiting for approval', tone: 'careful' },
  queued: { text: 'Scheduled', tone: 'calm' },
};

export const STATUS_WORDS: Readonly<Record<BulkOperation['status'], string>> = {
  pending: 'Not started',
  queued: 'Waiting in the queue',
  processing: 'Running',
  paused: 'Paused',
  completed: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const ITEM_STATUS_WORDS: Readonly<Record<ItemStatus, Words>> = {
  pending: { text: 'Not processed', tone: 'calm' },
  processing: { text: 'Running', tone: 'calm' },
  success: { text: 'Done', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  skipped: { text: 'Skipped', tone: 'calm' },
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

/** The label of the confirm button: `Create 117, update 3`; null when the plan does nothing. */
export function confirmLabel(actions: Readonly<Record<string, number>>): string | null {
  const parts = Object.entries(actions)
    .filter(([action, count]) => count > 0 && action !== 'skip' && action !== 'error')
    .map(([action, count]) => `${action.replaceAll('_', '-')} ${grouped(count)}`);
  return parts.length === 0 ? null : sentenceCase(parts.join(', '));
}

/** `changed_since_preview` as `Changed since preview`. */
export function sentenceCase(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A cell of a before/after table; null is an empty one. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (Array.isArray(value)) return value.map((entry: unknown) => valueText(entry) ?? '').join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
