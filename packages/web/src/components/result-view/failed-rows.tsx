import type { BulkOperation } from '@muster/contract';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useAsk, useItems } from '../../api/operation-queries.ts';
import { retryItems, type Retry } from '../../api/operations.ts';
import { columnsOf } from '../../words/columns.ts';
import { counted } from '../../words/numbers.ts';
import { ErrorDisplay } from '../error-display.tsx';
import { MoreButton } from '../more-button.tsx';
import { EditableRows } from './editable-rows.tsx';

type Corrections = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface FailedRowsProps {
  readonly operation: BulkOperation;
  readonly failed: number;
}

/** The failed rows of a file, to be corrected here; of other operations only the button that tries them again. */
export function FailedRows({ operation, failed }: FailedRowsProps) {
  const { id } = operation;
  const columns = columnsOf(operation);
  const isFile = columns.length > 0;
  const navigate = useNavigate();
  const [corrections, setCorrections] = useState<Corrections>({});
  const list = useItems(id, { status: 'failed' }, isFile);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const retry = useAsk(
    id,
    (wanted: Retry) => retryItems(id, wanted),
    (made) => void navigate({ to: '/operations/$id', params: { id: made.id } }),
  );
  const corrected = items.filter((item) => corrections[String(item.item_index)] !== undefined);
  const retryCorrected = (): void => retry.once({ itemIds: corrected.map((item) => item.id), corrections });
  return (
    <Stack gap="sm">
      {isFile && items.length > 0 ? (
        <EditableRows
          items={items}
          columns={columns}
          corrections={corrections}
          onCorrect={(row, column, cell) =>
            setCorrections((all) => ({ ...all, [row]: { ...all[row], [column]: cell } }))
          }
        />
      ) : null}
      <MoreButton
        shown={items.length}
        total={list.data?.pages[0]?.total ?? failed}
        hidden={list.data?.pages[0]?.hidden ?? 0}
        hasMore={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
      <Group>
        {corrected.length === 0 ? null : (
          <Button loading={retry.isPending} onClick={retryCorrected}>
            {`Retry ${counted(corrected.length, 'corrected row')}`}
          </Button>
        )}
        <Button variant="default" loading={retry.isPending} onClick={() => retry.once({ corrections })}>
          {`Retry all ${counted(failed, 'failed line')}`}
        </Button>
        <Text size="sm" c="dimmed">
          You will see a preview first. Done lines are left alone.
        </Text>
      </Group>
      {retry.error === null ? null : <ErrorDisplay error={retry.error} />}
    </Stack>
  );
}
