import type { BulkOperation } from '@muster/contract';
import { Progress, Stack, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useKindTitle } from '../../api/operation-queries.ts';
import { ScrollTable } from '../../components/scroll-table.tsx';
import { Status } from '../../components/status.tsx';
import { When } from '../../components/when.tsx';
import { grouped } from '../../words/numbers.ts';
import { standing } from '../../words/operations.ts';

export function OperationRows({ operations }: { readonly operations: readonly BulkOperation[] }) {
  return (
    <ScrollTable name="Operations" columns={['Operation', 'Status', 'Items', 'Started by', 'Made']}>
      {operations.map((operation) => (
        <OperationRow key={operation.id} operation={operation} />
      ))}
    </ScrollTable>
  );
}

function OperationRow({ operation }: { readonly operation: BulkOperation }) {
  const kind = useKindTitle(operation.operation_type);
  return (
    <Table.Tr>
      <Table.Td miw="16rem">
        <Link to="/operations/$id" params={{ id: operation.id }}>
          {operation.operation_name}
        </Link>
        <Text size="sm" c="dimmed">
          {kind}
        </Text>
      </Table.Td>
      <Table.Td miw="11rem">
        <Stack gap={4}>
          <Status {...standing(operation)} />
          {operation.status === 'processing' ? (
            <Progress.Root>
              <Progress.Section
                value={operation.progress_percentage}
                aria-label={`Progress of ${operation.operation_name}`}
              />
            </Progress.Root>
          ) : null}
        </Stack>
      </Table.Td>
      <Table.Td>{itemsInShort(operation)}</Table.Td>
      <Table.Td>{operation.created_by_name}</Table.Td>
      <Table.Td>
        <When iso={operation.created_at} />
      </Table.Td>
    </Table.Tr>
  );
}

/** `118 of 120 done, 2 failed`. */
function itemsInShort(operation: BulkOperation): string {
  const { total_items: total, successful_items: done, failed_items: failed } = operation;
  if (operation.started_at === undefined) return grouped(total);
  return `${grouped(done)} of ${grouped(total)} done${failed === 0 ? '' : `, ${grouped(failed)} failed`}`;
}
