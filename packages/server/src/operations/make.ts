import { type bulkOperationData, invalid, invalidField, problemError } from '@muster/contract';
import type { z } from 'zod';
import { type Asked, draft, getKind, type Operation, plan } from '../engine/index.ts';
import { rowsAsFile } from './rows-given.ts';
import { stageImport } from './import.ts';
import { useTemplate } from './templates.ts';

type Wanted = z.output<typeof bulkOperationData>;

/** Makes a draft and, unless `plan` is false, its plan. Rows in `input_data.rows` are staged like those of a file. */
export async function createOperation(asked: Asked, given: Wanted): Promise<Operation> {
  const { engine } = asked;
  const wanted = { ...given, parameters: await parametersOf(asked, given) };
  const { rows } = wanted.input_data;
  const hasRows = getKind(engine, wanted.operation_type).rows !== undefined && rows !== undefined;
  const made = hasRows
    ? await stageRows(asked, wanted, rows)
    : await draft(asked, { ...draftOf(wanted), input: wanted.input_data, mapping: wanted.mapping_config });
  return wanted.plan ? plan(asked, made) : made;
}

async function parametersOf(asked: Asked, { template_id: id, ...wanted }: Wanted): Promise<Record<string, unknown>> {
  return id === null ? wanted.parameters : useTemplate(asked, id, wanted);
}

function draftOf(wanted: Wanted) {
  const at = wanted.scheduled_at === null ? null : new Date(wanted.scheduled_at);
  const { batch_size: size, ...params } = wanted.parameters;
  return {
    kind: wanted.operation_type,
    name: wanted.operation_name,
    description: wanted.description,
    params,
    requiresApproval: wanted.requires_approval,
    priority: wanted.priority,
    scheduledAt: at,
    overrideReason: wanted.override_reason,
    chunkItems: wanted.chunk_items ?? chunkItems(size),
  };
}

/** What clients call the items of a chunk. */
function chunkItems(size: unknown): number | undefined {
  if (size === undefined) return undefined;
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= 10_000) return size;
  throw invalidField('parameters.batch_size', 'it must be a whole number from 1 to 10,000');
}

async function stageRows(asked: Asked, wanted: Wanted, rows: unknown): Promise<Operation> {
  if (!Array.isArray(rows)) throw invalidField('input_data.rows', 'it must be a list of objects');
  const file = rowsAsFile(rows, 'input_data.rows');
  if (file.header.length === 0) throw invalid([problemError('required', { field: 'input_data.rows' })]);
  return stageImport(asked, { ...draftOf(wanted), file, fileName: '', mapping: wanted.mapping_config });
}
