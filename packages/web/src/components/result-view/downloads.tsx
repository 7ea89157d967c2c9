import type { BulkOperation } from '@muster/contract';
import { Anchor, Group, Text } from '@mantine/core';
import { reportAddress, type ReportPart } from '../../api/operations.ts';
import { grouped } from '../../words/numbers.ts';

/** The items as CSV files: of an import the rows as they were, with what is wrong with each. */
export function Downloads({ operation }: { readonly operation: BulkOperation }) {
  const { id, total_items: total, processed_items: processed } = operation;
  const isCancelled = operation.status === 'cancelled';
  const parts: readonly (readonly [part: ReportPart, text: string, count: number])[] = [
    ['success', 'done', operation.successful_items],
    ['failed', 'failed', operation.failed_items],
    ['skipped', 'skipped', operation.skipped_items],
    ['not_processed', 'not processed', isCancelled ? operation.skipped_items : total - processed],
  ];
  return (
    <Group component="section" aria-label="Downloads">
      <Text fw={600}>Download as CSV:</Text>
      {parts
        .filter(([, , count]) => count > 0)
        .map(([part, text, count]) => (
          <Anchor key={part} href={reportAddress(id, part)} download>
            {part === 'not_processed' && isCancelled ? text : `${text} (${grouped(count)})`}
          </Anchor>
        ))}
    </Group>
  );
}
