import { problemHeading, type BulkOperation, type OperationItem } from '@muster/contract';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../../api/operation-queries.ts';
import { listItems } from '../../api/operations.ts';
import { counted } from '../../words/numbers.ts';
import { ItemNotes } from '../item-notes.tsx';
import { Notice } from '../notice.tsx';

interface FailureCausesProps {
  readonly operation: BulkOperation;
  readonly causes: Readonly<Record<string, number>>;
}

/** Failures by cause, the most frequent first, each with the words of one of its items. */
export function FailureCauses({ operation, causes }: FailureCausesProps) {
  return Object.entries(causes)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => (
      <Notice key={code} tone="bad" title={`${problemHeading(code)}: ${counted(count, 'line')}`}>
        <Example operationId={operation.id} code={code} />
      </Notice>
    ));
}

function Example({ operationId, code }: { readonly operationId: string; readonly code: string }) {
  const { data } = useQuery({
    queryKey: keys.part(operationId, 'example', code),
    queryFn: () => listItems(operationId, { status: 'failed', code }, '', 1),
  });
  const [item] = data?.items ?? [];
  if (item === undefined) return null;
  return (
    <Text component="div" size="sm">
      {`For example ${nameOf(item)}: `}
      <ItemNotes item={item} />
    </Text>
  );
}

/** The row stands before the name only where there are rows of a file. */
function nameOf({ item_index: index, key, label }: OperationItem): string {
  return key === String(index) ? `row ${key}, ${label}` : label;
}
