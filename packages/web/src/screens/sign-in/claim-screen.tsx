import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { claim, linkAccount, readLink, type ClaimLink } from '../../api/own-account.ts';
import { useMe } from '../../api/session-queries.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { Loading } from '../../components/loading.tsx';
import { Entrance } from './entrance.tsx';
import { NewPassword } from './new-password.tsx';

/** Where a one-time link leads, whoever is signed in. Its token is in the fragment; in older mails in the query. */
export function ClaimScreen() {
  const [token] = useState(tokenInAddress);
  const link = useQuery({
    queryKey: ['claim', token],
    queryFn: () => readLink(token),
    staleTime: Infinity,
    retry: false,
  });
  const claimed = useMutation({ mutationFn: (password: string) => claim({ token, password }) });
  if (claimed.isSuccess) return <Done />;
  return (
    <Entrance title="Choose your password">
      {link.isPending ? <Loading what="your link" /> : null}
      {link.error === null ? null : <EndedLink error={link.error} />}
      {link.data === undefined ? null : (
        <>
          <Text>
            {link.data.full_name}, {link.data.organization}
          </Text>
          <NewPassword
            action="Set password"
            isPending={claimed.isPending}
            error={claimed.error}
            onChosen={(password) => claimed.mutate(password)}
          />
          {link.data.has_account ? null : <OwnAccount token={token} link={link.data} />}
        </>
      )}
    </Entrance>
  );
}

function tokenInAddress(): string {
  const { hash, search } = window.location;
  const given = new URLSearchParams(hash.slice(1)).get('token') ?? new URLSearchParams(search).get('token') ?? '';
  // The address stays in the history of a browser that others may use.
  window.history.replaceState(window.history.state, '', '/claim');
  return given;
}

function EndedLink({ error }: { readonly error: Error }) {
  return (
    <>
      <ErrorDisplay error={error} />
      <Text>
        A link works once, for seven days, and a new one ends those before it. Ask your school for a new one, or use
        “Forgotten your password?” at the sign-in.
      </Text>
      <Button component="a" href="/" variant="default">
        Go to the sign-in
      </Button>
    </>
  );
}

function Done() {
  return (
    <Entrance title="Your password is set" tab="Choose your password">
      <Text role="status">Sign in with your e-mail or user name and the password that you have just chosen.</Text>
      <Button component="a" href="/">
        Go to the sign-in
      </Button>
    </Entrance>
  );
}

/** Somebody with an account elsewhere needs no second one; only they themselves can bring it along. */
function OwnAccount({ token, link }: { readonly token: string; readonly link: ClaimLink }) {
  const { data: me } = useMe();
  const client = useQueryClient();
  const linked = useMutation({
    mutationFn: () => linkAccount(token),
    onSuccess: () => {
      client.clear();
      window.location.assign('/');
    },
  });
  if (me == null)
    return (
      <Text c="dimmed">
        If you have an account of another organization, sign in first and open the link again: then it can be used for{' '}
        {link.organization} too.
      </Text>
    );
  return (
    <>
      <Text>
        You are signed in as {me.user?.full_name ?? me.email}. Instead of choosing a password you can use that account
        for {link.organization} too.
      </Text>
      {linked.error === null ? null : <ErrorDisplay error={linked.error} />}
      <Button variant="default" loading={linked.isPending} onClick={() => linked.mutate()}>
        Use my account for {link.organization}
      </Button>
    </>
  );
}
