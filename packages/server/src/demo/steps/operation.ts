/** Looking at an operation: its preview, its end, its page. */
import {
  bulkOperation,
  operationPreview,
  operationResults,
  type BulkOperation,
  type OperationPreview,
  type OperationResults,
  type PlannedItem,
} from '@muster/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api.ts';
import { labelled, type Stage } from './step.ts';

const POLL_MS = 100;

export function pathOf(id: string): string {
  return `/api/bulk/operations/${id}`;
}

/** @throws when it ends in another way than by being worked. */
export async function untilPhase(api: Api, id: string, phase: 'planned' | 'done'): Promise<BulkOperation> {
  for (;;) {
    const operation = await api.get(bulkOperation, pathOf(id));
    const isOver = operation.phase === 'done' || operation.status === 'paused';
    if (operation.phase === phase && operation.status !== 'failed') return operation;
    if (isOver || operation.error_log !== '') {
      throw new Error(`The operation is ${operation.status}. ${operation.error_log}`);
    }
    await sleep(POLL_MS);
  }
}

/** The sentence, and for each code how many items have it, with the first of them as an example. */
export async function sayPreview({ api, say }: Stage, id: string): Promise<OperationPreview> {
  const preview = await api.get(operationPreview, `${pathOf(id)}/preview?limit=1`);
  const { changes, codes } = preview.counts;
  const nothing = changes === 0 ? ' 0 changes: everything is as the file has it.' : '';
  say(labelled('Preview', `${preview.summary}${nothing}`));
  for (const [code, count] of Object.entries(codes)) {
    const { items } = await api.get(operationPreview, `${pathOf(id)}/preview?limit=1&code=${encodeURIComponent(code)}`);
    const example = code === 'unchanged' ? '' : items.map((item) => exampleText(item, code)).join('');
    say(labelled('', `${String(count).padStart(4)} ${code.padEnd(19)} ${example}`.trimEnd()));
  }
  return preview;
}

/** `row 31, Lena Lang: Row 12 names the same person.` */
function exampleText(item: PlannedItem, code: string): string {
  const warning = item.warnings.find((one) => one.code === code);
  const words = item.error_message === '' ? (warning?.message ?? '') : item.error_message;
  return `row ${item.item_index}, ${item.label}: ${words}`;
}

export async function sayResult({ api, say }: Stage, id: string): Promise<OperationResults> {
  const results = await api.get(operationResults, `${pathOf(id)}/results`);
  say(labelled('Result', results.summary));
  return results;
}

export function sayPage({ api, say }: Stage, id: string): void {
  say(labelled('Page', `${api.address}/operations/${id}`));
}
