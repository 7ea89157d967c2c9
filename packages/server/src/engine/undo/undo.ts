/**
 * Undo of an operation is an operation: its plan is the successful changes of the first, reversed.
 *
 * An item is reversed when every row still holds what the operation left there; then the row is put back, taken out or
 * brought back. Otherwise the whole item is kept, with who changed it and when. A created row that others refer to by
 * now cannot be reversed. A row that has been worked with can be *retired* instead (mode `all`), where its entity says how.
 */
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { getEntity, rowJson, table, type Entities, type Entity } from '../../db/entity.ts';
import { code, defineKind, type Kind } from '../kind.ts';
import { assertMayUndo } from './may-undo.ts';
import { changesByOthers, lastOf } from './last-changes.ts';
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
  reason: z.string().max(2_000).default('').meta({ title: 'Reason', description: 'Why; kept with the operation.' }),
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
      await plan.items(verdicts(tx.orgId, entities, touched, params));
      const source = sql`
        select p.item_no, c.entity, c.entity_id as id, c.action, c.before, c.after, c.version_read, p.detail ->> 'retire' as retire
        from ${plan.planned} p
        join changes c on c.org_id = ${tx.orgId} and c.operation_id = ${params.operation_id} and c.item_no = p.row_no
        where p.action not in ('skip', 'error')`;
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
          await plan.remove(name, sql`select s.item_no, s.id ${of} and s.retire is null`);
          const { retired } = getEntity(entities, name);
          if (retired === undefined) continue;
          await plan.update(
            name,
            sql`select s.item_no, s.id, ${JSON.stringify(retired)}::jsonb as after ${of} and s.retire is not null`,
          );
        }
      }
    },
  });
}

/** One item for each successful item of the operation, last first: reversed, retired, kept or impossible, and why. */
function verdicts(
  orgId: string,
  entities: Entities,
  touched: readonly Entity[],
  params: UndoParams,
): RawBuilder<unknown> {
  const { operation_id: operationId, item_nos: itemNos } = params;
  const chosen = itemNos === undefined ? sql`true` : sql`i.item_no = any(${itemNos}::int[])`;
  const ofItems = sql`i.org_id = ${orgId} and i.operation_id = ${operationId} and i.status = 'success' and ${chosen}`;
  return sql`
    with compared as materialized (
      ${sql.join(
        touched.map((entity) => comparedRows(orgId, entity, ofItems)),
        sql` union all `,
      )}
    ), used as materialized (${usedRows(orgId, entities, touched)}
    ), judged as materialized (
      select c.*, used.used_by, coalesce(c.difference, case when used.id is not null then coalesce(c.loses_key, ${code('in_use_since')}) end) as reason
      from compared c left join used on used.id = c.entity_id
    ), later as materialized (${changesByOthers(orgId, operationId, sql`array(select entity_id from judged where reason is not null)`)}
    ), item as (
      select item_no, min(key) as key, min(subject_id::text)::uuid as subject_id, min(label) as label, min(reason) as reason,
        right(min(reason || entity_id::text), 36)::uuid as because_of, min(used_by) as used_by,
        bool_or(may_retire and edited.entity_id is null) as can_retire, min(action) as change_action
      from judged left join (select distinct entity_id from later where action = 'update') edited using (entity_id)
      group by item_no
    ), decided as (
      select item.*, reason is not null and can_retire and ${params.mode} = 'all' as retires,
        case when can_retire and reason <> 'gone_since' then ${code('started_since')} else reason end as kept_code
      from item
    )
    select (select max(item_no) from operation_items where org_id = ${orgId} and operation_id = ${operationId}) + 1 - d.item_no as item_no,
      d.item_no as row_no, d.key, d.subject_id, d.label, null::jsonb as input,
      case when d.reason is null or d.retires then
             case d.change_action when 'insert' then 'remove' when 'delete' then 'create' else 'update' end
           when d.reason = ${code('in_use_since')} then 'error' else 'skip' end as action,
      case when d.reason is null or d.retires then null else d.kept_code end as code,
      case when d.retires then jsonb_build_object('retire', true)
           when d.reason is not null then jsonb_build_object('who', coalesce(last.who, 'somebody'), 'when', coalesce(last.at, 'an unknown time'),
             'operation_id', last.operation_id, 'used_by', d.used_by, 'label', d.label) end as detail,
      null::jsonb as warnings
    from decided d
    left join (${lastOf(orgId, sql`later`)}) last on last.entity_id = d.because_of`;
}

/** Whether a created row may be retired, unless another operation changed it: it is there and not retired yet. */
function mayRetire(entity: Entity): RawBuilder<unknown> {
  if (entity.retired === undefined) return sql`false`;
  return sql`c.action = 'insert' and e.id is not null and not (${rowJson(entity, 'e')} @> ${JSON.stringify(entity.retired)}::jsonb)`;
}

/** Each row of one entity that the items `i` changed, and in what it is not as the operation left it, or null. */
function comparedRows(orgId: string, entity: Entity, ofItems: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select i.item_no, i.key, i.subject_id, i.label, c.entity_id, c.action, case c.action when 'update' then c.after end as updates,
      ${mayRetire(entity)} as may_retire, ${losesKey(entity)} as loses_key,
      case
        when c.action = 'delete' then case when e.id is not null then ${code('changed_since')} end
        when e.id is null then ${code('gone_since')}
        when c.action = 'insert' and e.version <> coalesce((c.after ->> 'version')::bigint, 1)
          and jsonb_strip_nulls(${rowJson(entity, 'e')} - 'created_at') <> jsonb_strip_nulls(c.after - '{created_at,version}'::text[]) then ${code('changed_since')}
        when c.action = 'update' and ${entity.isKept === true ? sql`true` : sql`e.version <> c.version_read + 1`}
          and ${rowJson(entity, 'e')} || c.after <> ${rowJson(entity, 'e')} then ${code('changed_since')}
      end as difference
    from operation_items i
    join changes c on c.org_id = ${orgId} and c.operation_id = i.operation_id and c.item_no = i.item_no and c.entity = ${entity.name}
    left join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.entity_id
    where ${ofItems}`;
}

/** What to say where an updated row would lose a key that others refer to; null where it would lose none. */
function losesKey(entity: Entity): RawBuilder<unknown> {
  const keys = Object.values(entity.keys ?? {}).map(
    (key) => sql`when c.action = 'update' and ${key.isLost('e', sql`c.before`)} then ${code(key.code)}`,
  );
  return keys.length === 0 ? sql`null::text` : sql`case ${sql.join(keys, sql` `)} end`;
}

/** Rows that go, or lose a key, and that others will still refer to when the chosen items are undone. */
function usedRows(orgId: string, entities: Entities, touched: readonly Entity[]): RawBuilder<unknown> {
  const names = touched.map((entity) => entity.name);
  const uses = entities.flatMap((child) =>
    Object.entries(child.references ?? {})
      .filter(([, parent]) => names.includes(parent))
      .map(
        ([column, parent]) => sql`
        select ${sql.ref(`k.${column}`)} as id, k.id as user_id, ${child.name}::text as used_by, ${column}::text as by_column,
          ${isByKey(getEntity(entities, parent), child, column)}::boolean as by_key
        from ${table(child)} k where k.org_id = ${orgId} and ${sql.ref(`k.${column}`)} is not null`,
      ),
  );
  if (uses.length === 0) return sql`select null::uuid as id, null::text as used_by where false`;
  return sql`
    select use.id, string_agg(distinct use.used_by, ', ') as used_by
    from compared c join (${sql.join(uses, sql` union all `)}) use on use.id = c.entity_id
      and (c.action = 'insert' or c.loses_key is not null and use.by_key)
    where not exists (
      select from compared own where own.entity_id = use.user_id and (own.action = 'insert' or own.updates ? use.by_column))
    group by use.id`;
}

/** Whether a column refers to the parent by another key than its id. */
function isByKey(parent: Entity, child: Entity, column: string): boolean {
  const columns = Object.values(parent.keys ?? {}).flatMap((key) => key.columns);
  return columns.some(([table, name]) => table === child.table && name === column);
}
