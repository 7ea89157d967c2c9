/** Who is in what: students and teachers of a classroom, teachers of a batch, members of a group. */
import { Problem, problemError } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import { getEntity } from '../../db/entity.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, ADMINS, STAFF, type App, type HttpContext } from '../context.ts';
import { invalid, invalidField, refusals } from '../errors.ts';
import { assertOwnUnit } from '../own-unit.ts';
import { edit, getRow, type Row } from './records.ts';
import { taught, unitOfClassroom } from './subjects.ts';

interface Membership {
  readonly path: string;
  /** Field of the body, and of the query of a DELETE whose body got lost. */
  readonly field: 'student_ids' | 'teacher_ids' | 'user_ids';
  /** What they belong to, and the row that says so. */
  readonly owner: 'classroom' | 'batch' | 'group';
  readonly entity: string;
  readonly column: 'student_id' | 'teacher_id' | 'user_id';
  readonly role: 'student' | 'teacher' | null;
  readonly membersMax: number;
}

const MEMBERSHIPS: readonly Membership[] = [
  { path: '/api/classrooms/:id/students', field: 'student_ids', owner: 'classroom', entity: 'classroom_student', column: 'student_id', role: 'student', membersMax: 500 },
  { path: '/api/classrooms/:id/teachers', field: 'teacher_ids', owner: 'classroom', entity: 'classroom_teacher', column: 'teacher_id', role: 'teacher', membersMax: 50 },
  { path: '/api/batches/:id/teachers', field: 'teacher_ids', owner: 'batch', entity: 'batch_teacher', column: 'teacher_id', role: 'teacher', membersMax: 50 },
  { path: '/api/groups/:id/members', field: 'user_ids', owner: 'group', entity: 'group_member', column: 'user_id', role: null, membersMax: 5_000 },
]; // prettier-ignore

const IDS_MAX = 1_000;
const idParams = z.object({ id: z.string() });
const member = z.object({
  id: z.string(), _id: z.string(), full_name: z.string(), email: z.string().nullable(), username: z.string().nullable(),
  roles: z.array(z.string()), status: z.string(), grade_level: z.string().nullable(), unit_id: z.string().nullable(),
}); // prettier-ignore
const memberList = z.object({ success: z.literal(true), count: z.int(), data: z.array(member) });
const outcome = z.object({
  ids: z.array(z.string()), count: z.int(), added: z.int(), removed: z.int(), unchanged: z.int(),
  ignored: z.array(z.string()).describe('Ids to be removed that were not members'),
}); // prettier-ignore

export function memberRoutes(app: App, context: HttpContext): void {
  for (const membership of MEMBERSHIPS) routesOf(app, context, membership);
}

function routesOf(app: App, context: HttpContext, membership: Membership): void {
  const { path, field, owner } = membership;
  const tags = [path.split('/')[2] ?? ''];
  const words = `${field.replace('_ids', 's')} of a ${owner}`;
  const ids = z.array(z.uuid().transform((id) => id.toLowerCase())).max(IDS_MAX);
  const mode = z.enum(['set', 'add']).default('add');
  const changed = z.strictObject({ [field]: ids, mode });
  const removed = z.strictObject({ [field]: ids }).optional();
  const write = { roles: ADMINS };
  app.get(
    path,
    { config: { roles: STAFF }, schema: { tags, summary: `List the ${words}`, params: idParams, response: { 200: memberList, ...refusals } } },
    async (request) => listMembers(context, membership, await actorOf(request), request.params.id),
  );
  app.post(
    path,
    { config: write, schema: { tags, summary: `Set or add ${words}`, params: idParams, body: changed, response: { 200: outcome, ...refusals } } },
    async (request) => {
      const wanted = { wanted: ids.parse(request.body[field]), mode: mode.parse(request.body['mode']) };
      return changeMembers(context, membership, await actorOf(request), request.params.id, wanted);
    },
  );
  app.delete(
    path,
    {
      config: write,
      schema: {
        tags, summary: `Remove ${words}`, params: idParams, body: removed,
        querystring: z.object({ [field]: z.string().optional().describe('The same, separated by commas') }),
        response: { 200: outcome, ...refusals },
      },
    },
    async (request) => {
      const listed = request.body?.[field] ?? request.query[field]?.split(',');
      const wanted = ids.min(1).safeParse(listed);
      if (!wanted.success) throw invalidField(field, `give 1 to ${String(IDS_MAX)} ids`);
      return changeMembers(context, membership, await actorOf(request), request.params.id, { wanted: wanted.data, mode: 'remove' });
    },
  );
} // prettier-ignore

async function listMembers(context: HttpContext, membership: Membership, actor: Actor, id: string) {
  return inOrg(context.database, actor.orgId, async (tx) => {
    await getOwner(tx, context, membership, actor, id);
    const { entity, column, owner } = membership;
    const found = await rows(
      tx,
      sql<Omit<z.infer<typeof member>, '_id'>>`
      select u.id, u.display_name as full_name, u.email, u.username, u.roles, u.status, u.grade_level, u.unit_id
      from ${sql.table(getEntity(context.engine.entities, entity).table)} m
      join users u on u.org_id = ${actor.orgId} and u.id = m.${sql.ref(column)}
      where m.org_id = ${actor.orgId} and m.${sql.ref(`${owner}_id`)} = ${id}
      order by u.family_name, u.given_name, u.id`,
    );
    return {
      success: true as const,
      count: found.length,
      data: found.map((row) => ({ ...row, _id: row.id })),
    };
  });
}

/** Teachers see the people of their own classes, a teacher_admin those of own units. */
async function getOwner(
  tx: OrgTransaction,
  context: HttpContext,
  membership: Membership,
  actor: Actor,
  id: string,
): Promise<Row> {
  const { owner } = membership;
  const visible: RawBuilder<unknown> =
    actor.role === 'teacher' && owner !== 'group' ? taught(owner, actor) : sql`true`;
  const found = await getRow(tx, getEntity(context.engine.entities, owner), id, visible);
  if (owner === 'classroom') await assertOwnUnit(tx, actor, found['unit_id']);
  if (owner === 'batch')
    await assertOwnUnit(tx, actor, await unitOfClassroom(tx, found['classroom_id']));
  return found;
}

interface Wanted {
  readonly wanted: readonly string[];
  readonly mode: 'set' | 'add' | 'remove';
}

async function changeMembers(
  context: HttpContext,
  membership: Membership,
  actor: Actor,
  id: string,
  { wanted, mode }: Wanted,
) {
  const { entity, column, owner } = membership;
  const present = await inOrg(context.database, actor.orgId, async (tx) => {
    await getOwner(tx, context, membership, actor, id);
    if (mode !== 'remove') await assertFit(tx, membership, wanted);
    return rows(
      tx,
      sql<{ id: string; member: string }>`
      select id, ${sql.ref(column)} as member from ${sql.table(getEntity(context.engine.entities, entity).table)}
      where org_id = ${actor.orgId} and ${sql.ref(`${owner}_id`)} = ${id}`,
    );
  });
  const meant = new Set(wanted);
  const before = new Set(present.map((row) => row.member));
  const added = mode === 'remove' ? [] : [...meant].filter((one) => !before.has(one));
  const gone = present.filter(
    (row) =>
      (mode === 'set' && !meant.has(row.member)) || (mode === 'remove' && meant.has(row.member)),
  );
  const left = [...before].filter((one) => !gone.some((row) => row.member === one));
  if (left.length + added.length > membership.membersMax) {
    throw invalidField(membership.field, `at most ${String(membership.membersMax)} fit`);
  }
  await edit(
    context,
    actor,
    entity,
    gone.map((row) => ({ action: 'delete', id: row.id })),
  );
  await edit(
    context,
    actor,
    entity,
    added.map((one) => ({
      action: 'create',
      values: { [`${owner}_id`]: id.toLowerCase(), [column]: one },
    })),
  );
  const ids = [...left, ...added];
  return {
    ids, count: ids.length, added: added.length, removed: gone.length, unchanged: left.length,
    ignored: mode === 'remove' ? wanted.filter((one) => !before.has(one)) : [],
  }; // prettier-ignore
}

/** All must be people of the organization, active and of the right role; each that is not is named by its place. */
async function assertFit(
  tx: OrgTransaction,
  membership: Membership,
  wanted: readonly string[],
): Promise<void> {
  const known = await rows(
    tx,
    sql<{ id: string; roles: string[]; status: string }>`
    select id, roles, status from users where org_id = ${tx.orgId} and id = any(${[...wanted]}::uuid[])`,
  );
  const people = new Map(known.map((person) => [person.id, person]));
  if (wanted.some((id) => !people.has(id))) throw new Problem('not_found');
  const faults = wanted.flatMap((id, at) => {
    const person = people.get(id);
    const reason = person === undefined ? null : unfitness(person, membership.role);
    return reason === null
      ? []
      : [problemError('invalid_value', { field: `${membership.field}.${String(at)}`, reason })];
  });
  if (faults.length > 0) throw invalid(faults);
}

function unfitness(
  person: { roles: readonly string[]; status: string },
  role: string | null,
): string | null {
  if (
    role !== null &&
    !person.roles.includes(role) &&
    !(role === 'teacher' && person.roles.includes('teacher_admin'))
  ) {
    return `this person is no ${role}`;
  }
  return person.status === 'active' ? null : `this person is ${person.status}`;
}
