import { z } from 'zod';
import { fileReading } from './file-reading.ts';
import { jsonObject } from './scalars.ts';

/** An error or a warning about one cell or one row; `row` is 1-based without the header, 0 for the whole file. */
export const rowNote = z
  .object({
    row: z.int(),
    field: z.string(),
    value: z.unknown(),
    code: z.string(),
    message: z.string(),
    suggestion: z.string().optional(),
  })
  .meta({ id: 'ValidationError' });
export type ValidationError = z.infer<typeof rowNote>;
export type ValidationWarning = ValidationError;

export const validationResult = z
  .object({
    is_valid: z.boolean(),
    total_rows: z.int(),
    valid_rows: z.int(),
    invalid_rows: z.int(),
    errors: z.array(rowNote).describe('The first 1,000.'),
    warnings: z.array(rowNote).describe('The first 1,000.'),
    preview_data: z.array(jsonObject).describe('The first 20 rows after mapping.'),
    reading: fileReading,
  })
  .meta({ id: 'ValidationResult' });
export type ValidationResult = z.infer<typeof validationResult>;

/** What an import would do, row by row. */
export const importPreview = validationResult
  .extend({
    summary: z.string(),
    counts: z.record(z.string(), z.int()).describe('Rows by action.'),
    rows: z
      .array(
        z.object({
          row: z.int(),
          label: z.string(),
          action: z.string(),
          code: z.string().nullable(),
          message: z.string(),
        }),
      )
      .describe('The first 1,000 rows.'),
  })
  .meta({ id: 'ImportPreview' });
export type ImportPreview = z.infer<typeof importPreview>;
