import type { BulkOperation } from '@muster/contract';
import { Button, Group, Text } from '@mantine/core';
import { When } from '../when.tsx';

interface UndoOfferProps {
  readonly operation: BulkOperation;
  readonly onShow: () => void;
}

/** The way back, as long as there is one. */
export function UndoOffer({ operation, onShow }: UndoOfferProps) {
  const { can_undo_until: until } = operation;
  if (until === null || !canUndo(operation)) return null;
  return (
    <Group>
      <Button variant="default" onClick={onShow}>
        Undo…
      </Button>
      <Text size="sm" c="dimmed">
        Can be undone until <When iso={until} />. You will see first what would happen.
      </Text>
    </Group>
  );
}

export function canUndo({ can_undo_until: until, rollback_status: rollback }: BulkOperation): boolean {
  return until !== null && rollback !== 'in_progress' && new Date(until).getTime() > Date.now();
}
