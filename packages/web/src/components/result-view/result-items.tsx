import type { BulkOperation, OperationItem } from '@muster/contract';
import { Anchor, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useItems } from '../../api/operation-queries.ts';
import { actionWords, ITEM_STATE_WORDS } from '../../words/operations.ts';
import { ChangesDrawer } from '../changes-drawer.tsx';
import { Chips } from '../chips.tsx';
import { ErrorDisplay } from '../error-display.tsx';
import { ItemNotes } from '../item-notes.tsx';
import { Loading } from '../loading.tsx';
import { MoreButton } from '../more-button.tsx';
import { ScrollTable } from '../scroll-table.tsx';
import { Status } from '../status.tsx';

export interface ResultFilter {
  readonly status?: 'success' | 'failed' | 'skipped' | undefined;
}

interface ResultItemsProps {
  readonly operation: BulkOperation;
  readonly filter: ResultFilter;
  readonly onFilter: (filter: ResultFilter) => void;
}

/** Every item with what became of it. */
export function ResultItems({ operation, filter, onFilter }: ResultItemsProps) {
  const list = useItems(operation.id, filter);
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Line by line
      </Title>
      <Chips
        label="Show by result"
        choices={choicesOf(operation)}
        chosen={filter.status}
        onChoose={(value) => onFilter({ status: statusOf(value) })}
      />
      {list.error === null ? null : <ErrorDisplay error={list.error} onRetry={() => void list.refetch()} />}
      {items === undefined && list.error === null ? <Loading what="the items" /> : null}
      {items?.length === 0 ? <Text>No line is like this.</Text> : null}
      {items !== undefined && items.length > 0 ? <Items items={items} /> : null}
      <MoreButton
        shown={items?.length ?? 0}
        total={list.data?.pages[0]?.total}
        hidden={list.data?.pages[0]?.hidden ?? 0}
        hasMore={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </Stack>
  );
}

function Items({ items }: { readonly items: readonly OperationItem[] }) {
  const [shown, setShown] = useState<OperationItem | null>(null);
  return (
    <>
      <ScrollTable name="Items and their results" columns={['Row', 'Who or what', 'Action', 'Result', 'Reason']}>
        {items.map((item) => (
          <Table.Tr key={item.id}>
            <Table.Td className="row-number">{item.item_index}</Table.Td>
            <Table.Td>
              <Anchor component="button" type="button" inherit ta="start" onClick={() => setShown(item)}>
                {item.label}
              </Anchor>
            </Table.Td>
            <Table.Td>{actionWords(item.action).text}</Table.Td>
            <Table.Td>
              <Status {...ITEM_STATE_WORDS[item.state]} />
            </Table.Td>
            <Table.Td>
              <ItemNotes item={item} />
            </Table.Td>
          </Table.Tr>
        ))}
      </ScrollTable>
      <ChangesDrawer
        shown={shown === null ? null : { item: shown, changes: shown.result_data.changes ?? [] }}
        onClose={() => setShown(null)}
      />
    </>
  );
}

function choicesOf(operation: BulkOperation) {
  const of = (value: ResultFilter['status'], count: number) =>
    value === undefined || count === 0 ? [] : [{ value, text: ITEM_STATE_WORDS[value].text, count }];
  return [
    { value: undefined, text: 'All', count: operation.total_items },
    ...of('success', operation.successful_items),
    ...of('failed', operation.failed_items),
    ...of('skipped', operation.skipped_items),
  ];
}

function statusOf(value: string | undefined): ResultFilter['status'] {
  return value === 'success' || value === 'failed' || value === 'skipped' ? value : undefined;
}
