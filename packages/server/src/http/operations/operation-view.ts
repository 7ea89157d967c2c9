/** An operation as this API shows it. */
import type { BulkOperation, OperationResults } from '@muster/contract';
import {
  type Asked,
  type Engine,
  getKind,
  listWhole,
  makerOf,
  maySteer,
  type Operation,
  undoUntil,
} from '../../engine/index.ts';
import { whyIrreversible } from '../../engine/kind.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { percentage } from '../../operations/percentage.ts';
import { estimatedCompletion } from './progress-view.ts';
import { followersOf, namesOf, type Followers } from '../../operations/followers.ts';
import { resultSentence } from '../../operations/sentences.ts';
import { asObject, bulkStatus } from '../../operations/stored.ts';

/** Views of several operations, in their order; the names of people come in one query, what followed them in another. */
export async function viewOperations(asked: Asked, operations: readonly Operation[]): Promise<BulkOperation[]> {
  const { tx, engine, actor } = asked;
  const names = await namesOf(tx, operations);
  const followers = await followersOf(tx, operations);
  const whole = await listWhole(asked, operations);
  return operations.map((operation) => ({
    ...view(engine, actor, operation, names, followers),
    ...(whole.has(operation.id) ? {} : NOT_SHOWN),
  }));
}

export async function viewOperation(asked: Asked, operation: Operation): Promise<BulkOperation> {
  const [only] = await viewOperations(asked, [operation]);
  if (only === undefined) throw new Error('One operation has one view.');
  return only;
}

/** What an operation was given may name people whom somebody who sees it in part may not see. */
const NOT_SHOWN = { parameters: {}, input_data: {}, mapping_config: {}, error_log: '' };

function view(
  engine: Engine,
  actor: Actor,
  operation: Operation,
  names: ReadonlyMap<string, string>,
  followers: ReadonlyMap<string, Followers>,
): BulkOperation {
  const { id } = operation;
  const estimate = estimatedCompletion(operation, engine.now());
  return {
    id,
    operation_id: id,
    operation_type: operation.called ?? operation.kind,
    operation_name: operation.name,
    description: operation.description,
    parameters: asObject(operation.params),
    input_data: asObject(operation.input),
    mapping_config: asObject(operation.mapping),
    status: bulkStatus(operation),
    phase: operation.phase,
    rollback_status: operation.rollback_status,
    lane: operation.lane,
    total_items: operation.total_items,
    processed_items: operation.processed_items,
    successful_items: operation.successful_items,
    failed_items: operation.failed_items,
    skipped_items: operation.skipped_items,
    warnings_count: operation.warnings_count,
    progress_percentage: percentage(operation),
    priority: operation.priority,
    scheduled_at: iso(operation.scheduled_at),
    created_by: makerOf(operation),
    created_by_name: makerName(operation, names),
    created_at: operation.created_at.toISOString(),
    updated_at: operation.updated_at.toISOString(),
    ...(operation.started_at === null ? {} : { started_at: operation.started_at.toISOString() }),
    ...(operation.completed_at === null ? {} : { completed_at: operation.completed_at.toISOString() }),
    ...(estimate === null ? {} : { estimated_completion: estimate.toISOString() }),
    requires_approval: operation.requires_approval,
    approved_by: approverOf(operation, names),
    approved_at: iso(operation.approved_at),
    cancel_reason: operation.cancel_reason,
    undo_of: operation.undo_of,
    retry_of: operation.retry_of,
    ...(followers.get(id) ?? { undone_by: [], retried_by: [] }),
    plan_hash: operation.plan_hash,
    plan_expires_at: iso(operation.plan_expires_at),
    results_summary: operation.phase === 'done' ? endResults(engine, operation) : {},
    error_log: operation.error_log,
    output_file: operation.output_file,
    can_undo_until: iso(canUndoUntil(engine, actor, operation)),
  };
}

function makerName({ created_by_user: id }: Operation, names: ReadonlyMap<string, string>): string {
  return id === null ? 'System administrator' : (names.get(id) ?? 'Removed user');
}

/** Null before approval, and when the person was removed since. */
function approverOf(operation: Operation, names: ReadonlyMap<string, string>): string | null {
  const { approved_by_user: id, approved_by_account: account } = operation;
  if (id === null) return account;
  return names.has(id) ? id : null;
}

/** @param errorsByCode - Counted now for an operation that still runs; the stored ones once it ended. */
export function viewResults(
  engine: Engine,
  operation: Operation,
  errorsByCode: Record<string, number>,
): OperationResults {
  const { warnings } = asObject(operation.results_summary);
  return {
    total_items: operation.total_items,
    successful_items: operation.successful_items,
    failed_items: operation.failed_items,
    skipped_items: operation.skipped_items,
    errors_by_code: errorsByCode,
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
    output_url: operation.output_file,
    duration_seconds: durationSeconds(operation, engine.now()),
    reversible: isReversible(engine, operation),
    rollback_status: operation.rollback_status,
    summary: resultSentence(operation),
  };
}

function endResults(engine: Engine, operation: Operation): OperationResults {
  const counts = Object.entries(asObject(asObject(operation.results_summary)['errors_by_code']));
  return viewResults(engine, operation, Object.fromEntries(counts.map(([code, count]) => [code, Number(count)])));
}

function durationSeconds(operation: Operation, now: Date): number {
  if (operation.started_at === null) return 0;
  const end = operation.completed_at ?? now;
  return Math.max(0, Math.round((end.getTime() - operation.started_at.getTime()) / 100) / 10);
}

function canUndoUntil(engine: Engine, actor: Actor, operation: Operation): Date | null {
  const isUndoable =
    operation.phase === 'done' &&
    operation.successful_items > 0 &&
    operation.rollback_status !== 'rolled_back' &&
    maySteer(actor, operation) &&
    isReversible(engine, operation);
  return isUndoable ? undoUntil(actor, operation) : null;
}

function isReversible(engine: Engine, operation: Operation): boolean {
  return whyIrreversible(getKind(engine, operation.kind), operation.params) === null;
}

function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
