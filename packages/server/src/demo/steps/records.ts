/** The records of a subject: those of an earlier run are found again, the others are made. */
import { z } from 'zod';
import type { Api } from '../api.ts';

const record = z.object({ id: z.string(), name: z.string().optional(), title: z.string().optional() });
const page = z.object({ items: z.array(record), next_cursor: z.string().nullable() });

/** The ids of all records, by name or title. */
export async function idsByName(api: Api, path: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { items, next_cursor } = await api.get(page, `${path}?limit=100${query}`);
    for (const { id, name, title } of items) ids.set(name ?? title ?? '', id);
    cursor = next_cursor;
  }
  return ids;
}

export interface Made {
  readonly ids: ReadonlyMap<string, string>;
  /** How many were not there before. */
  readonly made: number;
}

/** @param wanted - Body of each record, by its name or title. */
export async function ensureRecords(api: Api, path: string, wanted: ReadonlyMap<string, unknown>): Promise<Made> {
  const ids = await idsByName(api, path);
  const missing = [...wanted].filter(([name]) => !ids.has(name));
  await inParallel(missing, async ([name, body]) => {
    ids.set(name, (await api.post(record, path, body)).id);
  });
  return { ids, made: missing.length };
}

const LANES = 3;

/** A few at a time: single records wait for the disk, each for its own commit. */
export async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const lanes = Array.from({ length: LANES }, async () => {
    for (const one of left) await work(one);
  });
  await Promise.all(lanes);
}
