/** An operation as it is stored: found, locked, changed; and what its columns mean. */
import { Problem } from '@muster/contract';
import { sql, type Selectable, type UpdateObject } from 'kysely';
import type { OrgTransaction } from '../db/database.ts';
import type { OperationsTable, Tables } from '../db/tables.ts';
import type { FileReading, ReadingNote } from '../formats/reading/file-reading.ts';
import { notifyProgress } from './record.ts';
import type { Entities, Entity } from '../db/entity.ts';

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

/** Not confirmed yet: it can be planned, changed, discarded. One that is confirmed for later still is `pending`. */
export function isOpen({ status, queued_at: queued }: Operation): boolean {
  return status === 'pending' && queued === null;
}

/** Confirmed for a time that has not come. */
export function isScheduled({ status, scheduled_at: at, queued_at: queued }: Operation): boolean {
  return status === 'pending' && at !== null && queued !== null;
}

/** Its place in the queue can still be changed. */
export function isWaiting({ status }: Operation): boolean {
  return status === 'pending' || status === 'queued';
}

export function invalidState(operation: Operation, wanted: string): Problem {
  return new Problem('invalid_state', { status: operation.status, phase: operation.phase, wanted });
}

/** Who made an operation, as events and messages name them. */
export function makerOf(operation: Operation): string {
  return operation.created_by_user ?? operation.created_by_account;
}

/** How many rows of an entity a plan inserts, updates or deletes. */
export interface PlanWrites {
  readonly entity: string;
  readonly action: 'insert' | 'update' | 'delete';
  readonly count: number;
}

/** How many items have which action and code; `people` counts distinct subjects. */
export interface PlanCounts {
  readonly items: number;
  readonly people: number;
  readonly changes: number;
  readonly warnings: number;
  readonly actions: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
  readonly writes: readonly PlanWrites[];
}

export function planCounts(operation: Operation): PlanCounts {
  const none: PlanCounts = { items: 0, people: 0, changes: 0, warnings: 0, actions: {}, codes: {}, writes: [] };
  return { ...none, ...(typeof operation.plan_counts === 'object' ? operation.plan_counts : {}) };
}

/** Items that the plan skips: they have their end with it. */
export function skippedByPlan(operation: Operation): number {
  return planCounts(operation).actions['skip'] ?? 0;
}

/** The entities that an operation's plan touches, parents first. @param actions - Only those it does this to. */
export function touchedEntities(
  entities: Entities,
  operation: Operation,
  actions: readonly PlanWrites['action'][] = ['insert', 'update', 'delete'],
): Entity[] {
  const { writes } = planCounts(operation);
  return entities.filter((entity) =>
    writes.some((write) => write.entity === entity.name && actions.includes(write.action)),
  );
}

export function fileInput(operation: Operation): FileInput {
  const none: FileInput = { file_name: '', header: [], rows: 0 };
  return { ...none, ...(typeof operation.input === 'object' ? operation.input : {}) };
}

/** What an operation keeps of the file it came from, in `input`. */
export interface FileInput {
  readonly file_name: string;
  readonly header: readonly string[];
  readonly rows: number;
  /** Of a retry: only these items of the operation before. */
  readonly retry_item_nos?: readonly number[];
  /** Its maker asked for it to start without a look at the plan: verbs/plan-late.ts. */
  readonly starts_when_planned?: boolean;
}

/** What of the file is kept: its facts, and how it was read. */
export async function keepFileInput(
  tx: OrgTransaction,
  operation: Operation,
  input: FileInput,
  reading: FileReading,
): Promise<Operation> {
  return update(tx, operation, { input: JSON.stringify(input), reading: JSON.stringify(reading) });
}

/** How the file of an operation was read; null where it came from none. */
export function readingOfFile({ reading }: Operation): FileReading | null {
  return isReading(reading) ? reading : null;
}

/** Notes on how the file was read that somebody has to look at before this plan runs. */
export function notesToLookAt(operation: Operation): readonly ReadingNote[] {
  const creates = (planCounts(operation).actions['create'] ?? 0) > 0;
  const notes = readingOfFile(operation)?.notes ?? [];
  return notes.filter(({ look }) => look === 'always' || (look === 'create' && creates));
}

/** What stands there was written by {@link keepFileInput} alone. */
function isReading(value: unknown): value is FileReading {
  return typeof value === 'object' && value !== null && 'notes' in value;
}
