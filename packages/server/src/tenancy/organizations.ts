import { Problem } from '@muster/contract';
import type { Database } from '../db/database.ts';
import type { SignIn } from './sign-in.ts';

/** A system_admin, who belongs to none, is shown the first of them. */
const LISTED_MAX = 1_000;

/** The organizations a sign-in can act in, in the order in which it joined them. */
export async function findOrganizations(database: Database, found: SignIn): Promise<{ id: string; name: string }[]> {
  const query = database.global.selectFrom('orgs').select(['id', 'name']).orderBy('name').limit(LISTED_MAX);
  const ids = found.actors.map((actor) => actor.orgId);
  if (ids.length === 0) return query.execute();
  const orgs = await query.where('id', 'in', ids).execute();
  return ids.map((id) => {
    const org = orgs.find((one) => one.id === id);
    if (org === undefined) throw new Problem('not_found');
    return org;
  });
}
