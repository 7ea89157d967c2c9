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
    {
      table: string;
      column: string;
      unit: (id: RawBuilder<unknown>, orgId: string) => RawBuilder<unknown>;
    }
  >
> = {
  user: { table: 'users', column: 'unit_id', unit: (id) => id },
  classroom: { table: 'classrooms', column: 'unit_id', unit: (id) => id },
  classroom_student: { table: 'classroom_students', column: 'classroom_id', unit: unitOfClassroom },
  classroom_teacher: { table: 'classroom_teachers', column: 'classroom_id', unit: unitOfClassroom },
  batch: { table: 'batches', column: 'classroom_id', unit: unitOfClassroom },
  batch_teacher: { table: 'batch_teachers', column: 'batch_id', unit: unitOfBatch },
};

/** What belongs to no unit and may be written by every teacher_admin. */
const WITHOUT_UNIT: readonly string[] = [
  'course',
  'section',
  'group',
  'group_member',
  'custom_assignment',
];

/**
 * A teacher_admin edits what belongs to their own units, people without administrators' roles included; a teacher own
 * custom assignments. Checked on the rows as they are and as they would be.
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
      if (entity === 'user') await assertNoAdmins(tx, actor, edits);
      if (entity in UNIT_OF) return assertOwnUnits(tx, actor, entity, edits);
      if (WITHOUT_UNIT.includes(entity)) return;
      throw new Problem('forbidden');
    case 'teacher':
      if (entity === 'custom_assignment') return assertOwnContent(tx, actor, edits);
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
  const written = edits.flatMap(({ action, values }) =>
    action === 'create' || way.column in values ? [values[way.column] ?? null] : [],
  );
  const [foreign] = await rows(
    tx,
    sql<{ unit_id: string | null }>`
    select unit_id from (
      select ${way.unit(sql`t.${sql.ref(way.column)}`, tx.orgId)} as unit_id from ${sql.table(way.table)} t
      where t.org_id = ${tx.orgId} and t.id = any(${idsOf(edits)}::uuid[])
        and not (${entity === 'user'} and t.id = ${actor.userId}::uuid)
      union all
      select ${way.unit(sql`written.id`, tx.orgId)} from unnest(${written}::uuid[]) written(id)) touched
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

async function assertNoAdmins(
  tx: OrgTransaction,
  actor: Actor,
  edits: readonly RecordEdit[],
): Promise<void> {
  for (const { values } of edits) {
    const roles: unknown[] = Array.isArray(values['roles']) ? values['roles'] : [];
    const refused = ADMIN_ROLES.find((role) => roles.includes(role));
    if (refused !== undefined)
      throw new Problem('role_not_allowed', { field: 'roles', value: refused });
  }
  const [admin] = await rows(
    tx,
    sql<{ label: string }>`
    select display_name as label from users where org_id = ${tx.orgId} and id = any(${idsOf(edits)}::uuid[])
      and id <> ${actor.userId}::uuid and roles && ${[...ADMIN_ROLES]}::text[] limit 1`,
  );
  if (admin !== undefined) throw new Problem('user_out_of_scope', { label: admin.label });
}

async function assertOwnContent(
  tx: OrgTransaction,
  actor: Actor,
  edits: readonly RecordEdit[],
): Promise<void> {
  const given = edits.filter(({ action, values }) => action === 'create' || 'owner_id' in values);
  if (given.some(({ values }) => values['owner_id'] !== actor.userId))
    throw new Problem('forbidden');
  const [foreign] = await rows(
    tx,
    sql`
    select from custom_assignments where org_id = ${tx.orgId} and id = any(${idsOf(edits)}::uuid[])
      and owner_id is distinct from ${actor.userId}::uuid limit 1`,
  );
  if (foreign !== undefined) throw new Problem('forbidden');
}

function idsOf(edits: readonly RecordEdit[]): string[] {
  return edits.flatMap(({ action, id }) => (action === 'create' || id === undefined ? [] : [id]));
}
