import type { Asked } from '../../engine/index.ts';
import { getPerson as getRow, listPeople as listRows, type Person } from '../../school/people/person-rows.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { HttpContext } from '../every-request/context.ts';
import { pageOf, readCursor } from '../every-request/paging.ts';
import { readAs } from '../every-request/route.ts';
import type { PeopleQuery } from './shapes.ts';

export type { Person };

/** @throws Problem `not_found` for people who do not exist or whom the actor may not see. */
export async function getPerson({ engine }: HttpContext, actor: Actor, id: string): Promise<Person> {
  return readAs({ engine, actor }, ({ tx }) => getRow(tx, actor, id));
}

/** A page of people in the order of family name, given name, id. */
export async function listPeople({ tx, actor }: Asked, query: PeopleQuery) {
  const { found, total } = await listRows(tx, actor, {
    ...query,
    after: readCursor(query.cursor, ['text', 'text', 'id']),
  });
  const page = pageOf(found, query.limit, (row) => [row.family_name, row.given_name, row.id]);
  return { ...page, items: page.items.map(viewPerson), ...(total === null ? {} : { total }) };
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
