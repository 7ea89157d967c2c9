import { Button, Container, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { useSignIn } from '../../api/session-queries.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';

/** Stands at every address while nobody is signed in, so that one arrives where one wanted to go. */
export function SignInScreen() {
  useDocumentTitle('Sign in · Muster');
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!signIn.isPending) signIn.mutate({ login: login.trim(), password });
  };
  return (
    <Container component="main" size={420} py={80}>
      <form onSubmit={submit}>
        <Stack>
          <Title order={1} size="h2">
            Sign in to Muster
          </Title>
          <TextInput
            label="E-mail or user name"
            name="username"
            autoComplete="username"
            autoFocus
            required
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {signIn.error === null ? null : <ErrorDisplay error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
          <Link to="/forgotten">Forgotten your password?</Link>
        </Stack>
      </form>
    </Container>
  );
}
