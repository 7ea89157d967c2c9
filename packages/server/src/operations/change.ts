import type { BulkOperationChanges } from '@muster/contract';
import {
  change,
  fileInput,
  getKind,
  lockSteerable,
  plan,
  type Asked,
  type Changes,
  type Operation,
} from '../engine/index.ts';
import { givenMapping } from './mapping-given.ts';

/** Changes an operation and, where it had a plan, makes that anew: a preview never shows what would not run. */
export async function changeOperation(asked: Asked, id: string, given: BulkOperationChanges): Promise<Operation> {
  const operation = await lockSteerable(asked, id);
  const changed = await change(asked, operation, changesOf(asked, operation, given));
  const isStale = operation.plan_hash !== null && (changed.plan_hash === null || given.requires_approval === true);
  return isStale ? plan(asked, changed) : changed;
}

function changesOf({ engine }: Asked, operation: Operation, given: BulkOperationChanges): Changes {
  const { scheduled_at: at, mapping_config: mapping } = given;
  return {
    name: given.operation_name,
    description: given.description,
    params: given.parameters,
    mapping: mapping && mappingOf(getKind(engine, operation.kind).rows?.fields, operation, mapping),
    requiresApproval: given.requires_approval,
    priority: given.priority,
    scheduledAt: typeof at === 'string' ? new Date(at) : at,
  };
}

type Fields = Parameters<typeof givenMapping>[2];

function mappingOf(fields: Fields | undefined, operation: Operation, given: Record<string, unknown>) {
  const { header } = fileInput(operation);
  return fields === undefined || header.length === 0 ? given : givenMapping(given, header, fields).mapping;
}
