import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

export function Loading({ what }: { readonly what: string }) {
  return (
    <Stack gap="sm" role="status">
      <VisuallyHidden>{`Loading ${what}`}</VisuallyHidden>
      <Skeleton height={22} width="60%" />
      <Skeleton height={16} />
      <Skeleton height={16} />
      <Skeleton height={16} width="80%" />
    </Stack>
  );
}
