/** Whose records somebody below the admins of the whole organization may create, change and remove. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';
import type { Actor } from '../tenancy/actor.ts';
import { unitsOf } from './people/scope.ts';

export interface RecordEdit {
  readonly action: 'create' | 'update' | 'delete';
  readonly id?: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

export const ADMIN_ROLES: readonly string[] = ['subscriber_admin', 'teacher_admin'];

/** How the unit of a record is found: its own, or that of the record it belongs to. */
const UNIT_OF: Readonly<
  Record<
    string,
    { table: string; column: string; unit: (id: RawBuilder<unknown>, orgId: string) => RawBuilder<unknown> }
  >
> = {
  user: { table: 'users', column: 'unit_id', unit: (id) => id },
  classroom: { table: 'classrooms', column: 'unit_id', unit: (id) => id },
  classroom_student: { table: 'classroom_students', column: 'classroom_id', unit: unitOfClassroom },
  classroom_teacher: { table: 'classroom_teachers', column: 'classroom_id', unit: unitOfClassroom },
  batch: { table: 'batches', column: 'classroom_id', unit: unitOfClassroom },
  batch_teacher: { table: 'batch_teachers', column: 'batch_id', unit: unitOfBatch },
  teacher_profile: { table: 'teacher_profiles', column: 'user_id', unit: unitOfUser },
  mentor_meeting: { table: 'mentor_meetings', column: 'mentorship_id', unit: unitOfMentee },
  mentor_goal: { table: 'mentor_goals', column: 'mentorship_id', unit: unitOfMentee },
};

/** What a teacher writes as their own, and how the person it belongs to is found. */
const OWNER_OF: Readonly<
  Record<
    string,
    { table: string; column: string; owner: (id: RawBuilder<unknown>, orgId: string) => RawBuilder<unknown> }
  >
> = {
  custom_assignment: { table: 'custom_assignments', column: 'owner_id', owner: (id) => id },
  teacher_profile: { table: 'teacher_profiles', column: 'user_id', owner: (id) => id },
  mentor_meeting: { table: 'mentor_meetings', column: 'mentorship_id', owner: mentorOf },
  mentor_goal: { table: 'mentor_goals', column: 'mentorship_id', owner: mentorOf },
};

/** What belongs to no unit and may be written by every teacher_admin. */
const WITHOUT_UNIT: readonly string[] = ['course', 'section', 'group', 'group_member', 'custom_assignment'];

/**
 * A teacher_admin edits what belongs to their own units, people without administrators' roles included; a teacher what is
 * their own: custom assignments, profile, meetings and goals of students assigned to them. Checked on the rows as they are and as they would be.
 * @throws Problem `forbidden`, `unit_out_of_scope`, `user_out_of_scope`, `role_not_allowed`.
 */
export async function assertMayEdit(
  tx: OrgTransaction,
  actor: Actor,
  entity: string,
  edits: readonly RecordEdit[],
): Promise<void> {
  switch (actor.role) {
    case 'system_admin':
    case 'subscriber_admin':
      return;
    case 'teacher_admin':
      if (await ownsAll(tx, actor, entity, edits)) return;
      if (entity === 'user') await assertNoAdmins(tx, actor, edits);
      if (entity in UNIT_OF) return assertOwnUnits(tx, actor, entity, edits);
      if (WITHOUT_UNIT.includes(entity)) return;
      throw new Problem('forbidden');
    case 'teacher':
      if (await ownsAll(tx, actor, entity, edits)) return;
      throw new Problem('forbidden');
    case 'student':
      throw new Problem('forbidden');
  }
}

async function assertOwnUnits(
  tx: OrgTransaction,
  actor: Actor,
  entity: string,
  edits: readonly RecordEdit[],
): Promise<void> {
  const way = UNIT_OF[entity];
  if (way === undefined) throw new Problem('forbidden');
  const [foreign] = await rows(
    tx,
    sql<{ unit_id: string | null }>`
    select unit_id from (
      select ${way.unit(sql`t.${sql.ref(way.column)}`, tx.orgId)} as unit_id from ${sql.table(way.table)} t
      where t.org_id = ${tx.orgId} and t.id = any(${idsOf(edits)}::uuid[])
        and not (${entity === 'user'} and t.id = ${actor.userId}::uuid)
      union all
      select ${way.unit(sql`written.id`, tx.orgId)} from unnest(${writtenIds(edits, way.column)}::uuid[]) written(id)) touched
    where unit_id is null or unit_id not in (${unitsOf(actor)}) limit 1`,
  );
  if (foreign !== undefined) {
    throw new Problem('unit_out_of_scope', { field: 'unit_id', value: foreign.unit_id ?? 'none' });
  }
}

function unitOfClassroom(id: RawBuilder<unknown>, orgId: string): RawBuilder<unknown> {
  return sql`(select c.unit_id from classrooms c where c.org_id = ${orgId} and c.id = ${id})`;
}

function unitOfBatch(id: RawBuilder<unknown>, orgId: string): RawBuilder<unknown> {
  return sql`(
    select c.unit_id from batches b join classrooms c on c.org_id = b.org_id and c.id = b.classroom_id
    where b.org_id = ${orgId} and b.id = ${id})`;
}

function unitOfUser(id: RawBuilder<unknown>, orgId: string): RawBuilder<unknown> {
  return sql`(select u.unit_id from users u where u.org_id = ${orgId} and u.id = ${id})`;
}

function unitOfMentee(id: RawBuilder<unknown>, orgId: string): RawBuilder<unknown> {
  return sql`(
    select u.unit_id from mentorships m join users u on u.org_id = m.org_id and u.id = m.student_id
    where m.org_id = ${orgId} and m.id = ${id})`;
}

function mentorOf(id: RawBuilder<unknown>, orgId: string): RawBuilder<unknown> {
  return sql`(select m.mentor_id from mentorships m where m.org_id = ${orgId} and m.id = ${id})`;
}

async function assertNoAdmins(tx: OrgTransaction, actor: Actor, edits: readonly RecordEdit[]): Promise<void> {
  for (const { values } of edits) {
    const roles: unknown[] = Array.isArray(values['roles']) ? values['roles'] : [];
    const refused = ADMIN_ROLES.find((role) => roles.includes(role));
    if (refused !== undefined) throw new Problem('role_not_allowed', { field: 'roles', value: refused });
  }
  const [admin] = await rows(
    tx,
    sql<{ label: string }>`
    select display_name as label from users where org_id = ${tx.orgId} and id = any(${idsOf(edits)}::uuid[])
      and id <> ${actor.userId}::uuid and roles && ${[...ADMIN_ROLES]}::text[] limit 1`,
  );
  if (admin !== undefined) throw new Problem('user_out_of_scope', { label: admin.label });
}

/** Whether all records are the actor's own, as they are and as they would be. */
async function ownsAll(
  tx: OrgTransaction,
  actor: Actor,
  entity: string,
  edits: readonly RecordEdit[],
): Promise<boolean> {
  const way = OWNER_OF[entity];
  if (way === undefined) return false;
  const [foreign] = await rows(
    tx,
    sql`
    select from (
      select ${way.owner(sql`t.${sql.ref(way.column)}`, tx.orgId)} as owner_id from ${sql.table(way.table)} t
      where t.org_id = ${tx.orgId} and t.id = any(${idsOf(edits)}::uuid[])
      union all
      select ${way.owner(sql`written.id`, tx.orgId)} from unnest(${writtenIds(edits, way.column)}::uuid[]) written(id)) touched
    where owner_id is distinct from ${actor.userId}::uuid limit 1`,
  );
  return foreign === undefined;
}

/** What the edits would write into a column. */
function writtenIds(edits: readonly RecordEdit[], column: string): unknown[] {
  return edits.flatMap(({ action, values }) =>
    action === 'create' || column in values ? [values[column] ?? null] : [],
  );
}

function idsOf(edits: readonly RecordEdit[]): string[] {
  return edits.flatMap(({ action, id }) => (action === 'create' || id === undefined ? [] : [id]));
}
