import { problemError, timestamp } from '@muster/contract';
import { z } from 'zod';
import type { AssignedItem } from '../../../operations/assigned-items.ts';
import { warningWords } from '../../../operations/item-words.ts';

const OUTCOMES = ['created', 'replaced', 'merged', 'skipped', 'failed', 'not_processed'] as const;
const STATUSES = ['pending', 'successful', 'failed', 'skipped'] as const;

export const massItem = z
  .object({
    item_id: z.string(),
    student_id: z.string().nullable(),
    student_name: z.string().nullable(),
    class: z.string().nullable(),
    grade_level: z.string().nullable(),
    content_id: z.string().nullable(),
    content: z.string().nullable(),
    status: z.enum(STATUSES),
    outcome: z.enum(OUTCOMES),
    assignment_id: z.string().nullable(),
    code: z.string().nullable(),
    message: z.string(),
    correction: z.string(),
    warnings: z.array(z.object({ code: z.string(), message: z.string(), correction: z.string() })),
    corrected: z.record(z.string(), z.unknown()).nullable().describe('Parameters set by hand for the next retry.'),
    processed_at: timestamp.nullable(),
  })
  .meta({ id: 'MassAssignmentItem' });
export type MassItem = z.infer<typeof massItem>;

export function viewItem(item: AssignedItem): MassItem {
  const said = item.code === null ? null : problemError(item.code, item.detail ?? {});
  const corrected = z.record(z.string(), z.unknown()).safeParse(item.detail?.['correction']);
  return {
    item_id: String(item.item_no),
    student_id: item.student_id,
    student_name: item.student_name,
    class: item.class,
    grade_level: item.grade_level,
    content_id: item.content_id,
    content: item.content,
    status: itemStatus(item.status),
    outcome: itemOutcome(item),
    assignment_id: item.status === 'success' ? item.assignment_id : item.existing_id,
    code: item.code,
    message: said?.message ?? '',
    correction: said?.correction ?? '',
    warnings: warningWords(item.warnings),
    corrected: corrected.success ? corrected.data : null,
    processed_at: item.processed_at === null ? null : item.processed_at.toISOString(),
  };
}

function itemStatus(stored: string): MassItem['status'] {
  return STATUSES.find((status) => status === stored) ?? (stored === 'success' ? 'successful' : 'pending');
}

export function itemOutcome({ status, action, policy, existing_id }: AssignedItem): MassItem['outcome'] {
  switch (status) {
    case 'skipped':
    case 'failed':
      return status;
    case 'success':
      if (action === 'merge') return 'merged';
      return policy === 'override' && existing_id !== null ? 'replaced' : 'created';
    default:
      return 'not_processed';
  }
}
