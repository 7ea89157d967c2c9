import type { BulkOperation, MappingRules } from '@muster/contract';
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type SubmitEvent } from 'react';
import { useSaveMapping } from '../../../api/mapping-queries.ts';
import { ErrorDisplay } from '../../../components/error-display.tsx';
import { columnsOf } from '../../../words/columns.ts';
import { valueText } from '../../../words/operations.ts';

interface SaveMappingProps {
  readonly operation: BulkOperation;
  /** What the rows become, such as User. */
  readonly target: string;
  readonly rules: MappingRules;
}

/** Keeps how the columns were read under a name, for the next file of this kind. */
export function SaveMapping({ operation, target, rules }: SaveMappingProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const save = useSaveMapping(close);
  return (
    <>
      <Button variant="default" onClick={open}>
        Save for next time…
      </Button>
      <Text size="sm" role="status">
        {save.data === undefined ? '' : `Saved as “${save.data.name}”.`}
      </Text>
      <Modal
        opened={isOpen}
        onClose={close}
        title="Save how the columns are read"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <NameForm
          suggestion={nameOf(operation)}
          save={save}
          onSave={(name, isForOthers) =>
            save.mutate({ name, rules, target, isForOthers, header: columnsOf(operation) })
          }
          onClose={close}
        />
      </Modal>
    </>
  );
}

interface NameFormProps {
  readonly suggestion: string;
  readonly save: { readonly isPending: boolean; readonly error: Error | null };
  readonly onSave: (name: string, isForOthers: boolean) => void;
  readonly onClose: () => void;
}

function NameForm({ suggestion, save, onSave, onClose }: NameFormProps) {
  const [name, setName] = useState(suggestion);
  const [isForOthers, setForOthers] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!save.isPending) onSave(name.trim(), isForOthers);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="A file with the same columns is read like this by itself; for another one you choose it by this name."
          required
          data-autofocus
          maxLength={200}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Checkbox
          label="Others in the organization may use it too"
          checked={isForOthers}
          onChange={({ currentTarget }) => setForOthers(currentTarget.checked)}
        />
        {save.error === null ? null : <ErrorDisplay error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** `students.csv` as `students`. */
function nameOf({ input_data: { file_name: fileName } }: BulkOperation): string {
  return (valueText(fileName) ?? '').replace(/\.\w+$/, '');
}
