/** People as they are read: one, and a page of them. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import type { UsersTable } from '../../db/tables.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { classMembers, ownStudents, scopeOf, unitsBelow } from './scope.ts';
import { firstNamed, isCalled, isOfGrade, searchCondition } from './search.ts';

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
  const { after, limit, count, q, called } = wanted;
  const named = await firstNamed(tx, q ?? called ?? '', after);
  const among = named === null ? null : sql`u.id = any(${named.ids}::uuid[])`;
  const first = among === null ? [] : await pageOf(tx, wanted, [among, ...conditionsOf(actor, wanted)]);
  const isEnough = named !== null && (named.areAll || first.length > limit);
  const found = isEnough ? first : await pageOf(tx, wanted, conditionsOf(actor, wanted));
  if (!count) return { found, total: null };
  const isWhole = named?.areAll === true && after === null;
  const condition = sql.join(
    [...(isWhole && among !== null ? [among] : []), ...conditionsOf(actor, wanted)],
    sql` and `,
  );
  return {
    found,
    ...(await one(tx, sql<{ total: number }>`select count(*) as total from users u where ${condition}`)),
  };
}

async function pageOf(
  tx: OrgTransaction,
  { after, limit }: PeopleWanted,
  conditions: readonly RawBuilder<unknown>[],
): Promise<Person[]> {
  const beyond =
    after === null
      ? sql`true`
      : sql`(u.family_name, u.given_name, u.id) > (${after[0]}, ${after[1]}, ${after[2]}::uuid)`;
  return rows(
    tx,
    sql<Person>`
    select u.* from users u where ${sql.join([...conditions], sql` and `)} and ${beyond}
    order by u.family_name, u.given_name, u.id limit ${limit + 1}`,
  );
}

function conditionsOf(actor: Actor, query: PeopleWanted): RawBuilder<unknown>[] {
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
    ...(q === undefined ? [] : [searchCondition(q)]),
    ...(called === undefined ? [] : [searchCondition(called), isCalled(called)]),
  ];
}

/** Condition on users `u`: those whom the actor may change, and themselves. */
function visiblePeople(actor: Actor): RawBuilder<unknown> {
  const scope = scopeOf(actor);
  const ofOrg = sql`u.org_id = ${actor.orgId}`;
  return scope === null ? ofOrg : sql`${ofOrg} and (u.id = ${actor.userId} or u.id in (${scope}))`;
}
