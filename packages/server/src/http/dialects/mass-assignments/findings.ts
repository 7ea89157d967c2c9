/** What validation found: errors that block, warnings and conflicts to be looked at, and what is merely worth knowing. */
import { problemError } from '@muster/contract';
import { z } from 'zod';
import type { Asked } from '../../../engine/index.ts';
import { listAssignedItems, type AssignedItem } from '../../../operations/assigned-items.ts';

const ITEMS_MAX = 5_000;

const finding = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  field: z.string(),
  student_id: z.string().nullable(),
  content_id: z.string().nullable(),
  message: z.string(),
  correction: z.string(),
});
type Finding = z.infer<typeof finding>;

const conflict = finding.extend({
  assignment_id: z.string().nullable().describe('The assignment that the student has.'),
  policy: z.string().nullable().describe('What is planned: skip, merge, create_new or override.'),
});

export const findings = z.object({
  errors: z.array(finding).describe('They block the operation until corrected, or their students are excluded.'),
  warnings: z.array(finding).describe('To be acknowledged when confirming.'),
  conflicts: z.array(conflict),
  information: z.array(finding),
  is_complete: z
    .boolean()
    .describe(`False when more than ${String(ITEMS_MAX)} items have something to say; preview.csv has all.`),
});
export type Findings = z.infer<typeof findings>;

export async function findFindings(asked: Asked, operationId: string): Promise<Findings> {
  const items = await listAssignedItems(asked, operationId, { isTelling: true }, { limit: ITEMS_MAX + 1 });
  const shown = items.slice(0, ITEMS_MAX);
  const errors = shown.flatMap((item) =>
    item.action === 'error' ? [found(item, 'error', item.code ?? '', item.detail)] : [],
  );
  const noted = shown.flatMap((item) =>
    (item.warnings ?? []).map((warning) => ({ item, code: String(warning['code']), warning })),
  );
  return {
    errors: distinct(errors),
    warnings: distinct(
      noted
        .filter(({ code }) => code !== DUPLICATE)
        .map(({ item, code, warning }) => found(item, 'warning', code, warning)),
    ),
    conflicts: shown
      .filter(isConflict)
      .map((item) => ({
        ...found(item, 'warning', DUPLICATE, item.detail),
        assignment_id: item.existing_id,
        policy: item.policy,
      })),
    information: shown.flatMap((item) =>
      item.detail?.['had_before'] === true ? [found(item, 'info', 'assigned_before', item.detail)] : [],
    ),
    is_complete: items.length <= ITEMS_MAX,
  };
}

const DUPLICATE = 'duplicate_assignment';

function isConflict(item: AssignedItem): boolean {
  return item.existing_id !== null && item.action !== 'error';
}

function found(
  item: AssignedItem,
  severity: Finding['severity'],
  code: string,
  detail: AssignedItem['detail'],
): Finding {
  const { field, message, correction } = problemError(code, detail ?? {});
  return { code, severity, field, student_id: item.student_id, content_id: item.content_id, message, correction };
}

/** A student who cannot be given anything is told once, not once for each content. */
function distinct(all: readonly Finding[]): Finding[] {
  return [
    ...new Map(
      all.map((one) => [`${one.code} ${one.student_id ?? one.content_id ?? one.field} ${one.message}`, one]),
    ).values(),
  ];
}
