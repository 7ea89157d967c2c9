/** The one place where an operation's status changes. */
import { canMove, Problem, type OperationPhase, type OperationStatus } from '@muster/contract';
import { sql, type Selectable, type UpdateObject } from 'kysely';
import type { OrgTransaction } from '../db/database.ts';
import type { OperationsTable, Tables } from '../db/tables.ts';
import { notifyProgress } from './record.ts';

export type Operation = Selectable<OperationsTable>;
export type OperationValues = UpdateObject<Tables, 'operations'>;

/** @throws Problem `not_found`, also for an operation of another organization. */
export async function getOperation(tx: OrgTransaction, id: string): Promise<Operation> {
  return found(await operationQuery(tx, id).executeTakeFirst());
}

/** The operation, locked until the transaction ends: whoever changes its status or works its items holds this lock. */
export async function lockOperation(tx: OrgTransaction, id: string): Promise<Operation> {
  return found(await operationQuery(tx, id).forUpdate().executeTakeFirst());
}

/** The same at once: null for one that somebody else holds, and for one that is gone. */
export async function tryLockOperation(tx: OrgTransaction, id: string): Promise<Operation | null> {
  return (await operationQuery(tx, id).forUpdate().skipLocked().executeTakeFirst()) ?? null;
}

function operationQuery(tx: OrgTransaction, id: string) {
  return tx.db.selectFrom('operations').selectAll().where('org_id', '=', tx.orgId).where('id', '=', id);
}

function found(operation: Operation | undefined): Operation {
  if (operation === undefined) throw new Problem('not_found');
  return operation;
}

/**
 * Moves a locked operation.
 * @param wanted - What was asked for, in the words of the refusal: "pausing".
 * @throws Problem `invalid_state` when the table of moves has no such arrow.
 */
export async function move(
  tx: OrgTransaction,
  operation: Operation,
  to: { status: OperationStatus; phase: OperationPhase; wanted: string },
  values: OperationValues = {},
): Promise<Operation> {
  if (!canMove(operation.status, to.status)) throw invalidState(operation, to.wanted);
  return update(tx, operation, { ...values, status: to.status, phase: to.phase });
}

/** Changes a locked operation without moving it. */
export async function update(tx: OrgTransaction, operation: Operation, values: OperationValues): Promise<Operation> {
  const changed = await tx.db
    .updateTable('operations')
    .set({ ...values, updated_at: sql`now()`, version: sql`version + 1` })
    .where('org_id', '=', tx.orgId)
    .where('id', '=', operation.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await notifyProgress(tx, operation.id);
  return changed;
}

export function invalidState(operation: Operation, wanted: string): Problem {
  return new Problem('invalid_state', { status: operation.status, phase: operation.phase, wanted });
}

/** Who made an operation, as events and messages name them. */
export function makerOf(operation: Operation): string {
  return operation.created_by_user ?? operation.created_by_account;
}
