import { z } from 'zod';
import { line, prose } from '../clean-text.ts';
import { FREE_JSON, freeJson, jsonFault } from '../free-json.ts';
import { LANES, OPERATION_PHASES, ROLLBACK_STATUSES } from '../operation.ts';
import { isSecretName } from '../secret-names.ts';
import { operationResults } from './operation-results.ts';
import { commaList, jsonObject, timestamp } from './scalars.ts';

/** The seven statuses of an operation here; one that is being planned is `pending` with phase `planning`. */
export const BULK_STATUSES = ['pending', 'queued', 'processing', 'paused', 'completed', 'failed', 'cancelled'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

export const bulkOperation = z
  .object({
    id: z.string(),
    operation_id: z.string().describe('The same as id.'),
    operation_type: z.string().describe('Name of the kind, as it was given.'),
    operation_name: z.string(),
    description: z.string(),
    parameters: jsonObject.describe('Empty in lists, like the next two.'),
    input_data: jsonObject,
    mapping_config: jsonObject,
    status: z.enum(BULK_STATUSES),
    phase: z.enum(OPERATION_PHASES),
    rollback_status: z.enum(ROLLBACK_STATUSES),
    lane: z.enum(LANES),
    total_items: z.int(),
    processed_items: z.int(),
    successful_items: z.int(),
    failed_items: z.int(),
    skipped_items: z.int(),
    warnings_count: z.int(),
    progress_percentage: z.number().min(0).max(100),
    priority: z.int(),
    scheduled_at: timestamp.nullable(),
    created_by: z.string(),
    created_by_name: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
    started_at: timestamp.optional().describe('Absent before the start.'),
    completed_at: timestamp.optional().describe('Absent until the end.'),
    estimated_completion: timestamp.optional().describe('While processing, once the rate is known.'),
    requires_approval: z.boolean(),
    approved_by: z.string().nullable(),
    approved_at: timestamp.nullable(),
    cancel_reason: z.string(),
    undo_of: z.string().nullable().describe('The operation that this one undoes.'),
    retry_of: z.string().nullable().describe('The operation whose failed items this one repeats.'),
    undone_by: z.array(z.string()).describe('The operations that undo this one, newest last.'),
    retried_by: z.array(z.string()).describe('The operations that repeat its failed items, newest last.'),
    plan_hash: z.string().nullable(),
    plan_expires_at: timestamp.nullable(),
    results_summary: z.union([operationResults, z.strictObject({})]).describe('Empty before the end.'),
    error_log: z.string(),
    output_file: z.string().nullable(),
    can_undo_until: timestamp.nullable().describe('For the caller; null where it cannot be undone.'),
  })
  .meta({ id: 'BulkOperation' });
export type BulkOperation = z.infer<typeof bulkOperation>;

/** Rows are a table of their own, whose columns the mapping judges; whatever else there is, is kept as it stands. */
function restIsFree(given: Record<string, unknown>, context: z.RefinementCtx): void {
  const rest = Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'rows'));
  const message = jsonFault(rest, FREE_JSON, (key) => !isSecretName(key));
  if (message !== null) context.addIssue({ code: 'custom', message });
}

/** `priority`: higher numbers run earlier, equal ones in order of arrival. */
const priority = z.int().min(-1_000_000).max(1_000_000);

/** Body of `POST /api/bulk/operations`. */
export const bulkOperationData = z
  .strictObject({
    operation_type: z.string().min(1).max(100).describe('Name or alias of a kind; see /api/bulk/kinds.'),
    operation_name: line(200).min(1),
    description: prose(10_000).default(''),
    parameters: jsonObject.default({}),
    input_data: jsonObject.superRefine(restIsFree).default({}),
    mapping_config: freeJson().default({}),
    requires_approval: z.boolean().default(false),
    priority: priority.default(0),
    scheduled_at: timestamp.nullable().default(null),
    template_id: z
      .string()
      .nullable()
      .default(null)
      .describe('Its template_config fills what `parameters` leaves out.'),
    override_reason: prose(2_000).optional(),
    chunk_items: z.int().min(1).max(10_000).optional().describe('Items a chunk takes; the kind decides when left out.'),
    plan: z.boolean().default(true).describe('Whether the plan is made at once.'),
  })
  .meta({ id: 'BulkOperationData' });
export type BulkOperationData = z.input<typeof bulkOperationData>;

/** Body of `PATCH /api/bulk/operations/{id}`. All but `priority` only while pending. */
export const bulkOperationChanges = z
  .strictObject({
    operation_name: line(200).min(1),
    description: prose(10_000),
    parameters: jsonObject,
    mapping_config: freeJson(),
    requires_approval: z.literal(true, { error: 'it can be raised to true only' }),
    priority,
    scheduled_at: timestamp.nullable(),
  })
  .partial()
  .meta({ id: 'BulkOperationChanges' });
export type BulkOperationChanges = z.infer<typeof bulkOperationChanges>;

/** Query of `GET /api/bulk/operations`; the number of all matches stands in the header `X-Total-Count`. */
export const operationFilters = z
  .strictObject({
    status: commaList(z.enum(BULK_STATUSES)),
    operation_type: z.string(),
    without: commaList(z.string()).describe('Kinds to leave out, such as edit_record: what forms save.'),
    created_by: z.string(),
    approved_by: z.string(),
    created_after: timestamp,
    created_before: timestamp,
    search: z.string().max(200).describe('In name and description.'),
  })
  .partial()
  .extend({
    page: z.coerce.number().int().min(1).max(100_000).default(1),
    page_size: z.coerce.number().int().min(1).max(100).default(25),
  });
export type OperationFilters = z.input<typeof operationFilters>;
