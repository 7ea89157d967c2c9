/** What the lists of people take and give. */
import { invalidField } from '@muster/contract';
import { z } from 'zod';
import { idListSchema, LIST_MAX } from '../../school/classrooms/members.ts';

export const idParams = z.object({ id: z.string() });
export const mode = z
  .enum(['set', 'add'])
  .default('add')
  .describe('`set` replaces all, `add` (also when left out) unites');

const member = z.object({
  id: z.string(),
  _id: z.string(),
  full_name: z.string(),
  email: z.string().nullable(),
  username: z.string().nullable(),
  roles: z.array(z.string()),
  status: z.string(),
  grade_level: z.string().nullable(),
  unit_id: z.string().nullable(),
});

export const memberList = z.object({ success: z.literal(true), count: z.int(), data: z.array(member) });
export const versionedList = memberList.extend({
  version: z.int().describe('Of the classroom; sent back with a change, it is refused when outdated'),
});

export const outcome = z.object({
  success: z.literal(true),
  ids: z.array(z.string()).describe('All there are now'),
  count: z.int(),
  added: z.int(),
  removed: z.int(),
  unchanged: z.int(),
  ignored: z.array(z.string()).describe('Ids to be removed that were not in the list'),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  operation_id: z.string().describe('What undo takes back'),
});
export const versionedOutcome = outcome.extend({ version: z.int() });

export const changed = z.object({
  count: z.int(),
  added: z.int(),
  removed: z.int(),
  unchanged: z.int(),
  ignored: z.array(z.string()),
});

/** Ids of a body; or, because some proxies drop bodies of DELETE, of the query, separated by commas. */
export function idsToRemove(field: string, inBody: unknown, inQuery: string | undefined): string[] {
  const listed = idListSchema.safeParse(inBody ?? inQuery?.split(','));
  if (listed.success) return listed.data;
  throw invalidField(field, `give 1 to ${String(LIST_MAX)} ids`);
}
