import type { BulkOperation, OperationResults } from '@muster/contract';
import { Stack, Title } from '@mantine/core';
import { useResults } from '../../api/operation-queries.ts';
import { ErrorDisplay } from '../error-display.tsx';
import { Loading } from '../loading.tsx';
import { Notice } from '../notice.tsx';
import { Downloads } from './downloads.tsx';
import { FailedRows } from './failed-rows.tsx';
import { FailureCauses } from './failure-causes.tsx';
import { ResultItems, type ResultFilter } from './result-items.tsx';
import { RollbackState } from './rollback-state.tsx';
import { canUndo, UndoOffer } from './undo-offer.tsx';
import { UndoPreview } from './undo-preview.tsx';

interface ResultViewProps {
  readonly operation: BulkOperation;
  readonly filter: ResultFilter;
  readonly onFilter: (filter: ResultFilter) => void;
  readonly isUndoShown: boolean;
  readonly onShowUndo: (isShown: boolean) => void;
}

/** What became of an operation, what failed and how to put it right, and the way back. */
export function ResultView({ operation, filter, onFilter, isUndoShown, onShowUndo }: ResultViewProps) {
  const { data, error, refetch } = useResults(operation.id);
  if (error !== null && data === undefined) {
    return <ErrorDisplay error={error} onRetry={() => void refetch()} />;
  }
  if (data === undefined) return <Loading what="the result" />;
  return (
    <Stack gap="lg">
      <p className="sentence">{data.summary}</p>
      {operation.cancel_reason === '' ? null : (
        <Notice tone="calm" title="It was cancelled.">
          {operation.cancel_reason}
        </Notice>
      )}
      <RollbackState operation={operation} />
      {isUndoShown && canUndo(operation) ? (
        <UndoPreview operation={operation} onClose={() => onShowUndo(false)} />
      ) : (
        <>
          <UndoOffer operation={operation} onShow={() => onShowUndo(true)} />
          <Failures operation={operation} results={data} />
          <Downloads operation={operation} />
          <ResultItems operation={operation} filter={filter} onFilter={onFilter} />
        </>
      )}
    </Stack>
  );
}

interface FailuresProps {
  readonly operation: BulkOperation;
  readonly results: OperationResults;
}

function Failures({ operation, results }: FailuresProps) {
  if (results.failed_items === 0) return null;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        What failed, and what to do
      </Title>
      <FailureCauses operation={operation} causes={results.errors_by_code} />
      <FailedRows operation={operation} failed={results.failed_items} />
    </Stack>
  );
}
