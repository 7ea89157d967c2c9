import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type SubmitEvent } from 'react';
import { ErrorDisplay } from './error-display.tsx';

interface ReasonButtonProps {
  readonly action: string;
  readonly title: string;
  readonly explanation?: string;
  readonly ask: { readonly isPending: boolean; readonly error: Error | null; readonly once: (reason: string) => void };
}

/** A button for what needs a written reason. */
export function ReasonButton({ action, title, explanation, ask }: ReasonButtonProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const [reason, setReason] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    ask.once(reason.trim());
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        {action}
      </Button>
      <Modal opened={isOpen} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
        <form onSubmit={submit}>
          <Stack>
            {explanation}
            <TextInput
              label="Reason"
              description="Others will read it with this operation."
              required
              data-autofocus
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {ask.error === null ? null : <ErrorDisplay error={ask.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Back
              </Button>
              <Button type="submit" color="red" loading={ask.isPending} disabled={reason.trim() === ''}>
                {action}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
