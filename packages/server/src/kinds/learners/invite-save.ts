import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { defineKind, type PlanContext } from '../../engine/kind.ts';
import { faultOf, nothingTaken, type Fault } from '../../school/invites/faults.ts';
import { inviteForm, type InviteForm } from '../../school/invites/form.ts';
import { readKnown, type Known } from '../../school/invites/known.ts';
import { INVITE_ENTITIES, rowsOf, type InviteRow } from '../../school/invites/rows.ts';

const params = z.strictObject({
  invites: z
    .array(inviteForm)
    .min(1)
    .max(100)
    .meta({ title: 'Invites', description: 'The invites that are made or changed, each with all its parts.' }),
});

/** Makes and changes invites, each with its options, plans and batches: an item is one invite with all its parts. */
export const inviteSave = defineKind<z.infer<typeof params>>({
  name: 'invite_save',
  title: 'Save invites',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 100 },
  records: ['enroll_invite'],
  contended: ({ invites }) => ({
    batch: invites.flatMap((form) => (form.links ?? []).map((link) => link.batch_id)),
    enroll_invite: invites.flatMap((form) => form.id ?? []),
  }),
  async plan(plan, context) {
    const { tx, actor, params: given, newId } = context;
    const known = await readKnown(tx, actor, given.invites);
    const items = plannedItems(context, given.invites, known);
    await plan.items(sql`
      select item_no, null::int as row_no, item_no::text as key, null::uuid as subject_id, label, null::jsonb as input,
        action, code, detail, null::jsonb as warnings
      from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as i(item_no int, label text, action text, code text, detail jsonb)`);
    const rows = items.flatMap((item) => item.rows.map((row) => ({ item_no: item.item_no, ...row })));
    for (const entity of INVITE_ENTITIES) {
      const of = (action: InviteRow['action']): RawBuilder<unknown> =>
        written(
          rows.filter((row) => row.entity === entity && row.action === action),
          newId,
        );
      await plan.insert(entity, of('insert'));
      await plan.update(entity, of('update'));
      await plan.remove(entity, of('remove'));
    }
  },
});

interface PlannedInvite {
  readonly item_no: number;
  readonly label: string;
  readonly action: 'create' | 'update' | 'error';
  readonly code: string | null;
  readonly detail: Fault['detail'] | null;
  readonly rows: readonly InviteRow[];
}

function plannedItems({ operationId }: PlanContext, forms: readonly InviteForm[], known: Known): PlannedInvite[] {
  const taken = nothingTaken();
  return forms.map((form, at) => {
    const itemNo = at + 1;
    const fault = faultOf(form, known, taken);
    const { label, isNew, rows } = rowsOf(form, known, String(itemNo), inviteCode(operationId, itemNo));
    if (fault !== null) return { item_no: itemNo, label, action: 'error', ...fault, rows: [] };
    const action = isNew ? 'create' : 'update';
    return { item_no: itemNo, label, action, code: null, detail: null, rows };
  });
}

/** Eight characters, the same each time the plan is made. */
function inviteCode(operationId: string, itemNo: number): string {
  const hash = createHash('sha256')
    .update(`${operationId} ${String(itemNo)}`)
    .digest('hex');
  return hash.slice(0, 8).toUpperCase();
}

/** Rows as a plan takes them, with the ids of those that are made by it. */
function written(rows: readonly (InviteRow & { item_no: number })[], newId: PlanContext['newId']): RawBuilder<unknown> {
  return sql`
    select r.item_no, coalesce(r.id, ${newId(sql`r.key`)}) as id, r.after || coalesce((
        select jsonb_object_agg(f.key, coalesce((f.value ->> 'id')::uuid, ${newId(sql`(f.value ->> 'key')`)}))
        from jsonb_each(r.refs) f), '{}') as after
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(item_no int, id uuid, key text, after jsonb, refs jsonb)`;
}
