/** What the database gives back, in the shapes that this API has. */
import type { BulkStatus } from '@muster/contract';
import type { Operation } from '../engine/index.ts';

/** Being planned is a phase here, not a status. */
export function bulkStatus({ status }: Pick<Operation, 'status'>): BulkStatus {
  return status === 'validating' ? 'pending' : status;
}

export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
