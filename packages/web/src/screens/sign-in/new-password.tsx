import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState, type SubmitEvent, type ReactNode } from 'react';
import { ErrorDisplay } from '../../components/error-display.tsx';

/** A password that is chosen; what stands before it in the form comes as children. */
export function NewPassword({
  action,
  isPending,
  error,
  onChosen,
  children,
}: {
  readonly action: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onChosen: (password: string) => void;
  readonly children?: ReactNode;
}) {
  const [password, setPassword] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isPending) onChosen(password);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        <PasswordInput
          label="New password"
          description="At least 8 characters. Several words are easy to remember and hard to guess."
          name="new-password"
          autoComplete="new-password"
          required
          minLength={8}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {error === null ? null : <ErrorDisplay error={error} />}
        <Button type="submit" loading={isPending}>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
