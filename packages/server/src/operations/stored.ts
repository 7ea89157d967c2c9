/** What the database gives back, in the shapes that this API has. */
import { LIMITS, Problem, type BulkStatus } from '@muster/contract';
import { sql } from 'kysely';
import { one, type OrgTransaction } from '../db/database.ts';
import type { Operation } from '../engine/index.ts';
import type { Actor } from '../tenancy/actor.ts';

/** Being planned is a phase here, not a status. */
export function bulkStatus({ status }: Pick<Operation, 'status'>): BulkStatus {
  return status === 'validating' ? 'pending' : status;
}

export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Whoever saves what is offered to others keeps to a number that others can look through. @throws Problem `conflict` */
export async function assertRoom(
  tx: OrgTransaction,
  { accountId }: Actor,
  table: 'operation_templates' | 'import_mappings',
): Promise<void> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)} where org_id = ${tx.orgId} and created_by_account = ${accountId}`,
  );
  if (count < LIMITS.savedPerMakerMax) return;
  throw new Problem('conflict', {
    message: `You have saved ${String(count)} of these already; more than ${String(LIMITS.savedPerMakerMax)} cannot be kept.`,
    correction: 'Remove one that is not needed any more, and save again.',
  });
}
