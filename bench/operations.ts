/** An operation from its plan to its end, seen over HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bulkOperation, type BulkOperation } from '@muster/contract';
import type { Client } from './client.ts';

const POLL_MS = 100;
const PATH = '/api/bulk/operations';

export async function getOperation(client: Client, id: string): Promise<BulkOperation> {
  return client.get(bulkOperation, `${PATH}/${id}`);
}

/** Uploads a file of people; resolves once it is staged. @param file - With its name. */
export async function importPeople(client: Client, file: File): Promise<BulkOperation> {
  const form = new FormData();
  form.set('mapping', '{"preset":"auto","default_values":{"roles":"student"}}');
  form.set('file', file);
  return client.post(bulkOperation, '/api/bulk/users/import', form);
}

export async function createOperation(
  client: Client,
  wanted: { operation_type: string; operation_name: string; parameters: object },
): Promise<BulkOperation> {
  return client.post(bulkOperation, PATH, wanted);
}

/** @throws when the plan could not be made. */
export async function untilPlanned(client: Client, id: string): Promise<BulkOperation> {
  const operation = await until(client, id, (now) => now.phase !== 'planning');
  if (operation.plan_hash === null) throw new Error(`No plan could be made: ${operation.error_log}`);
  return operation;
}

/** Confirms what was planned. @param people - Their number, where there are so many that it has to be typed. */
export async function start(client: Client, planned: BulkOperation, people?: number): Promise<BulkOperation> {
  const typed = people === undefined ? {} : { confirm_count: people };
  return client.post(bulkOperation, `${PATH}/${planned.id}/start`, { plan_hash: planned.plan_hash, ...typed });
}

/** Takes it back; answers with the operation that does so. */
export async function undo(client: Client, id: string): Promise<BulkOperation> {
  return client.post(bulkOperation, `${PATH}/${id}/rollback`);
}

export async function untilDone(client: Client, id: string): Promise<BulkOperation> {
  return until(client, id, (now) => now.phase === 'done');
}

async function until(client: Client, id: string, holds: (operation: BulkOperation) => boolean): Promise<BulkOperation> {
  for (;;) {
    const operation = await getOperation(client, id);
    if (holds(operation)) return operation;
    await sleep(POLL_MS);
  }
}
