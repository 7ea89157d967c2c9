import { invalidField } from '@muster/contract';

/** The number of the last item on the page before. @throws Problem `validation_failed` for what is no cursor of ours. */
export function afterCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,9}$/.test(cursor)) throw invalidField('cursor', 'take next_cursor of the page before');
  return Number(cursor);
}

/** Null on a page that is not full: nothing follows it. */
export function nextCursor(items: readonly { item_no: number }[], limit: number): string | null {
  return items.length < limit ? null : String(items.at(-1)?.item_no ?? 0);
}
