import { Container, Stack, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface EntranceProps {
  readonly title: string;
  /** In the tab of the browser, where it is another. */
  readonly tab?: string;
  readonly children: ReactNode;
}

/** A page for somebody who is not signed in: one narrow column, without the frame. */
export function Entrance({ title, tab = title, children }: EntranceProps) {
  useDocumentTitle(`${tab} · Muster`);
  return (
    <Container component="main" size={420} py={80}>
      <Stack>
        <Title order={1} size="h2">
          {title}
        </Title>
        {children}
      </Stack>
    </Container>
  );
}
