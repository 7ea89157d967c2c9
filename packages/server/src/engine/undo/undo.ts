/**
 * Undo of an operation is an operation: its plan is the successful changes of the first, reversed.
 *
 * Each row that still holds what the operation left there is put back, taken out or brought back, together with its parts,
 * whatever became of the other rows of its item. The others are kept, with who changed them and when; see verdicts.ts.
 */
import { prose } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { getEntity, type Entities } from '../../db/entity.ts';
import { defineKind, type Kind } from '../kind.ts';
import { assertMayUndo } from './may-undo.ts';
import { undoItems } from './verdicts.ts';
import { getOperation, planCounts, touchedEntities } from '../operation.ts';

const ITEM_NO_MAX = 999_999_999;
const ITEMS_LISTED_MAX = 1_000_000;

const undoParams = z.strictObject({
  operation_id: z
    .uuid()
    .meta({ title: 'Operation', description: 'What is undone.', entity: 'operation', 'x-hidden': true }),
  item_nos: z
    .array(z.int().min(0).max(ITEM_NO_MAX))
    .max(ITEMS_LISTED_MAX)
    .optional()
    .meta({
      title: 'Items',
      description: 'Numbers of the items that are undone; all successful ones when left out.',
      'x-hidden': true,
    }),
  mode: z
    .enum(['all', 'untouched_only'])
    .default('all')
    .meta({
      title: 'Rows that were worked with since',
      description: 'Whether they are retired or kept, where their entity can be retired.',
      labels: { all: 'Retire them', untouched_only: 'Keep them' },
    }),
  reason: prose(2_000).default('').meta({ title: 'Reason', description: 'Why; kept with the operation.' }),
});
type UndoParams = z.infer<typeof undoParams>;

/** @param kindOf - The kind of the operation that is undone, by its name. */
export function undoKind(entities: Entities, kindOf: (name: string) => Kind): Kind<UndoParams> {
  return defineKind<UndoParams>({
    name: 'undo',
    title: 'Undo an operation',
    isInternal: true,
    params: undoParams,
    roles: ['system_admin', 'subscriber_admin', 'teacher_admin', 'teacher'],
    chunk: { items: 500, itemsMax: 10_000 },
    judges: { goings: true },
    async admits({ tx, actor, params, now }) {
      const undone = await getOperation(tx, params.operation_id);
      assertMayUndo(kindOf(undone.kind), actor, undone, now);
    },
    async plan(plan, { tx, params }) {
      const undone = await getOperation(tx, params.operation_id);
      const touched = touchedEntities(entities, undone);
      if (touched.length === 0) return;
      const { operation_id: operationId, item_nos: itemNos, mode } = params;
      await plan.items(undoItems({ orgId: tx.orgId, operationId, entities, touched, itemNos, mode }));
      const source = sql`
        select p.item_no, c.entity, c.entity_id as id, c.action, c.before, c.after, c.version_read,
          coalesce(p.detail -> 'retires' ? c.entity_id::text, false) as retires
        from ${plan.planned} p
        join changes c on c.org_id = ${tx.orgId} and c.operation_id = ${operationId} and c.item_no = p.row_no
        where p.action not in ('skip', 'error')
          and (p.detail is null or not coalesce(p.detail -> 'stays' ? c.entity_id::text, false) or p.detail -> 'retires' ? c.entity_id::text)`;
      for (const { entity: name, action } of planCounts(undone).writes) {
        const of = sql`from (${source}) s where s.entity = ${name} and s.action = ${action}`;
        if (action === 'delete') {
          await plan.insert(
            name,
            sql`select s.item_no, s.id, s.before || jsonb_build_object('version', s.version_read + 1) as after ${of}`,
          );
        } else if (action === 'update') {
          await plan.update(name, sql`select s.item_no, s.id, s.before as after ${of}`);
        } else {
          await plan.remove(name, sql`select s.item_no, s.id ${of} and not s.retires`);
          const { retired } = getEntity(entities, name);
          if (retired === undefined) continue;
          await plan.update(
            name,
            sql`select s.item_no, s.id, ${JSON.stringify(retired)}::jsonb as after ${of} and s.retires`,
          );
        }
      }
    },
  });
}
