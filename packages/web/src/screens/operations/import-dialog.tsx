import { Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import { useMappings } from '../../api/mapping-queries.ts';
import { ErrorDisplay } from '../../components/error-display.tsx';
import { EncodingChoice, encodingsOf } from './encoding-choice.tsx';
import { FileDrop } from './file-drop.tsx';
import { useImport } from './queries.ts';

const MODES = [
  { value: 'create_and_update', label: 'New people, and changes of known ones' },
  { value: 'create_only', label: 'New people only' },
  { value: 'update_only', label: 'Changes of known people only' },
];

/** From a file to the preview of its import. */
export function ImportDialog() {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button onClick={open}>Import people</Button>
      <Modal
        opened={isOpen}
        onClose={close}
        size="lg"
        title="Import people from a file"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <ImportForm onClose={close} />
      </Modal>
    </>
  );
}

function ImportForm({ onClose }: { readonly onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState('create_and_update');
  const [mappingId, setMappingId] = useState('');
  const [encoding, setEncoding] = useState<string | null>(null);
  const [encodings, setEncodings] = useState<ReturnType<typeof encodingsOf>>(null);
  const navigate = useNavigate();
  const start = useImport(
    ({ id }) => void navigate({ to: '/operations/$id', params: { id } }),
    (error) => setEncodings(encodingsOf(error)),
  );
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (file === null || start.isPending) return;
    start.mutate({ file, mode, mappingId: mappingId === '' ? null : mappingId, encoding });
  };
  const choose = (chosen: File): void => {
    start.reset();
    setEncoding(null);
    setEncodings(null);
    setFile(chosen);
  };
  const chooseMapping = (id: string): void => {
    start.reset();
    setMappingId(id);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <FileDrop file={file} onFile={choose} />
        <NativeSelect
          label="Take from the file"
          value={mode}
          data={MODES}
          onChange={(event) => setMode(event.currentTarget.value)}
        />
        <MappingChoice chosen={mappingId} onChoose={chooseMapping} hasOtherColumns={hasOtherColumns(start.error)} />
        <Text size="sm" c="dimmed">
          Nothing is changed yet: the next page shows how each column was read, where that can be changed, and what
          would happen to each row.
        </Text>
        {encodings === null ? null : <EncodingChoice encodings={encodings} chosen={encoding} onChoose={setEncoding} />}
        {start.error === null || encodings !== null ? null : <ErrorDisplay error={start.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            type="submit"
            disabled={file === null || (encodings !== null && encoding === null)}
            loading={start.isPending}
          >
            Preview
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface MappingChoiceProps {
  /** Empty to find out by the names of the columns. */
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  /** Whether the file lacks columns of the chosen one. */
  readonly hasOtherColumns: boolean;
}

/** Only where there is a saved mapping to choose. */
function MappingChoice({ chosen, onChoose, hasOtherColumns: isUnfit }: MappingChoiceProps) {
  const saved = useMappings('User');
  if (saved.length === 0) return null;
  return (
    <NativeSelect
      label="Read the columns"
      value={chosen}
      data={[
        { value: '', label: 'By their names' },
        ...saved.map(({ id, name }) => ({ value: id, label: `As saved: ${name}` })),
      ]}
      error={
        isUnfit
          ? 'This file has other columns. Choose “By their names” to say on the next page what they hold.'
          : undefined
      }
      onChange={(event) => onChoose(event.currentTarget.value)}
    />
  );
}

function hasOtherColumns(error: Error | null): boolean {
  return error instanceof ApiProblem && error.errors.some(({ code }) => code === 'header_unknown');
}
