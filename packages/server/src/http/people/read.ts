import { Problem } from '@muster/contract';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { inOrg, isUuid, one, rows } from '../../db/database.ts';
import type { UsersTable } from '../../db/tables.ts';
import { classMembers, ownStudents, scopeOf, unitsBelow } from '../../school/people/scope.ts';
import { searchCondition } from '../../school/people/targets.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { HttpContext } from '../every-request/context.ts';
import { pageOf, readCursor } from '../every-request/paging.ts';
import type { PeopleQuery } from './shapes.ts';

export type Person = Selectable<UsersTable>;

/** @throws Problem `not_found` for people who do not exist or whom the actor may not see. */
export async function getPerson(context: HttpContext, actor: Actor, id: string): Promise<Person> {
  if (!isUuid(id.toLowerCase())) throw new Problem('not_found');
  const [found] = await inOrg(context.database, actor.orgId, (tx) =>
    rows(tx, sql<Person>`select u.* from users u where u.id = ${id} and ${visiblePeople(actor)}`),
  );
  if (found === undefined) throw new Problem('not_found');
  return found;
}

/** A page of people in the order of family name, given name, id. */
export async function listPeople(context: HttpContext, actor: Actor, query: PeopleQuery) {
  const after = readCursor(query.cursor, 3);
  const matching = sql`from users u where ${sql.join(conditionsOf(actor, query), sql` and `)}`;
  const beyond =
    after === null
      ? sql`true`
      : sql`(u.family_name, u.given_name, u.id) > (${after[0]}, ${after[1]}, ${after[2]}::uuid)`;
  return inOrg(context.database, actor.orgId, async (tx) => {
    const found = await rows(
      tx,
      sql<Person>`
      select u.* ${matching} and ${beyond} order by u.family_name, u.given_name, u.id limit ${query.limit + 1}`,
    );
    const page = pageOf(found, query.limit, (row) => [row.family_name, row.given_name, row.id]);
    const items = page.items.map(viewPerson);
    if (!query.count) return { ...page, items };
    return { ...page, items, ...(await one(tx, sql<{ total: number }>`select count(*) as total ${matching}`)) };
  });
}

function conditionsOf(actor: Actor, query: PeopleQuery): RawBuilder<unknown>[] {
  const { orgId } = actor;
  const { role, status, unit_id: unitId, grade_level: gradeLevel, teacher_id: teacherId, class_id: classId, q } = query;
  return [
    visiblePeople(actor),
    ...(role === undefined ? [] : [sql`${role} = any(u.roles)`]),
    status === undefined ? sql`u.status <> 'archived'` : sql`u.status = ${status}`,
    ...(gradeLevel === undefined ? [] : [sql`u.grade_level = ${gradeLevel}`]),
    ...(unitId === undefined ? [] : [sql`u.unit_id in (${unitsBelow(orgId, unitId)})`]),
    ...(teacherId === undefined ? [] : [sql`u.id in (${ownStudents(orgId, sql`${teacherId}::uuid`)})`]),
    ...(classId === undefined ? [] : [sql`u.id in (${classMembers(orgId, classId)})`]),
    ...(q === undefined ? [] : [searchCondition(q)]),
  ];
}

/** Condition on users `u`: those whom the actor may change, and themselves. */
function visiblePeople(actor: Actor): RawBuilder<unknown> {
  const scope = scopeOf(actor);
  const ofOrg = sql`u.org_id = ${actor.orgId}`;
  return scope === null ? ofOrg : sql`${ofOrg} and (u.id = ${actor.userId} or u.id in (${scope}))`;
}

export function viewPerson(row: Person) {
  return {
    id: row.id,
    _id: row.id,
    email: row.email,
    username: row.username,
    external_id: row.external_id,
    given_name: row.given_name,
    family_name: row.family_name,
    full_name: row.display_name,
    roles: row.roles,
    role: row.roles,
    status: row.status,
    unit_id: row.unit_id,
    grade_level: row.grade_level,
    teacher_id: row.primary_teacher_id,
    phone: row.phone,
    gender: row.gender,
    has_account: row.account_id !== null,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
