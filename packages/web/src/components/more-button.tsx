import { Button, Group, Text } from '@mantine/core';
import { grouped } from '../words/numbers.ts';

interface MoreButtonProps {
  readonly shown: number;
  readonly total: number | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

/** The end of a table that is read page by page. */
export function MoreButton({ shown, total, hasMore, isLoading, onMore }: MoreButtonProps) {
  if (!hasMore) return null;
  return (
    <Group>
      <Button variant="default" loading={isLoading} onClick={onMore}>
        Show more
      </Button>
      <Text c="dimmed" size="sm">
        {total === undefined ? `${grouped(shown)} shown` : `${grouped(shown)} of ${grouped(total)} shown`}
      </Text>
    </Group>
  );
}
