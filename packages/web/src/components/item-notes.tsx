import type { OperationItem } from '@muster/contract';
import { Text } from '@mantine/core';

type Noted = Pick<OperationItem, 'error_message' | 'correction' | 'warnings'>;

/** Why an item fails or is skipped, what it warns of, and what to do about each. */
export function ItemNotes({ item }: { readonly item: Noted }) {
  const notes = [
    ...(item.error_message === '' ? [] : [{ message: item.error_message, correction: item.correction }]),
    ...item.warnings.map(({ message, correction }) => ({ message: `Warning: ${message}`, correction })),
  ];
  return notes.map(({ message, correction }, at) => (
    <div key={at}>
      {`${message} `}
      <Text span inherit c="dimmed">
        {correction}
      </Text>
    </div>
  ));
}
