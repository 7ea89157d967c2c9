import type { BulkOperationChanges } from '@muster/contract';
import type { Updateable } from 'kysely';
import type { OrgTransaction } from '../db/database.ts';
import type { OperationsTable } from '../db/tables.ts';
import { lockSteerable } from '../engine/rights.ts';
import { checkParams } from '../engine/plan/draft.ts';
import { getKind, type Engine, type Asked } from '../engine/engine.ts';
import { invalidState, update, type Operation, fileInput } from '../engine/operation.ts';
import { writeAudit } from '../engine/record.ts';
import { remapRows } from '../engine/plan/stage.ts';
import { mappingSchema } from '../formats/mapping/schema.ts';
import { givenMapping } from './mapping-given.ts';
import { planDraft } from './plan.ts';

/**
 * Changes an operation that is not confirmed yet. What the plan depends on makes the plan anew, so that a preview never
 * shows what would not run; `priority` can be changed as long as the operation waits.
 */
export async function changeOperation(asked: Asked, id: string, changes: BulkOperationChanges): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const operation = await lockSteerable(asked, id);
  const onlyPriority = Object.keys(changes).every((name) => name === 'priority');
  const isOpen = operation.status === 'pending' && operation.queued_at === null;
  const isWaiting = operation.status === 'pending' || operation.status === 'queued';
  if (!isOpen && !(onlyPriority && isWaiting)) throw invalidState(operation, 'changing it');
  await writeAudit(tx, { action: 'change', operationId: id, actor, detail: { ...changes } });
  const changed = await update(tx, operation, columnsOf(engine, operation, changes));
  const needsMapping = changes.mapping_config !== undefined && (await remap(tx, engine, changed));
  const needsPlan = changes.parameters !== undefined || changes.requires_approval !== undefined || needsMapping;
  return needsPlan && changed.plan_hash !== null ? planDraft(asked, changed) : changed;
}

function columnsOf(engine: Engine, operation: Operation, changes: BulkOperationChanges): Updateable<OperationsTable> {
  const kind = getKind(engine, operation.kind);
  return {
    ...(changes.operation_name === undefined ? {} : { name: changes.operation_name }),
    ...(changes.description === undefined ? {} : { description: changes.description }),
    ...(changes.parameters === undefined ? {} : { params: JSON.stringify(checkParams(kind, changes.parameters)) }),
    ...(changes.mapping_config === undefined
      ? {}
      : { mapping: JSON.stringify(mappingOf(engine, operation, changes.mapping_config)) }),
    ...(changes.requires_approval === undefined ? {} : { requires_approval: true }),
    ...(changes.priority === undefined ? {} : { priority: changes.priority }),
    ...(changes.scheduled_at === undefined
      ? {}
      : { scheduled_at: changes.scheduled_at === null ? null : new Date(changes.scheduled_at) }),
  };
}

function mappingOf(engine: Engine, operation: Operation, given: Record<string, unknown>): unknown {
  const reading = getKind(engine, operation.kind).rows;
  const { header } = fileInput(operation);
  return reading === undefined || header.length === 0 ? given : givenMapping(given, header, reading.fields);
}

/** @returns whether there were rows to be mapped. */
async function remap(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<boolean> {
  const reading = getKind(engine, operation.kind).rows;
  const { header } = fileInput(operation);
  if (reading === undefined || header.length === 0) return false;
  await remapRows(tx, operation, mappingSchema.parse(operation.mapping), reading);
  return true;
}
