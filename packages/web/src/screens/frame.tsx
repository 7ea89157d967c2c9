import { Anchor, Button, Container, Group, Text } from '@mantine/core';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useMe, useSignOut } from '../api/session-queries.ts';
import { ErrorDisplay } from '../components/error-display.tsx';
import { Loading } from '../components/loading.tsx';
import { SignInScreen } from './sign-in/screen.tsx';

/** Screens for whoever comes, signed in or not. */
const OPEN = new Set(['/claim', '/forgotten']);

/** What stands around every screen. */
export function Frame() {
  const { data: me, error, refetch } = useMe();
  const signOut = useSignOut();
  const { pathname } = useLocation();
  if (OPEN.has(pathname)) return <Outlet />;
  if (me === null) return <SignInScreen />;
  if (me === undefined) {
    return (
      <Container component="main" py="xl">
        {error === null ? <Loading what="Muster" /> : <ErrorDisplay error={error} onRetry={() => void refetch()} />}
      </Container>
    );
  }
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <header className="frame-header">
        <Container size="xl" py="sm">
          <Group justify="space-between">
            <Group>
              <Link to="/operations" className="brand">
                Muster
              </Link>
              <Text c="dimmed">{me.organization?.name}</Text>
            </Group>
            <Group gap="sm">
              <Anchor component={Link} to="/account">
                {me.user?.full_name ?? 'System administrator'}
              </Anchor>
              <Button variant="default" size="xs" loading={signOut.isPending} onClick={() => signOut.mutate()}>
                Sign out
              </Button>
            </Group>
          </Group>
        </Container>
      </header>
      <Container component="main" id="content" size="xl" py="xl" tabIndex={-1}>
        <Outlet />
      </Container>
    </>
  );
}
