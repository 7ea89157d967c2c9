/** Who is in a group. Students and teachers of classrooms and batches have kinds of their own. */
import { invalidField } from '@muster/contract';
import { z } from 'zod';
import { getEntity } from '../../db/entity.ts';
import type { Asked, Asker } from '../../engine/index.ts';
import { edit } from '../../operations/edit.ts';
import { assertFit } from '../../school/classrooms/fit-people.ts';
import { listGroupMembers } from '../../school/people/group-members.ts';
import { getRow } from '../../school/records/rows.ts';
import { ADMINS, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read, readAs } from '../every-request/route.ts';

const PATH = '/api/groups/:id/members';
const IDS_MAX = 1_000;
const MEMBERS_MAX = 5_000;

const idParams = z.object({ id: z.string() });
const ids = z.array(z.uuid().transform((id) => id.toLowerCase())).max(IDS_MAX);
const mode = z.enum(['set', 'add']).default('add');
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
const memberList = z.object({ success: z.literal(true), count: z.int(), data: z.array(member) });
const outcome = z.object({
  ids: z.array(z.string()),
  count: z.int(),
  added: z.int(),
  removed: z.int(),
  unchanged: z.int(),
  ignored: z.array(z.string()).describe('Ids to be removed that were not members'),
});

export function memberRoutes(app: App, context: HttpContext): void {
  const tags = ['groups'];
  const write = { roles: ADMINS };
  app.get(
    PATH,
    {
      config: { roles: STAFF },
      schema: {
        tags,
        summary: 'List the members of a group',
        params: idParams,
        response: { 200: memberList, ...refusals },
      },
    },
    async (request) => read(context, request, (asked) => viewMembers(asked, request.params.id)),
  );
  app.post(
    PATH,
    {
      config: write,
      schema: {
        tags,
        summary: 'Set or add members of a group',
        params: idParams,
        body: z.strictObject({ user_ids: ids, mode }),
        response: { 200: outcome, ...refusals },
      },
    },
    async (request) => {
      const { user_ids: wanted, mode: how } = request.body;
      return changeMembers(asker(context, request), request.params.id, { wanted, mode: how });
    },
  );
  app.delete(
    PATH,
    {
      config: write,
      schema: {
        tags,
        summary: 'Remove members of a group',
        params: idParams,
        body: z.strictObject({ user_ids: ids }).optional(),
        querystring: z.strictObject({ user_ids: z.string().optional().describe('The same, separated by commas') }),
        response: { 200: outcome, ...refusals },
      },
    },
    async (request) => {
      const listed = request.body?.user_ids ?? request.query.user_ids?.split(',');
      const wanted = ids.min(1).safeParse(listed);
      if (!wanted.success) throw invalidField('user_ids', `give 1 to ${String(IDS_MAX)} ids`);
      return changeMembers(asker(context, request), request.params.id, { wanted: wanted.data, mode: 'remove' });
    },
  );
}

async function viewMembers(asked: Asked, id: string) {
  await assertGroup(asked, id);
  const found = await listGroupMembers(asked.tx, id);
  return { success: true as const, count: found.length, data: found.map((row) => ({ ...row, _id: row.id })) };
}

async function assertGroup({ tx, engine }: Asked, id: string): Promise<void> {
  await getRow(tx, getEntity(engine.entities, 'group'), id);
}

interface Wanted {
  readonly wanted: readonly string[];
  readonly mode: 'set' | 'add' | 'remove';
}

async function changeMembers(by: Asker, id: string, { wanted, mode: how }: Wanted) {
  const present = await readAs(by, async (asked) => {
    await assertGroup(asked, id);
    if (how !== 'remove') await assertFit(asked, { field: 'user_ids', ids: wanted, into: 'classroom' }, 'member');
    return listGroupMembers(asked.tx, id);
  });
  const meant = new Set(wanted);
  const before = new Set(present.map((row) => row.id));
  const added = how === 'remove' ? [] : [...meant].filter((one) => !before.has(one));
  const gone = present.filter(
    (row) => (how === 'set' && !meant.has(row.id)) || (how === 'remove' && meant.has(row.id)),
  );
  const left = [...before].filter((one) => !gone.some((row) => row.id === one));
  if (left.length + added.length > MEMBERS_MAX) throw invalidField('user_ids', `at most ${String(MEMBERS_MAX)} fit`);
  const removals = gone.map((row) => ({ action: 'delete' as const, id: row.membership_id }));
  await edit(by, 'group_member', removals);
  const groupId = id.toLowerCase();
  const newcomers = added.map((one) => ({ action: 'create' as const, values: { group_id: groupId, user_id: one } }));
  await edit(by, 'group_member', newcomers);
  const all = [...left, ...added];
  return {
    ids: all,
    count: all.length,
    added: added.length,
    removed: gone.length,
    unchanged: left.length,
    ignored: how === 'remove' ? wanted.filter((one) => !before.has(one)) : [],
  };
}
