/** Ids are opaque to clients: a text of another form than ours is an unknown id, not a fault of form. */
import type { ProblemCode } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { isUuid } from '../../db/database.ts';

export const idText = z.string().max(200);

/** Each once, as it was spelled. @param none - What to say of an empty list. */
export function idTexts(max: number, none?: ProblemCode) {
  return z
    .array(idText)
    .min(1, none)
    .max(max)
    .transform((ids) => [...new Set(ids)]);
}

/** The text as an id, or null where it cannot be one. */
export function idOf(text: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql<
    string | null
  >`(case when ${text} ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (${text})::uuid end)`;
}

export function onlyIds(texts: readonly (string | null | undefined)[]): string[] {
  return texts.flatMap((text) => (text != null && isUuid(text.toLowerCase()) ? [text.toLowerCase()] : []));
}
