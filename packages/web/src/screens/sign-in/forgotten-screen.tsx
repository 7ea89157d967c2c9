import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { forgetPassword } from '../../api/own-account.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { Entrance } from './entrance.tsx';
import { LoginInput } from './login-input.tsx';

export function ForgottenScreen() {
  const [login, setLogin] = useState('');
  const asked = useMutation({ mutationFn: forgetPassword });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!asked.isPending) asked.mutate(login.trim());
  };
  return (
    <Entrance title="Forgotten password">
      <form onSubmit={submit}>
        <Stack>
          <Text>
            We send a link, by which you choose a new password, to the e-mail address that your school has of you.
          </Text>
          <LoginInput value={login} onChange={setLogin} />
          {asked.error === null ? null : <ErrorDisplay error={asked.error} />}
          {asked.data === undefined ? null : <Text role="status">{asked.data}</Text>}
          <Button type="submit" loading={asked.isPending}>
            Send the link
          </Button>
          <Link to="/">Back to the sign-in</Link>
        </Stack>
      </form>
    </Entrance>
  );
}
