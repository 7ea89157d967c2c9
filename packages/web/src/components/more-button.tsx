import { Button, Group, Stack, Text } from '@mantine/core';
import { counted, grouped } from '../words/numbers.ts';

interface MoreButtonProps {
  readonly shown: number;
  /** Of those that the reader may see. */
  readonly total: number | undefined;
  /** How many more there are, of people and records outside of the reader's units. */
  readonly hidden: number;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

/** The end of a table that is read page by page. */
export function MoreButton({ shown, total, hidden, hasMore, isLoading, onMore }: MoreButtonProps) {
  return (
    <Stack gap="xs">
      {hasMore ? (
        <Group>
          <Button variant="default" loading={isLoading} onClick={onMore}>
            Show more
          </Button>
          <Text c="dimmed" size="sm">
            {total === undefined ? `${grouped(shown)} shown` : `${grouped(shown)} of ${grouped(total)} shown`}
          </Text>
        </Group>
      ) : null}
      <HiddenNote count={hidden} />
    </Stack>
  );
}

/** What a list leaves out is said at its end. */
export function HiddenNote({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return <Text c="dimmed" size="sm">{`${counted(count, 'more line')} outside of your units, not shown`}</Text>;
}
