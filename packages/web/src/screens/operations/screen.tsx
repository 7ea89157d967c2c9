import { Button, Group, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ListFilter } from '../../api/operations.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import { counted } from '../../words/numbers.ts';
import { Filters } from './filters.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { OperationRows } from './operation-rows.tsx';
import { useOperations } from './queries.ts';

const PAGE_SIZE = 25;

/** All operations, the newest first, with what runs moving. */
export function OperationsScreen() {
  const filter = useSearch({ from: '/operations' });
  const navigate = useNavigate({ from: '/operations' });
  const { data, error, refetch } = useOperations(filter);
  const show = (search: ListFilter): void => void navigate({ search });
  return (
    <Page title="Operations">
      <Group justify="space-between" align="flex-end">
        <Filters filter={filter} onFilter={show} />
        <ImportDialog />
      </Group>
      {error === null ? null : <ErrorDisplay error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <Loading what="the operations" /> : null}
      {data === undefined ? null : (
        <Stack gap="sm">
          {data.operations.length === 0 ? (
            <Empty isFiltered={isFiltered(filter)} />
          ) : (
            <OperationRows operations={data.operations} />
          )}
          <Pages page={filter.page ?? 1} total={data.total} onPage={(page) => show({ ...filter, page })} />
        </Stack>
      )}
    </Page>
  );
}

function isFiltered({ status, operation_type: kind, search }: ListFilter): boolean {
  return status !== undefined || kind !== undefined || search !== undefined;
}

function Empty({ isFiltered: hasFilter }: { readonly isFiltered: boolean }) {
  return hasFilter ? (
    <Text>No operation is like this. Take a filter away to see more.</Text>
  ) : (
    <Text>
      Nothing has been done yet. Begin with <strong>Import people</strong>: a file of your students and teachers. You
      will see what would happen before anything does.
    </Text>
  );
}

interface PagesProps {
  readonly page: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

function Pages({ page, total, onPage }: PagesProps) {
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  return (
    <Group component="nav" aria-label="Pages">
      <Text size="sm" c="dimmed">
        {counted(total, 'operation')}
      </Text>
      {last === 1 ? null : (
        <>
          <Button variant="default" size="xs" disabled={page <= 1} onClick={() => onPage(page - 1)}>
            Newer
          </Button>
          <Text size="sm">{`Page ${page} of ${last}`}</Text>
          <Button variant="default" size="xs" disabled={page >= last} onClick={() => onPage(page + 1)}>
            Older
          </Button>
        </>
      )}
    </Group>
  );
}
