import { z } from 'zod';
import { ITEM_STATES, ITEM_STATUSES } from '../operation.ts';
import { hiddenItems, jsonObject, pageQuery, timestamp } from './scalars.ts';

/** What an item's warning or failure means, in words. */
const itemNote = z.object({ code: z.string(), message: z.string(), correction: z.string() });

export const fieldChange = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });

/** One row that an item changes, field by field; unchanged fields are left out. */
export const itemChange = z
  .object({
    entity: z.string(),
    entity_id: z.string(),
    action: z.enum(['insert', 'update', 'delete']),
    fields: z.array(fieldChange),
  })
  .meta({ id: 'ItemChange' });
export type ItemChange = z.infer<typeof itemChange>;

/** The record to which a result leads: of several rows the first that was made, parents before their parts. */
const itemRecord = z.object({ entity: z.string(), id: z.string() });

export const operationItem = z
  .object({
    id: z.string().describe('Number of the item within its operation, as text.'),
    item_index: z.int().describe('Position in the input: the row of a file, otherwise the number of the item.'),
    item_data: jsonObject.describe('The input of the item.'),
    key: z.string().nullable().describe('What names the item in the corrections of a retry.'),
    subject_id: z.string().nullable(),
    label: z.string(),
    action: z.string(),
    status: z.enum(ITEM_STATUSES).describe('How it ended; an undo does not change it.'),
    state: z
      .enum(ITEM_STATES)
      .describe('What holds now: the status, or that an undo took it back, or some of its rows.'),
    taken_back_by: z.string().nullable().describe('The undo that did so; the last of several.'),
    code: z.string().nullable(),
    error_message: z.string().describe('Empty unless the item failed or was skipped.'),
    correction: z.string(),
    warnings: z.array(itemNote),
    result_data: z
      .object({
        record: itemRecord
          .optional()
          .describe('The record that was made, or else changed; none where one was removed.'),
        changes: z.array(itemChange).optional(),
      })
      .describe('What was done, once it was done.'),
    processed_at: timestamp.nullable(),
  })
  .meta({ id: 'OperationItem' });
export type OperationItem = z.infer<typeof operationItem>;

export const itemFilters = pageQuery.extend({
  status: z.enum(ITEM_STATUSES).optional(),
  code: z.string().max(100).optional(),
  page: z.coerce.number().int().min(1).max(10_000).optional().describe('Instead of a cursor; slow far behind.'),
  page_size: z.coerce.number().int().min(1).max(100).optional().describe('The same as limit.'),
});

export const itemPage = z
  .object({
    items: z.array(operationItem),
    next_cursor: z.string().nullable(),
    total: z.int().describe('Items that match and are shown.'),
    hidden: hiddenItems,
  })
  .meta({ id: 'ItemPage' });
export type ItemPage = z.infer<typeof itemPage>;
