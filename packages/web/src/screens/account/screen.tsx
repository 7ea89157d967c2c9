import { Button, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changePassword, endOtherSessions, endSession, getSessions, type OpenSession } from '../../api/own-account.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import { When } from '../../components/when.tsx';
import { NewPassword } from '../sign-in/new-password.tsx';

const SESSIONS = ['sessions'];

/** What somebody does about the own way in. */
export function AccountScreen() {
  return (
    <Page title="Your account">
      <Stack gap="xl" maw={640}>
        <OwnPassword />
        <OpenSessions />
      </Stack>
    </Page>
  );
}

function OwnPassword() {
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const changed = useMutation({
    mutationFn: (chosen: string) => changePassword({ current_password: current, new_password: chosen }),
    onSuccess: () => client.invalidateQueries({ queryKey: SESSIONS }),
  });
  return (
    <Stack component="section" aria-label="Password">
      <Title order={2} size="h3">
        Password
      </Title>
      {changed.isSuccess ? (
        <Text role="status">Your password is changed. Everywhere else you are signed out.</Text>
      ) : (
        <NewPassword
          action="Change password"
          isPending={changed.isPending}
          error={changed.error}
          onChosen={(chosen) => changed.mutate(chosen)}
        >
          <PasswordInput
            label="Present password"
            name="current-password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
        </NewPassword>
      )}
    </Stack>
  );
}

function OpenSessions() {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: SESSIONS, queryFn: getSessions });
  const ended = useMutation({
    mutationFn: (id: string | null) => (id === null ? endOtherSessions() : endSession(id)),
    onSuccess: () => client.invalidateQueries({ queryKey: SESSIONS }),
  });
  const failure = error ?? ended.error;
  return (
    <Stack component="section" aria-label="Where you are signed in">
      <Title order={2} size="h3">
        Where you are signed in
      </Title>
      {failure === null ? null : <ErrorDisplay error={failure} />}
      {data === undefined && error === null ? <Loading what="your sign-ins" /> : null}
      {data?.map((one) => (
        <Session key={one.id} session={one} isPending={ended.isPending} onEnd={() => ended.mutate(one.id)} />
      ))}
      {data !== undefined && data.length > 1 ? (
        <Group>
          <Button variant="default" loading={ended.isPending} onClick={() => ended.mutate(null)}>
            Sign out everywhere else
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

function Session({
  session,
  isPending,
  onEnd,
}: {
  readonly session: OpenSession;
  readonly isPending: boolean;
  readonly onEnd: () => void;
}) {
  const from = session.ip ?? 'an unknown address';
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text>{session.is_current ? `Here, from ${from}` : `From ${from}`}</Text>
        <Text c="dimmed" size="sm" style={{ overflowWrap: 'anywhere' }}>
          {session.user_agent ?? ''}
        </Text>
        <Text c="dimmed" size="sm">
          Last used <When iso={session.used_at} />
        </Text>
      </div>
      {session.is_current ? null : (
        <Button
          variant="default"
          size="xs"
          flex="none"
          disabled={isPending}
          aria-label={`Sign out from ${from}`}
          onClick={onEnd}
        >
          Sign out
        </Button>
      )}
    </Group>
  );
}
