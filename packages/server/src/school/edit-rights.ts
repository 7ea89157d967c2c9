/** Which records somebody below the admins of the whole organization edits by hand; of whose, rights.ts says. */
import { Problem, type ProblemCode, type Role } from '@muster/contract';
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../db/database.ts';
import { rowJson, type Entity } from '../db/entity.ts';
import { refusalOf, type Actor } from '../tenancy/actor.ts';
import { outside, reasonsAgainst, type Reason } from './rights.ts';

export interface RecordEdit {
  readonly action: 'create' | 'update' | 'delete';
  readonly id?: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

const TEACHERS_OWN = ['custom_assignment', 'teacher_profile', 'mentor_meeting', 'mentor_goal'];
const EDITED_BY: Readonly<Partial<Record<Role, readonly string[]>>> = {
  teacher_admin: [
    'user',
    'classroom',
    'classroom_student',
    'classroom_teacher',
    'batch',
    'batch_teacher',
    'course',
    'section',
    'group',
    'group_member',
    ...TEACHERS_OWN,
  ],
  teacher: TEACHERS_OWN,
  student: [],
};

/**
 * Checked on the records as they are and as they would be.
 * @throws Problem `forbidden`, `plan_required`, `unit_out_of_scope`, `user_out_of_scope`, `role_not_allowed`.
 */
export async function assertMayEdit(
  tx: OrgTransaction,
  actor: Actor,
  entity: Entity,
  edits: readonly RecordEdit[],
): Promise<void> {
  const reasons = reasonsAgainst(actor, entity.name);
  if (reasons === null) return;
  if (EDITED_BY[actor.role]?.includes(entity.name) !== true) throw refusalOf(actor);
  if (reasons.length === 0) return;
  const verdict = sql.join(
    [...reasons, ...aloneReasons(entity)].map(({ when, because }) => sql`when ${when} then ${because}`),
    sql` `,
  );
  const [fault] = await rows(
    tx,
    sql<{ code: ProblemCode; detail: Record<string, unknown>; label: string | null }>`
    select verdict ->> 'code' as code, verdict - 'code' as detail, label from (
      select c.item_no, c.before ->> 'display_name' as label, case ${verdict} end as verdict from (
        select e.n as item_no, e.value -> 'values' as after, (e.value ->> 'id')::uuid as entity_id,
          case e.value ->> 'action' when 'create' then 'insert' else e.value ->> 'action' end as action,
          case when t.id is not null then ${rowJson(entity, 't')} end as before
        from jsonb_array_elements(${JSON.stringify(edits)}::jsonb) with ordinality e(value, n)
        left join ${sql.table(entity.table)} t on t.org_id = ${tx.orgId} and t.id = (e.value ->> 'id')::uuid) c) judged
    where verdict is not null order by item_no limit 1`,
  );
  if (fault === undefined) return;
  throw new Problem(fault.code, { label: fault.label, ...fault.detail });
}

/** A batch belongs to its classroom, or to the lead teacher who is made with it; one that is made by hand has no lead. */
function aloneReasons({ name }: Entity): readonly Reason[] {
  if (name !== 'batch') return [];
  const when = sql`c.action = 'insert' and c.after ->> 'classroom_id' is null`;
  return [outside(when, sql`'none'`)];
}
