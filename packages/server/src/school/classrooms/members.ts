/** Who belongs to a classroom or teaches a batch: rows that are there or not. */
import { Problem, type ProblemCode } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows } from '../../db/database.ts';
import type { People, Plan, PlanContext } from '../../engine/kind.ts';
import { assertFit, assertWithin } from './fit-people.ts';
import { getOpenClassroom, type Classroom } from './homeroom.ts';
import { planOneItem } from './one-item.ts';

export const LIST_MAX = 1_000;
export const idSchema = z.uuid().transform((id) => id.toLowerCase());
/** People named in a request; the same one twice is one. */
export const idListSchema = z.array(idSchema).max(LIST_MAX);
export const modeSchema = z
  .enum(['set', 'add', 'remove'])
  .default('add')
  .meta({
    title: 'What happens',
    description: 'Whether these are added, taken away, or all that remain.',
    labels: { set: 'Exactly these', add: 'Add these', remove: 'Remove these' },
  });
export const versionSchema = z
  .int()
  .min(1)
  .max(2_147_483_647)
  .optional()
  .meta({
    title: 'Version',
    description:
      'The version of the classroom on which this was decided; an outdated one is refused with the difference.',
    'x-hidden': true,
  });
export type Mode = z.infer<typeof modeSchema>;

/** Whom a list means; only what is set may be set to nobody. */
export function peopleListed(ids: readonly string[], mode: Mode): People {
  return {
    listed: new Set(ids).size,
    meant: sql`select distinct id from unnest(${[...ids]}::uuid[]) id`,
    mayBeNobody: mode === 'set',
  };
}

export interface Membership {
  readonly entity: 'classroom_student' | 'classroom_teacher' | 'batch_teacher';
  readonly table: string;
  /** Column that names the classroom or batch, and the one that names the member. */
  readonly owner: 'classroom_id' | 'batch_id';
  readonly member: 'student_id' | 'teacher_id';
  readonly role: 'student' | 'teacher';
  readonly membersMax: number;
  /** What people call them all: "students of a classroom". */
  readonly words: string;
}

export const ROSTER: Membership = {
  entity: 'classroom_student',
  table: 'classroom_students',
  owner: 'classroom_id',
  member: 'student_id',
  role: 'student',
  membersMax: 500,
  words: 'students of a classroom',
};
export const FACULTY: Membership = {
  entity: 'classroom_teacher',
  table: 'classroom_teachers',
  owner: 'classroom_id',
  member: 'teacher_id',
  role: 'teacher',
  membersMax: 50,
  words: 'teachers of a classroom',
};
export const BATCH_TEACHERS: Membership = {
  entity: 'batch_teacher',
  table: 'batch_teachers',
  owner: 'batch_id',
  member: 'teacher_id',
  role: 'teacher',
  membersMax: 50,
  words: 'teachers of a batch',
};

export interface Wanted {
  readonly ids: readonly string[];
  readonly mode: Mode;
  /** The classroom's version that the client decided on. */
  readonly version?: number | undefined;
}

/** Sets, adds or removes the students or the homeroom teachers of a classroom. No batch changes with them. */
export async function planHomeroom(
  plan: Plan,
  context: PlanContext,
  membership: Membership,
  classroomId: string,
  wanted: Wanted,
): Promise<void> {
  const classroom = await getOpenClassroom(context, classroomId);
  const { ids, mode } = wanted;
  const moves = await findMoves(context, membership, classroom.id, wanted);
  await assertNewest(context, classroom, moves, wanted);
  const listed = { field: `${membership.role}_ids`, ids };
  // Whoever is a member already stays one, also when no longer active.
  if (mode === 'remove') await assertFit(context, listed, null);
  else await assertFitNewcomers(context, membership, listed.ids, moves);
  await planMoves(plan, context, membership, classroom, moves);
}

export interface Moves {
  readonly present: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Who was to be removed and is no member. */
  readonly ignored: readonly string[];
}

export async function findMoves(
  { tx, orgId }: PlanContext,
  { table, owner, member }: Membership,
  ownerId: string,
  { ids, mode }: Wanted,
): Promise<Moves> {
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select ${sql.ref(member)} as id from ${sql.table(table)} where org_id = ${orgId} and ${sql.ref(owner)} = ${ownerId}`,
  );
  const present = found.map((row) => row.id);
  const meant = new Set(ids);
  const known = new Set(present);
  return {
    present,
    added: mode === 'remove' ? [] : [...meant].filter((id) => !known.has(id)),
    removed: mode === 'add' ? [] : present.filter((id) => meant.has(id) === (mode === 'remove')),
    ignored: mode === 'remove' ? [...meant].filter((id) => !known.has(id)) : [],
  };
}

/** Faults are named by their place in the whole list. */
export async function assertFitNewcomers(
  context: PlanContext,
  { role, owner, words, membersMax }: Membership,
  ids: readonly string[],
  { present, added, removed }: Moves,
): Promise<void> {
  const field = `${role}_ids`;
  const into = owner === 'batch_id' ? 'batch' : 'classroom';
  await assertFit(context, { field, ids }, null);
  await assertFit(context, { field, ids, except: present, into }, role);
  assertWithin(words, present.length + added.length - removed.length, membersMax, field);
}

export async function planMoves(
  plan: Plan,
  { orgId, newId }: PlanContext,
  { entity, table, owner, member, role }: Membership,
  of: { readonly id: string; readonly name: string },
  { present, added, removed, ignored }: Moves,
): Promise<void> {
  const count = present.length + added.length - removed.length;
  await planOneItem(plan, {
    key: of.id,
    label: `${of.name}: ${role}s`,
    isChanged: added.length + removed.length > 0,
    warnings: count > 0 || removed.length === 0 ? [] : emptied(role, of.name, removed.length),
    input: {
      what: `${role}s`,
      count,
      added: added.length,
      removed: removed.length,
      unchanged: count - added.length,
      ignored,
    },
  });
  await plan.insert(
    entity,
    sql`
    select 1 as item_no, ${newId(sql`'member ' || m.id`)} as id,
      jsonb_build_object(${sql.lit(owner)}, ${of.id}::uuid, ${sql.lit(member)}, m.id) as after
    from unnest(${[...added]}::uuid[]) m(id)`,
  );
  await plan.remove(
    entity,
    sql`
    select 1 as item_no, id from ${sql.table(table)}
    where org_id = ${orgId} and ${sql.ref(owner)} = ${of.id} and ${sql.ref(member)} = any(${[...removed]}::uuid[])`,
  );
}

/** Nobody is left: what is emptied is said, and that nobody teaches any more. */
export function emptied(role: Membership['role'], label: string, count: number): Record<string, unknown>[] {
  const said = { code: 'list_emptied' satisfies ProblemCode, label, count, what: `${role}s` };
  return role === 'student' ? [said] : [said, { code: 'no_teachers' satisfies ProblemCode, label }];
}

/** @throws Problem `outdated_version` with what differs between the present members and those that were sent. */
async function assertNewest(
  { tx, orgId }: PlanContext,
  classroom: Classroom,
  { present, added }: Moves,
  { ids, version }: Wanted,
): Promise<void> {
  if (version === undefined || version === classroom.version) return;
  const sent = new Set(ids);
  const onlyNow = present.filter((id) => !sent.has(id));
  const people = await rows(
    tx,
    sql<{ id: string; full_name: string }>`
    select id, display_name as full_name from users where org_id = ${orgId} and id = any(${[...onlyNow, ...added]}::uuid[])
    order by family_name, given_name, id`,
  );
  throw new Problem('outdated_version', {
    label: classroom.name,
    version: classroom.version,
    field: 'version',
    difference: {
      only_stored: people.filter(({ id }) => onlyNow.includes(id)),
      only_sent: people.filter(({ id }) => added.includes(id)),
    },
  });
}
