/** People as they are read: one, and a page of them. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import type { UsersTable } from '../../db/tables.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { classMembers, ownStudents, scopeOf, unitsBelow } from './scope.ts';
import { isCalled, isOfGrade, quickSearch } from './search.ts';

export type Person = Selectable<UsersTable>;

/** @throws Problem `not_found` for people who do not exist or whom the actor may not see. */
export async function getPerson(tx: OrgTransaction, actor: Actor, id: string): Promise<Person> {
  if (!isUuid(id.toLowerCase())) throw new Problem('not_found');
  const [found] = await rows(tx, sql<Person>`select u.* from users u where u.id = ${id} and ${visiblePeople(actor)}`);
  if (found === undefined) throw new Problem('not_found');
  return found;
}

export interface PeopleWanted {
  readonly role?: string | undefined;
  /** All but archived people when it is left out. */
  readonly status?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly grade_level?: string | undefined;
  readonly teacher_id?: string | undefined;
  readonly class_id?: string | undefined;
  readonly q?: string | undefined;
  readonly called?: string | undefined;
  /** Family name, given name and id of the last one of the page before. */
  readonly after: readonly string[] | null;
  readonly limit: number;
  readonly count: boolean;
}

/** By name, one more than the limit where there are so many; and how many match in all, where that is asked for. */
export async function listPeople(
  tx: OrgTransaction,
  actor: Actor,
  wanted: PeopleWanted,
): Promise<{ found: Person[]; total: number | null }> {
  const { after, limit, count } = wanted;
  const matching = sql`from users u where ${sql.join(await conditionsOf(tx, actor, wanted), sql` and `)}`;
  const beyond =
    after === null
      ? sql`true`
      : sql`(u.family_name, u.given_name, u.id) > (${after[0]}, ${after[1]}, ${after[2]}::uuid)`;
  const found = await rows(
    tx,
    sql<Person>`
    select u.* ${matching} and ${beyond} order by u.family_name, u.given_name, u.id limit ${limit + 1}`,
  );
  if (!count) return { found, total: null };
  return { found, ...(await one(tx, sql<{ total: number }>`select count(*) as total ${matching}`)) };
}

async function conditionsOf(tx: OrgTransaction, actor: Actor, query: PeopleWanted): Promise<RawBuilder<unknown>[]> {
  const { orgId } = actor;
  const {
    role,
    status,
    unit_id: unitId,
    grade_level: gradeLevel,
    teacher_id: teacherId,
    class_id: classId,
    q,
    called,
  } = query;
  return [
    visiblePeople(actor),
    ...(role === undefined ? [] : [sql`${role} = any(u.roles)`]),
    status === undefined ? sql`u.status <> 'archived'` : sql`u.status = ${status}`,
    ...(gradeLevel === undefined ? [] : [isOfGrade(gradeLevel)]),
    ...(unitId === undefined ? [] : [sql`u.unit_id in (${unitsBelow(orgId, unitId)})`]),
    ...(teacherId === undefined ? [] : [sql`u.id in (${ownStudents(orgId, sql`${teacherId}::uuid`)})`]),
    ...(classId === undefined ? [] : [sql`u.id in (${classMembers(orgId, classId)})`]),
    ...(q === undefined ? [] : [await quickSearch(tx, q)]),
    ...(called === undefined ? [] : [await quickSearch(tx, called), isCalled(called)]),
  ];
}

/** Condition on users `u`: those whom the actor may change, and themselves. */
function visiblePeople(actor: Actor): RawBuilder<unknown> {
  const scope = scopeOf(actor);
  const ofOrg = sql`u.org_id = ${actor.orgId}`;
  return scope === null ? ofOrg : sql`${ofOrg} and (u.id = ${actor.userId} or u.id in (${scope}))`;
}
