/** The teacher whom a path names. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { isUuid, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { isInstructor, isPresent } from './fitness.ts';

export interface Instructor {
  readonly id: string;
  readonly full_name: string;
  readonly email: string | null;
}

/**
 * Teachers see what is theirs alone, admins what is of any teacher.
 * @throws Problem `forbidden`, `not_found`, `instructor_role_missing`.
 */
export async function getInstructor(tx: OrgTransaction, actor: Actor, id: string): Promise<Instructor> {
  const wanted = id.toLowerCase();
  if (actor.role === 'teacher' && actor.userId !== wanted) throw new Problem('forbidden');
  const [found] = isUuid(wanted)
    ? await rows(
        tx,
        sql<Instructor & { teaches: boolean }>`
        select u.id, u.display_name as full_name, u.email, ${isInstructor('u')} as teaches
        from users u where u.org_id = ${tx.orgId} and u.id = ${wanted} and ${isPresent('u')}`,
      )
    : [];
  if (found === undefined) throw new Problem('not_found');
  if (!found.teaches) throw new Problem('instructor_role_missing', { label: found.full_name });
  return found;
}
