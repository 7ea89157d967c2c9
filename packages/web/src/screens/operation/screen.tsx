import type { BulkOperation } from '@muster/contract';
import { Group, Stack, Text } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useKindTitle, useOperation } from '../../api/operation-queries.ts';
import { isProblem } from '../../api/api-problem.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import { PlanView } from '../../components/plan-view/plan-view.tsx';
import { ProgressView } from '../../components/progress-view.tsx';
import { RelatedOperations } from '../../components/related-operations.tsx';
import { ResultView } from '../../components/result-view/result-view.tsx';
import { Status } from '../../components/status.tsx';
import { When } from '../../components/when.tsx';
import { standing } from '../../words/operations.ts';
import { useColumns } from './columns/use-columns.ts';
import { DraftView } from './draft-view.tsx';
import { FileReading } from './file-reading.tsx';

/** One operation at one address for its whole life: preview, run or result, whichever it is at. */
export function OperationScreen() {
  const { id } = useParams({ from: '/operations/$id' });
  const { data, error, refetch } = useOperation(id);
  if (data !== undefined) return <OperationPage key={data.id} operation={data} />;
  const retry = isProblem(error, 'not_found') ? {} : { onRetry: () => void refetch() };
  return (
    <Page title="Operation">
      {error === null ? <Loading what="the operation" /> : <ErrorDisplay error={error} {...retry} />}
    </Page>
  );
}

/** Without the preview while it would be one of other columns than those on screen, or one in which no row can be done. */
function OperationPage({ operation }: { readonly operation: BulkOperation }) {
  const kind = useKindTitle(operation.operation_type);
  const columns = useColumns(operation);
  return (
    <Page title={operation.operation_name}>
      <Stack gap="xs">
        <Group gap="md">
          <Status {...standing(operation)} />
          <Text c="dimmed">
            {`${kind}, made by ${operation.created_by_name}, `}
            <When iso={operation.created_at} />
          </Text>
        </Group>
        <RelatedOperations operation={operation} />
        <FileReading operation={operation} columns={columns} />
      </Stack>
      {columns !== null && (columns.isChanged || !columns.isEnough) ? null : <Stage operation={operation} />}
    </Page>
  );
}

function Stage({ operation }: { readonly operation: BulkOperation }) {
  const { status, action, code, undo } = useSearch({ from: '/operations/$id' });
  const navigate = useNavigate({ from: '/operations/$id' });
  switch (operation.phase) {
    case 'draft':
    case 'planning':
      return <DraftView operation={operation} />;
    case 'planned':
    case 'awaiting_approval':
      return (
        <PlanView
          operation={operation}
          filter={{ action, code }}
          onFilter={(search) => void navigate({ search, replace: true, resetScroll: false })}
        />
      );
    case 'queued':
    case 'applying':
      return <ProgressView operation={operation} />;
    case 'done':
      return (
        <ResultView
          operation={operation}
          filter={{ status }}
          onFilter={(search) => void navigate({ search: { ...search, undo }, replace: true, resetScroll: false })}
          isUndoShown={undo === true}
          onShowUndo={(isShown) =>
            void navigate({ search: { status, undo: isShown || undefined }, resetScroll: false })
          }
        />
      );
  }
}
