import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from '../components/page.tsx';

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Text>
        Check the address, or go to <Link to="/operations">the operations</Link>.
      </Text>
    </Page>
  );
}
