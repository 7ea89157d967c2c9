import { z } from 'zod';

/** Something that was guessed, left out or assumed of a file. */
export const readingNote = z
  .object({
    code: z.string(),
    needs_look: z.boolean().describe('Whether somebody has to look at it: the plan is refused without accept_reading.'),
    columns: z.array(z.string()).describe('Names of the columns that it is about.'),
    message: z.string(),
    correction: z.string(),
  })
  .meta({ id: 'ReadingNote' });
export type ReadingNote = z.infer<typeof readingNote>;

/** What the refusal of a file tells whose encoding only a person can say: each likely one, with names as they would be. */
export const unclearEncoding = z.object({
  encodings: z.array(z.object({ name: z.string(), title: z.string(), samples: z.array(z.string()) })),
});
export type UnclearEncoding = z.infer<typeof unclearEncoding>;

/** How a file was read: part of what the hash of its plan covers. */
export const fileReading = z
  .object({
    encoding: z.string(),
    delimiter: z.string(),
    layout: z.string().nullable().describe('The known layout that its columns have.'),
    saved_mapping: z.string().nullable().describe('Name of the saved mapping that was used.'),
    columns: z.array(
      z.object({
        name: z.string(),
        field: z.string().nullable().describe('The field that it is read as; null where it is left out.'),
        maybe: z.string().nullable().describe('The field that it may be; nothing is read by this.'),
        filled: z.int().describe('Cells that hold something.'),
      }),
    ),
    notes: z.array(readingNote),
  })
  .meta({ id: 'FileReading' });
export type FileReading = z.infer<typeof fileReading>;
