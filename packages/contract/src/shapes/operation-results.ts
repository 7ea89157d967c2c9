import { z } from 'zod';
import { ROLLBACK_STATUSES } from '../operation.ts';
import { hiddenItems } from './scalars.ts';

export const operationResults = z
  .object({
    total_items: z.int(),
    successful_items: z.int(),
    failed_items: z.int(),
    skipped_items: z.int(),
    taken_back_items: z
      .int()
      .optional()
      .describe('Items that were taken back whole; absent where nothing is undone, and within an operation.'),
    errors_by_code: z.record(z.string(), z.int()),
    hidden: hiddenItems.optional().describe('Items that the caller may not see; absent within an operation.'),
    warnings: z.array(z.string()),
    output_url: z.string().nullable(),
    duration_seconds: z.number().describe('From the start to the end, or to now.'),
    reversible: z.boolean(),
    rollback_status: z.enum(ROLLBACK_STATUSES),
    summary: z.string().describe('The outcome in one sentence.'),
  })
  .meta({ id: 'OperationResults' });
export type OperationResults = z.infer<typeof operationResults>;
