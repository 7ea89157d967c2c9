import type { BulkOperation, RollbackPreview } from '@muster/contract';
import { Button, Group, Paper, Stack, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isProblem } from '../../api/api-problem.ts';
import { useAsk } from '../../api/operation-queries.ts';
import { getUndoPreview, undoOperation } from '../../api/operations.ts';
import { grouped } from '../../words/numbers.ts';
import { ErrorDisplay } from '../error-display.tsx';
import { Loading } from '../loading.tsx';
import { UndoParts } from './undo-parts.tsx';

interface UndoPreviewProps {
  readonly operation: BulkOperation;
  readonly onClose: () => void;
}

/** What an undo would take back, what it would keep and what it cannot do; then the button. */
export function UndoPreview({ operation, onClose }: UndoPreviewProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['undo', operation.id],
    queryFn: () => getUndoPreview(operation.id),
    // The data may have moved on since it was last looked at.
    gcTime: 0,
    retry: false,
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="Undo">
      <Stack>
        <Title order={2} size="h4">
          Undo this operation
        </Title>
        {error === null ? null : <ErrorDisplay error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null ? <Loading what="what an undo would do" /> : null}
        {data === undefined ? null : (
          <>
            <p className="sentence">{data.summary}</p>
            <ConfirmUndo operation={operation} preview={data} onAgain={() => void refetch()} />
          </>
        )}
        <Group>
          <Button variant="default" onClick={onClose}>
            Keep everything as it is
          </Button>
        </Group>
        {data === undefined ? null : <UndoParts preview={data} />}
      </Stack>
    </Paper>
  );
}

interface ConfirmUndoProps {
  readonly operation: BulkOperation;
  readonly preview: RollbackPreview;
  readonly onAgain: () => void;
}

function ConfirmUndo({ operation, preview, onAgain }: ConfirmUndoProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const count = preview.confirm_count;
  const undo = useAsk(
    operation.id,
    () => undoOperation(operation.id, preview.plan_hash, reason, count),
    (made) => void navigate({ to: '/operations/$id', params: { id: made.id } }),
  );
  const again = (): void => {
    undo.reset();
    onAgain();
  };
  const isStale = isProblem(undo.error, 'plan_stale');
  if (preview.counts.will_reverse === 0) return null;
  return (
    <Stack gap="sm">
      <TextInput
        label="Reason (optional)"
        value={reason}
        maxLength={2000}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {count === null ? null : (
        <TextInput
          label={`Type ${String(count)}, the number of people this is for`}
          value={typed}
          inputMode="numeric"
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {undo.error === null ? null : <ErrorDisplay error={undo.error} />}
      <Group>
        {isStale ? (
          <Button onClick={again}>Preview the undo again</Button>
        ) : (
          <Button
            color="red"
            disabled={count !== null && typed.trim() !== String(count)}
            loading={undo.isPending}
            onClick={() => undo.once(undefined)}
          >
            {`Take back ${grouped(preview.counts.will_reverse)}`}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
