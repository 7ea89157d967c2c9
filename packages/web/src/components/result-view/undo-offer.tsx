import type { BulkOperation } from '@muster/contract';
import { Button, Group, Text } from '@mantine/core';
import { timeLeft } from '../../words/times.ts';

interface UndoOfferProps {
  readonly operation: BulkOperation;
  readonly onShow: () => void;
}

/** The way back, as long as there is one. */
export function UndoOffer({ operation, onShow }: UndoOfferProps) {
  const left = undoTimeLeft(operation);
  if (left === null) return null;
  return (
    <Group>
      <Button variant="default" onClick={onShow}>
        Undo…
      </Button>
      <Text size="sm" c="dimmed">
        {`Can be undone for another ${left}. You will see first what would happen.`}
      </Text>
    </Group>
  );
}

export function canUndo(operation: BulkOperation): boolean {
  return undoTimeLeft(operation) !== null;
}

function undoTimeLeft(operation: BulkOperation): string | null {
  const { can_undo_until: until, rollback_status: rollback } = operation;
  return until === null || rollback === 'in_progress' ? null : timeLeft(until, Date.now());
}
