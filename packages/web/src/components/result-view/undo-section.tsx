import type { BulkOperation } from '@muster/contract';
import { Button, Group, Text } from '@mantine/core';
import { timeLeft } from '../../words/times.ts';
import { UndoPreview } from './undo-preview.tsx';

interface UndoSectionProps {
  readonly operation: BulkOperation;
  readonly isShown: boolean;
  readonly onShow: (isShown: boolean) => void;
}

/** The way back, as long as there is one. */
export function UndoSection({ operation, isShown, onShow }: UndoSectionProps) {
  const { can_undo_until: until } = operation;
  const left = until === null ? null : timeLeft(until, Date.now());
  if (left === null || operation.rollback_status === 'in_progress') return null;
  if (isShown) return <UndoPreview operation={operation} onClose={() => onShow(false)} />;
  return (
    <Group>
      <Button variant="default" onClick={() => onShow(true)}>
        Undo…
      </Button>
      <Text size="sm" c="dimmed">
        {`Can be undone for another ${left}. You will see first what would happen.`}
      </Text>
    </Group>
  );
}
