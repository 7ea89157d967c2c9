import { Button, PasswordInput, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { useSignIn } from '../../api/session-queries.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { Entrance } from './entrance.tsx';
import { LoginInput } from './login-input.tsx';

/** Stands at every address while nobody is signed in, so that one arrives where one wanted to go. */
export function SignInScreen() {
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!signIn.isPending) signIn.mutate({ login: login.trim(), password });
  };
  return (
    <Entrance title="Sign in to Muster" tab="Sign in">
      <form onSubmit={submit}>
        <Stack>
          <LoginInput value={login} onChange={setLogin} autoFocus />
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
    </Entrance>
  );
}
