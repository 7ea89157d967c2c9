import type { BulkOperation } from '@muster/contract';
import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useAsk } from '../../api/operation-queries.ts';
import { steer } from '../../api/operations.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { Notice } from '../../components/notice.tsx';
import { OperationControls } from '../../components/operation-controls.tsx';

/** Before there is a preview: it is being made, could not be made, or was not asked for. */
export function DraftView({ operation }: { readonly operation: BulkOperation }) {
  const { id, phase, error_log: trouble } = operation;
  const plan = useAsk(id, () => steer.plan(id));
  return (
    <Stack>
      {phase === 'planning' ? (
        <Group role="status">
          <Loader size="sm" aria-hidden="true" />
          <Text>Working out what would happen. Nothing is changed by this.</Text>
        </Group>
      ) : (
        <Text>There is no preview yet. Nothing has been changed.</Text>
      )}
      {trouble === '' ? null : (
        <Notice tone="bad" title="The preview could not be made." role="alert">
          {trouble}
        </Notice>
      )}
      {plan.error === null ? null : <ErrorDisplay error={plan.error} />}
      <Group>
        {phase === 'planning' ? null : (
          <Button loading={plan.isPending} onClick={() => plan.once(undefined)}>
            Preview
          </Button>
        )}
        <OperationControls operation={operation} />
      </Group>
    </Stack>
  );
}
