import type { FileReading } from '@muster/contract';
import { Stack, Text } from '@mantine/core';
import { Notice } from '../../../components/notice.tsx';

/** What was guessed, left out or assumed of the file; what somebody has to look at stands out. */
export function ReadingNotes({ reading }: { readonly reading: FileReading }) {
  const { notes, encoding, layout } = reading;
  return (
    <Stack gap="xs" mt="sm">
      <Text size="sm" c="dimmed">
        {layout === null ? `Written in ${encoding}.` : `Read as ${layout}, written in ${encoding}.`}
      </Text>
      {notes.map(({ message, correction, needs_look: needsLook }) =>
        needsLook ? (
          <Notice key={message} tone="careful" title={message}>
            {correction}
          </Notice>
        ) : (
          <Text key={message} size="sm">
            {message}
          </Text>
        ),
      )}
    </Stack>
  );
}
