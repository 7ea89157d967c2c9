import { z } from 'zod';
import type { Api } from '../api.ts';

const person = z.object({ id: z.string(), external_id: z.string().nullable(), status: z.string() });
const page = z.object({ items: z.array(person), next_cursor: z.string().nullable() });

/** @returns the ids of the people of the files, by external id. */
export async function peopleByExternalId(api: Api): Promise<Map<string, { id: string; isActive: boolean }>> {
  const people = new Map<string, { id: string; isActive: boolean }>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { items, next_cursor } = await api.get(page, `/api/users?limit=100${query}`);
    for (const { id, external_id, status } of items) {
      if (external_id !== null) people.set(external_id, { id, isActive: status === 'active' });
    }
    cursor = next_cursor;
  }
  return people;
}
