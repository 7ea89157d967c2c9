/** What a request says of a person, as the columns to be written; all that is wrong with it at once. */
import { invalid, Problem, type ProblemError, problemError } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import { findNames } from '../../school/people/names.ts';
import { ADMIN_ROLES } from '../../school/people/rights.ts';
import { stillTeaches } from '../../school/people/staff.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { HttpContext } from '../every-request/context.ts';
import { assertOwnUnit } from '../every-request/own-unit.ts';
import type { Row } from '../../school/records/rows.ts';
import type { PersonFields } from './shapes.ts';
import type { Person } from './read.ts';

/**
 * @param present - The person to be changed; null for a new one.
 * @throws Problem `validation_failed`, `role_not_allowed`, `unit_out_of_scope`, `user_out_of_scope`.
 */
export async function valuesOf(
  context: HttpContext,
  actor: Actor,
  fields: Omit<PersonFields, 'password'>,
  present: Person | null,
): Promise<Row> {
  const { roles = fields.role, teacher_id: teacherId } = fields;
  const values: Row = {
    ...sameColumns(fields),
    ...(roles === undefined ? {} : { roles }),
    ...(teacherId === undefined ? {} : { primary_teacher_id: teacherId }),
    ...(await nameOf(context, actor, fields, present)),
  };
  if (present !== null) assertMayWrite(actor, present);
  assertMayGive(actor, roles ?? [], present?.roles ?? []);
  const after: Row = { ...present, ...values };
  const faults = [
    ...identityFaults(after),
    ...(await inOrg(context.database, actor.orgId, (tx) => referenceFaults(tx, actor, values, present))),
  ];
  if (faults.length > 0) throw invalid(faults);
  return values;
}

/** Nobody changes a person who stands above them, or beside them as an administrator. */
export function assertMayWrite(actor: Actor, person: Person): void {
  if (actor.role !== 'teacher_admin' || person.id === actor.userId) return;
  if (person.roles.some((role) => ADMIN_ROLES.includes(role)))
    throw new Problem('user_out_of_scope', { label: person.display_name });
}

function assertMayGive(actor: Actor, roles: readonly string[], present: readonly string[]): void {
  if (actor.role !== 'teacher_admin') return;
  const refused = roles.find((role) => ADMIN_ROLES.includes(role) && !present.includes(role));
  if (refused !== undefined) throw new Problem('role_not_allowed', { field: 'roles', value: refused });
}

/** As far as a name is given: the names that the person will have, by the rule that holds for files. */
async function nameOf(
  { database }: HttpContext,
  { orgId }: Actor,
  { given_name, family_name, full_name }: Omit<PersonFields, 'password'>,
  present: Person | null,
): Promise<Row> {
  const said = Object.entries({ given_name, family_name, full_name }).filter(([, value]) => value !== undefined);
  if (said.length === 0) return {};
  const texts = Object.fromEntries(said.map(([name, value]) => [name, value ?? '']));
  return { ...(await inOrg(database, orgId, (tx) => findNames(tx, texts, present?.id ?? null))) };
}

function identityFaults(after: Row): ProblemError[] {
  const faults: ProblemError[] = [];
  if (after['email'] == null && after['username'] == null && after['external_id'] == null) {
    faults.push({ ...problemError('identifier_missing'), field: 'email' });
  }
  if (typeof after['display_name'] !== 'string' || after['display_name'].trim() === '') {
    faults.push({ ...problemError('name_missing'), field: 'full_name' });
  }
  return faults;
}

async function referenceFaults(
  tx: OrgTransaction,
  actor: Actor,
  values: Row,
  present: Person | null,
): Promise<ProblemError[]> {
  const faults: ProblemError[] = [];
  const { unit_id: unitId, primary_teacher_id: teacherId } = values;
  if (unitId != null) {
    const known = await rows(tx, sql`select from units where org_id = ${tx.orgId} and id = ${unitId}`);
    if (known.length === 0) faults.push({ ...problemError('unit_not_found', { value: unitId }), field: 'unit_id' });
  }
  if (teacherId != null) {
    const known = await rows(
      tx,
      sql`
      select from users where org_id = ${tx.orgId} and id = ${teacherId} and roles && array['teacher', 'teacher_admin']`,
    );
    if (known.length === 0)
      faults.push({ ...problemError('teacher_not_found', { value: teacherId }), field: 'teacher_id' });
  }
  if (present !== null && values['roles'] !== undefined) {
    const teaches = await rows(
      tx,
      sql`select from users u where u.org_id = ${tx.orgId} and u.id = ${present.id} and ${stillTeaches(tx.orgId, 'u', sql`${values['roles']}::text[]`)}`,
    );
    if (teaches.length > 0) throw new Problem('still_teaches', { label: present.display_name });
  }
  if (faults.length === 0 && (present === null || unitId !== undefined)) await assertOwnUnit(tx, actor, unitId);
  return faults;
}

const SAME = ['email', 'username', 'external_id', 'status', 'unit_id', 'grade_level', 'phone', 'gender'] as const;

/** Fields that are called as their columns are, as far as they are given. */
function sameColumns(fields: Omit<PersonFields, 'password'>): Row {
  const given = SAME.map((name) => [name, fields[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
