import { sql } from 'kysely';
import { z } from 'zod';
import { code, defineKind } from '../../engine/kind.ts';
import { idOf, idTexts, onlyIds } from '../../school/batches/ids.ts';
import { ownsBatch } from '../../school/batches/rights.ts';

const params = z.strictObject({
  batch_ids: idTexts(1_000).meta({
    title: 'Batches',
    description: 'The batches that are cancelled.',
    entity: 'batch',
    many: true,
  }),
  remove: z
    .boolean()
    .default(false)
    .meta({
      title: 'Remove',
      description: 'Takes a batch out altogether where nobody was ever enrolled in it and nothing is offered for it.',
    }),
});

/**
 * Cancels batches in which nobody is actively enrolled. With `remove` a batch without any history is taken out; one
 * that has enrollments behind it is cancelled, because they are part of people's records. A batch is an item.
 */
export const batchCancel = defineKind<z.infer<typeof params>>({
  name: 'batch_cancel',
  title: 'Cancel batches',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 100, itemsMax: 1_000 },
  contended: ({ batch_ids: ids }) => ({ batch: onlyIds(ids) }),
  guards: {
    share: {
      removes: ['remove'],
      updates: [],
      scope: ({ orgId }) => sql`select count(*) as count from batches where org_id = ${orgId}`,
    },
  },
  async plan(plan, { orgId, actor, params: { batch_ids: ids, remove } }) {
    const hasHistory = sql`(
      exists (select from enrollments e where e.org_id = ${orgId} and e.batch_id = b.id)
      or exists (select from invite_options o where o.org_id = ${orgId} and o.batch_id = b.id))`;
    await plan.items(sql`
      with judged as (
        select m.n::int as item_no, m.given, b.id, b.name, b.status, b.enrolled_students, ${remove}::boolean and not ${hasHistory} as goes,
          case when b.id is null then ${code('batch_not_found')}
               when not ${ownsBatch(actor)} then ${code('batch_out_of_scope')}
               when b.enrolled_students > 0 then ${code('batch_has_enrollments')} end as fault
        from unnest(${ids}::text[]) with ordinality m(given, n)
        left join batches b on b.org_id = ${orgId} and b.id = ${idOf(sql`m.given`)})
      select item_no, null::int as row_no, given as key, null::uuid as subject_id, coalesce(name, given) as label,
        jsonb_build_object('batch_id', id) as input,
        case when fault is not null then 'error' when goes then 'remove' when status = 'cancelled' then 'skip' else 'update' end as action,
        coalesce(fault, case when not goes and status = 'cancelled' then ${code('unchanged')} end) as code,
        case when id is not null then jsonb_build_object('label', name, 'count', enrolled_students) end as detail, null::jsonb as warnings
      from judged`);
    const planned = sql`(select item_no, action, (input ->> 'batch_id')::uuid as id from ${plan.planned} i) p`;
    await plan.update(
      'batch',
      sql`select item_no, id, '{"status": "cancelled"}'::jsonb as after from ${planned} where action = 'update'`,
    );
    await plan.remove(
      'batch_teacher',
      sql`select p.item_no, t.id from ${planned} join batch_teachers t on t.org_id = ${orgId} and t.batch_id = p.id where p.action = 'remove'`,
    );
    await plan.remove('batch', sql`select item_no, id from ${planned} where action = 'remove'`);
  },
});
