import { Problem, problemError, USER_ROLES, type ProblemCode } from '@muster/contract';
import { sql } from 'kysely';
import { rows } from '../../db/database.ts';
import { isActive } from '../people/verdicts.ts';
import { comesFromOutside } from '../rights.ts';
import type { Asking } from './homeroom.ts';

export interface Listed {
  /** As the client calls the list: `student_ids`. */
  readonly field: string;
  readonly ids: readonly string[];
  /** Who is not looked at. */
  readonly except?: readonly string[];
  /** Where they are to come in; a batch unless it is said. */
  readonly into?: 'classroom' | 'batch';
}

/** What somebody has to be to come into a classroom, a batch or a group. */
const ROLES_OF = { student: ['student'], teacher: ['teacher', 'teacher_admin'], member: USER_ROLES } as const;

/**
 * One bad id refuses the whole list, and every bad one is named by its place.
 * @param role - What everybody has to be, active and within the actor's reach; null where they only have to exist.
 * @throws Problem `not_found`, `user_out_of_scope`, `wrong_role`, `inactive_user`: the first fault; `errors` has all.
 */
export async function assertFit(
  { tx, actor }: Asking,
  { field, ids, except = [], into = 'batch' }: Listed,
  role: keyof typeof ROLES_OF | null,
): Promise<void> {
  const roles = role === null ? null : ROLES_OF[role];
  const faults = await rows(
    tx,
    sql<{ at: number; code: ProblemCode; label: string | null; status: string | null }>`
    select * from (
      select listed.id, (listed.n - 1)::int as at, u.display_name as label, u.status, case
          when u.id is null then 'not_found'
          when ${roles === null} then null
          when ${comesFromOutside(actor, sql`u.id`, into)} then 'user_out_of_scope'
          when not u.roles && ${[...(roles ?? [])]}::text[] then 'wrong_role'
          when not ${isActive('u')} then 'inactive_user'
        end as code
      from unnest(${[...ids]}::uuid[]) with ordinality listed(id, n)
      left join users u on u.org_id = ${tx.orgId} and u.id = listed.id) judged
    where code is not null and id <> all(${[...except]}::uuid[]) order by at`,
  );
  const errors = faults.map(({ at, code, label, status }) =>
    problemError(code, { field: `${field}.${String(at)}`, label, role, status }),
  );
  const [first] = faults;
  const [said] = errors;
  if (first === undefined || said === undefined) return;
  const { label, status } = first;
  throw new Problem(first.code, { field: said.field, label, role, status }, errors);
}

/** @throws Problem `above_limit`. */
export function assertWithin(what: string, count: number, limit: number, field: string): void {
  if (count > limit) throw new Problem('above_limit', { what, count, limit, field });
}
