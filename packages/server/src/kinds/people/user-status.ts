import { USER_STATUSES } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { code, defineKind } from '../../engine/kind.ts';
import { PEOPLE_GUARDS } from '../../school/people/guards.ts';
import { reasonSchema } from '../../school/people/profile.ts';
import { peopleIn, targetIds, targetSchema } from '../../school/people/targets.ts';
import { dutiesWarning } from '../../school/people/duties.ts';
import { isRemoval, losesOwnAccess, personFault } from '../../school/people/verdicts.ts';

const params = z.strictObject({
  target: targetSchema,
  status: z.enum(USER_STATUSES).meta({ title: 'Status', description: 'What the people become.' }),
  reason: reasonSchema,
});

/** Activates, suspends or archives people. Suspended and archived people cannot sign in; archived ones leave the lists. */
export const userStatus = defineKind<z.infer<typeof params>>({
  name: 'user_status',
  title: 'Change the status of people',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  people: ({ target }, actor) => peopleIn(target, actor),
  guards: PEOPLE_GUARDS,
  async plan(plan, { orgId, actor, params: { target, status } }) {
    await plan.each(
      'user',
      sql`
      with judged as (
        select meant.id, u.display_name, case when ${isRemoval(sql`${status}::text`)} then ${dutiesWarning(orgId, 'u')} end as duties, coalesce(${personFault(actor)}, case
            when ${losesOwnAccess(actor, sql`${status}::text`, sql`u.roles`)} then ${code('acting_user')} end) as code
        from (${targetIds(actor, target)}) meant
        left join users u on u.org_id = ${orgId} and u.id = meant.id)
      select (row_number() over (order by id))::int as item_no, null::int as row_no, id::text as key,
        id as subject_id, coalesce(display_name, id::text) as label, null::jsonb as input,
        case when code is not null then 'error' when ${status === 'archived'} then 'remove' else 'update' end as action,
        code, case when code is not null then jsonb_build_object('subject', id, 'label', display_name) end as detail,
        case when code is null and duties is not null then jsonb_build_array(duties) end as warnings, case when code is null then 'update' end as change, id,
        jsonb_build_object('status', ${status}::text) as after
      from judged`,
    );
  },
});
