import type { BulkOperation } from '@muster/contract';
import { Button } from '@mantine/core';
import { useAsk } from '../api/operation-queries.ts';
import { steer } from '../api/operations.ts';
import { ErrorDisplay } from './error-display.tsx';
import { ReasonButton } from './reason-button.tsx';

/** Pause, resume and cancel: whatever is possible now. */
export function OperationControls({ operation }: { readonly operation: BulkOperation }) {
  const { id, status, phase } = operation;
  const pause = useAsk(id, () => steer.pause(id));
  const resume = useAsk(id, () => steer.resume(id));
  const cancel = useAsk(id, (reason: string) => steer.cancel(id, reason));
  if (phase === 'done') return null;
  const error = pause.error ?? resume.error;
  return (
    <>
      {status === 'processing' || status === 'queued' ? (
        <Button variant="default" loading={pause.isPending} onClick={() => pause.once(undefined)}>
          Pause
        </Button>
      ) : null}
      {status === 'paused' ? (
        <Button loading={resume.isPending} onClick={() => resume.once(undefined)}>
          Resume
        </Button>
      ) : null}
      <ReasonButton
        action="Cancel operation"
        title="Cancel this operation"
        explanation={
          status === 'pending'
            ? 'Nothing has been changed yet, and nothing will be.'
            : 'What is done stays done and can be undone. The rest is not processed.'
        }
        ask={cancel}
      />
      {error === null ? null : <ErrorDisplay error={error} />}
    </>
  );
}
