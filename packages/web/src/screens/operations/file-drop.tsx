import { Stack, Text } from '@mantine/core';
import { useId, useState, type DragEvent } from 'react';
import { fileSize } from '../../words/numbers.ts';

interface FileDropProps {
  readonly file: File | null;
  readonly onFile: (file: File) => void;
}

/** A file, chosen with the keyboard or the mouse, or dropped. */
export function FileDrop({ file, onFile }: FileDropProps) {
  const [isOver, setOver] = useState(false);
  const id = useId();
  const take = (files: FileList | null): void => {
    const chosen = files?.item(0);
    if (chosen != null) onFile(chosen);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <Stack
      gap="xs"
      className="drop"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Text component="label" htmlFor={id} fw={600}>
        Choose a CSV file, or drop it here
      </Text>
      <input
        id={id}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
        aria-describedby={`${id}-hint`}
        onChange={(event) => take(event.currentTarget.files)}
      />
      <Text id={`${id}-hint`} size="sm" c="dimmed">
        {file === null
          ? 'Files of OneRoster, Canvas, Moodle and Clever are recognised by their columns; others by the names of theirs.'
          : `${file.name}, ${fileSize(file.size)}`}
      </Text>
    </Stack>
  );
}
