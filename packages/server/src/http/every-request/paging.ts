/** Pages by key: a cursor names the last row seen, so that any page costs the same and rows are neither lost nor doubled. */
import { invalidField, isStorable, LIMITS } from '@muster/contract';
import { z } from 'zod';

export const pageQuery = {
  cursor: z.string().max(2_000).optional().describe('`next_cursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageSizeMax).default(LIMITS.pageSize),
};

/** Pages by number, where clients jump to any. */
export const pageNumber = {
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
};

export const nextCursor = z.string().nullable().describe('Null on the last page');

/** @returns `items` without the one that only tells that there is another page. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => readonly string[],
): { items: Row[]; next_cursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items, next_cursor: hasMore ? Buffer.from(JSON.stringify(key(last))).toString('base64url') : null };
}

/** What the values of a cursor are, and what they look like. */
const PARTS = {
  id: z.guid(),
  moment: z.string().regex(/^\d{4,6}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?([+-]\d\d(:?\d\d)?|Z)?$/),
  text: z.string().refine(isStorable),
};

/** @throws Problem `validation_failed` for a cursor that is none of ours. */
export function readCursor(cursor: string | undefined, parts: readonly (keyof typeof PARTS)[]): string[] | null {
  if (cursor === undefined) return null;
  const given = jsonOf(Buffer.from(cursor, 'base64url').toString());
  const values = z.array(z.string()).length(parts.length).safeParse(given);
  const read = z
    .array(z.string())
    .refine((all) => all.every((value, at) => PARTS[parts[at] ?? 'text'].safeParse(value).success))
    .safeParse(values.data);
  if (!read.success) throw invalidField('cursor', 'use next_cursor of the page before');
  return read.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
