import { z } from 'zod';
import { LIMITS } from '../limits.ts';

export const timestamp = z.iso.datetime({ offset: true });
export const jsonObject = z.record(z.string(), z.unknown());

/** A query value such as `failed,skipped`. */
export function commaList<T extends z.ZodType<string, string>>(entry: T) {
  return z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.array(entry).min(1));
}

/** Query of lists that are read by cursor. */
export const pageQuery = z.strictObject({
  cursor: z.string().max(200).optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageSizeMax).default(LIMITS.pageSize),
});

/** Items are named by their number, as text in answers and as either in requests. */
export const itemIds = z
  .array(z.union([z.int().min(0), z.string().regex(/^\d{1,9}$/, 'an item id is a number')]).transform(Number))
  .min(1)
  .max(100_000);

/** Of a list: what is not shown to the caller. */
export const hiddenItems = z
  .int()
  .describe('How many more match, of people and records beyond the reach of the caller.');
