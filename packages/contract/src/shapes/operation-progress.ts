import { z } from 'zod';
import { BULK_STATUSES } from './bulk-operation.ts';

export const operationProgress = z
  .object({
    operation_id: z.string(),
    status: z.enum(BULK_STATUSES),
    progress_percentage: z.number().min(0).max(100),
    current_item: z.int().describe('Items that ended: done, failed or skipped, which add up to it.'),
    successful_items: z.int(),
    skipped_items: z.int(),
    total_items: z.int(),
    processing_rate: z.number().describe('Items per minute; 0 before the first.'),
    estimated_remaining: z.string().describe('HH:mm:ss; empty when unknown, and while it is paused.'),
    current_phase: z.string(),
    errors_count: z.int().describe('Items that failed.'),
    warnings_count: z.int(),
  })
  .meta({ id: 'OperationProgress' });
export type OperationProgress = z.infer<typeof operationProgress>;

/** `GET /api/bulk/queue`: the operations of one organization that work or wait. */
export const queueStatus = z
  .object({
    by_status: z.record(z.string(), z.int()),
    waiting: z.int(),
    running: z.int(),
    oldest_waiting_seconds: z.int(),
    next: z.array(z.string()).describe('Ids of the operations that wait, in their order.'),
  })
  .meta({ id: 'QueueStatus' });
export type QueueStatus = z.infer<typeof queueStatus>;
