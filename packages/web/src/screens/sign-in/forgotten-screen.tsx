import { Button, Container, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { forgetPassword } from '../../api/own-account.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';

export function ForgottenScreen() {
  useDocumentTitle('Forgotten password · Muster');
  const [login, setLogin] = useState('');
  const asked = useMutation({ mutationFn: forgetPassword });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!asked.isPending) asked.mutate(login.trim());
  };
  return (
    <Container component="main" size={420} py={80}>
      <form onSubmit={submit}>
        <Stack>
          <Title order={1} size="h2">
            Forgotten password
          </Title>
          <Text>
            We send a link, by which you choose a new password, to the e-mail address that your school has of you.
          </Text>
          <TextInput
            label="E-mail or user name"
            name="username"
            autoComplete="username"
            required
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
          />
          {asked.error === null ? null : <ErrorDisplay error={asked.error} />}
          {asked.data === undefined ? null : <Text role="status">{asked.data}</Text>}
          <Button type="submit" loading={asked.isPending}>
            Send the link
          </Button>
          <Link to="/">Back to the sign-in</Link>
        </Stack>
      </form>
    </Container>
  );
}
