import { sql } from 'kysely';
import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import { startNotices } from '../../school/batches/notices.ts';
import { dueBatches } from '../../school/upkeep/due-batches.ts';

const params = z.strictObject({});

/** Begins batches on the day they start and completes them on the day after they end; nothing moves back. Students hear of the start. */
export const batchDates = defineKind<z.infer<typeof params>>({
  name: 'batch_dates',
  title: 'Begin and complete batches by their dates',
  params,
  roles: ['system_admin', 'subscriber_admin'],
  chunk: { items: 500, itemsMax: 5_000 },
  says: { ended: startNotices },
  async plan(plan, { orgId, now, timezone }) {
    await plan.each(
      'batch',
      sql`
      select (row_number() over (order by name, id))::int as item_no, null::int as row_no, id::text as key, null::uuid as subject_id,
        name as label, null::jsonb as input, 'update' as action, null::text as code, null::jsonb as detail,
        null::jsonb as warnings, 'update' as change, id, jsonb_build_object('status', status_due) as after
      from (${dueBatches(orgId, now, timezone)}) due`,
    );
  },
});
