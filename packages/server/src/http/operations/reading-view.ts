import type { FileReading } from '@muster/contract';
import { notesToLookAt, type Operation, readingOfFile } from '../../engine/index.ts';
import { noteWords } from '../../formats/reading/note-words.ts';

/** How the file of an operation was read, in words; null where it came from none. */
export function viewReading(operation: Operation): FileReading | null {
  const reading = readingOfFile(operation);
  if (reading === null) return null;
  const { encoding, delimiter, layout, saved_mapping, columns, notes } = reading;
  const toLookAt = notesToLookAt(operation);
  return {
    encoding,
    delimiter,
    layout,
    saved_mapping,
    columns: columns.map((column) => ({ ...column })),
    // What new records would get is nothing to say where there are none.
    notes: notes
      .filter((note) => note.look !== 'create' || toLookAt.includes(note))
      .map((note) => ({
        code: note.code,
        needs_look: toLookAt.includes(note),
        columns: [...(note.columns ?? [])],
        ...noteWords(note),
      })),
  };
}
