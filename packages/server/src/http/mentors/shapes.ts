/** What the answers about individual allocation have in common. */
import { problemError } from '@muster/contract';
import { z } from 'zod';

export const warnings = z
  .array(z.looseObject({ code: z.string(), message: z.string() }))
  .describe('Hints of good practice; they never block');

export function answer<Data extends z.ZodType>(data: Data) {
  return z.object({ success: z.literal(true), data, warnings: warnings.optional() });
}

export function listed<Row extends z.ZodType>(row: Row) {
  return answer(z.array(row)).extend({ count: z.int() });
}

export const idParams = z.object({ id: z.string() });
export const moment = z.iso.datetime();

/** A warning in words. */
export function hint(code: string, detail: Readonly<Record<string, unknown>>) {
  return { ...detail, code, message: problemError(code, detail).message };
}
