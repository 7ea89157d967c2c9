import type { SignedInPerson } from '@muster/contract';
import { grouped, table } from './words.ts';

/** Who is signed in, and what they may do. */
export function personText(person: SignedInPerson): string {
  const { user, organization, organizations, roles, limits } = person;
  const others = organizations.filter(({ id }) => id !== organization?.id);
  return table([
    ['person', user === null ? 'system administrator' : user.full_name],
    ['roles', roles.join(', ')],
    ['organization', organization === null ? '(none chosen)' : `${organization.name} (${organization.id})`],
    ...others.map(({ id, name }) => ['also in', `${name} (${id})`]),
    ['at once', limits.people_max === null ? 'any number of people' : `${grouped(limits.people_max)} people`],
  ]);
}
