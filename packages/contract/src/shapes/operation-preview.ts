import { z } from 'zod';
import { prose } from '../clean-text.ts';
import { freeJson } from '../free-json.ts';
import { OPERATION_PHASES } from '../operation.ts';
import { BULK_STATUSES } from './bulk-operation.ts';
import { fileReading } from './file-reading.ts';
import { itemChange, operationItem } from './operation-item.ts';
import { hiddenItems, itemIds, pageQuery, timestamp } from './scalars.ts';

export const planCounts = z
  .object({
    items: z.int(),
    people: z.int(),
    changes: z.int(),
    warnings: z.int(),
    actions: z.record(z.string(), z.int()),
    codes: z.record(z.string(), z.int()),
  })
  .meta({ id: 'PlanCounts' });
export type PlanCounts = z.infer<typeof planCounts>;

/** What somebody must mean before it runs: by typing `count`, or by a second person's approval. */
export const planGuard = z
  .object({ code: z.string(), count: z.int(), of: z.int(), needs: z.enum(['typed', 'approval']), message: z.string() })
  .meta({ id: 'PlanGuard' });
export type PlanGuard = z.infer<typeof planGuard>;

/** An item and the rows that it would change, field by field. */
export const plannedItem = operationItem
  .omit({ result_data: true })
  .extend({ changes: z.array(itemChange) })
  .meta({ id: 'PlannedItem' });
export type PlannedItem = z.infer<typeof plannedItem>;

export const operationPreview = z
  .object({
    operation_id: z.string(),
    status: z.enum(BULK_STATUSES),
    phase: z.enum(OPERATION_PHASES),
    summary: z.string().describe('The plan in one sentence.'),
    plan_hash: z.string().nullable(),
    planned_at: timestamp.nullable(),
    expires_at: timestamp.nullable(),
    reversible: z.boolean(),
    irreversible_reason: z.string().optional(),
    requires_approval: z.boolean(),
    counts: planCounts,
    guards: z.array(planGuard),
    items: z.array(plannedItem),
    next_cursor: z.string().nullable(),
    hidden: hiddenItems,
    reading: fileReading.nullable().describe('How the file was read; null where it came from none.'),
  })
  .meta({ id: 'OperationPreview' });
export type OperationPreview = z.infer<typeof operationPreview>;

export const previewQuery = pageQuery.extend({
  action: z.string().max(20).optional(),
  code: z.string().max(100).optional(),
});

/** Body of `POST …/start/`; all of it may be left out to resume a paused operation. */
export const startRequest = z
  .strictObject({
    plan_hash: z.string().max(200),
    confirm_count: z
      .union([z.int().min(0), z.record(z.string(), z.int().min(0))])
      .describe('The number typed for a guard; of several guards the largest, or each by its code.'),
    acknowledge_warnings: z.boolean(),
    accept_reading: z
      .boolean()
      .describe('Somebody has looked at the notes on how the file was read that have needs_look, and goes on.'),
  })
  .partial()
  .meta({ id: 'StartRequest' });
export type StartRequest = z.infer<typeof startRequest>;

const reversedItem = z.object({ item: operationItem, changes: z.array(itemChange) });
const keptRow = z
  .object({ entity: z.string(), id: z.string(), label: z.string() })
  .nullable()
  .describe('The row that stays; of one item others may be taken back. Null where the item as a whole is meant.');
const keptItem = z.object({
  item: operationItem,
  row: keptRow,
  who: z.string(),
  when: z.string(),
  what: z.string().describe('Why it is kept, in words.'),
});
const stuckItem = z.object({ item: operationItem, row: keptRow, why: z.string() });

/** What an undo would do now. The lists show the first `limit` of each; the counts say how many there are. */
export const rollbackPreview = z
  .object({
    operation_id: z.string(),
    plan_hash: z.string(),
    summary: z.string(),
    counts: z
      .object({ will_reverse: z.int(), kept: z.int(), cannot: z.int() })
      .describe('Of rows, parts with their whole.'),
    confirm_count: z.int().nullable().describe('The number of people, to be typed; null where none is asked for.'),
    will_reverse: z.array(reversedItem),
    kept: z.array(keptItem),
    cannot: z.array(stuckItem),
    hidden: hiddenItems,
  })
  .meta({ id: 'RollbackPreview' });
export type RollbackPreview = z.infer<typeof rollbackPreview>;

const undoMode = z.enum(['all', 'untouched_only']);

/** Body of `POST …/rollback/`. */
export const rollbackRequest = z
  .strictObject({
    plan_hash: z.string().max(200),
    item_ids: itemIds,
    reason: prose(2_000),
    mode: undoMode.describe('`all` also takes back what was worked with since; `untouched_only` keeps it.'),
    confirm_count: z.int().describe('The number of people, where the preview asks for it to be typed.'),
  })
  .partial()
  .meta({ id: 'RollbackRequest' });
export type RollbackRequest = z.input<typeof rollbackRequest>;

/** Query of `GET …/rollback/preview/`. */
export const rollbackPreviewQuery = z.strictObject({
  item_ids: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9})*$/, 'numbers of items, with commas between')
    .transform((text) => text.split(',').map(Number))
    .optional(),
  mode: undoMode.optional(),
  limit: pageQuery.shape.limit,
});

/** Body of `POST …/retry/`. */
export const retryRequest = z
  .strictObject({
    item_ids: itemIds.optional(),
    corrections: z
      .record(z.string(), freeJson())
      .optional()
      .describe('Corrected input by item key: of a file `{column: value}` by row number.'),
    plan_only: z.boolean().default(false).describe('Stop at the preview instead of running it.'),
  })
  .meta({ id: 'RetryRequest' });
export type RetryRequest = z.input<typeof retryRequest>;
