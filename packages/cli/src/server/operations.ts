/** The operations of a server, as the commands use them. */
import {
  bulkOperation,
  operationPreview,
  operationProgress,
  operationResults,
  rollbackPreview,
  type BulkOperation,
  type OperationPreview,
  type OperationProgress,
  type OperationResults,
  type RollbackPreview,
  type StartRequest,
} from '@muster/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Query } from './api.ts';

export const OPERATIONS = '/api/bulk/operations';

/** Calls without an answer of their own: pause, resume, cancel, approve, reject. */
export async function steer(api: Api, id: string, action: string, body?: unknown): Promise<BulkOperation> {
  return api.post(bulkOperation, `${pathOf(id)}/${action}`, body);
}

export async function createOperation(api: Api, body: unknown): Promise<BulkOperation> {
  return api.post(bulkOperation, OPERATIONS, body);
}

export async function getOperation(api: Api, id: string): Promise<BulkOperation> {
  return api.get(bulkOperation, pathOf(id));
}

export async function getPreview(api: Api, id: string, query: Query = {}): Promise<OperationPreview> {
  return api.get(operationPreview, `${pathOf(id)}/preview`, query);
}

export async function getProgress(api: Api, id: string): Promise<OperationProgress> {
  return api.get(operationProgress, `${pathOf(id)}/progress`);
}

export async function getResults(api: Api, id: string): Promise<OperationResults> {
  return api.get(operationResults, `${pathOf(id)}/results`);
}

export async function previewUndo(api: Api, id: string, query: Query): Promise<RollbackPreview> {
  return api.get(rollbackPreview, `${pathOf(id)}/rollback/preview`, query);
}

export async function start(api: Api, id: string, request: StartRequest): Promise<BulkOperation> {
  return steer(api, id, 'start', request);
}

const PLANNING_POLL_MS = 300;

/** Plans of large files are made in the background: waits until there is one. */
export async function untilPlanned(api: Api, operation: BulkOperation): Promise<BulkOperation> {
  let planned = operation;
  while (planned.phase === 'planning') {
    await sleep(PLANNING_POLL_MS);
    planned = await getOperation(api, planned.id);
  }
  return planned;
}

/** @param id - As typed by a person; what is no id finds nothing. */
export function pathOf(id: string): string {
  return `${OPERATIONS}/${encodeURIComponent(id)}`;
}
