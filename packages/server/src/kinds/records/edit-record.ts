import { Problem, problemError, line, jsonFault, FREE_JSON } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { unreadableColumn } from '../../db/column-values.ts';
import { columnNames, getEntity, isReferredTo, table, type Entity } from '../../db/entity.ts';
import { code, defineKind } from '../../engine/kind.ts';
import { assertMayEdit } from '../../school/edit-rights.ts';
import { ENTITIES } from '../../school/entities.ts';
import { readyEdits } from '../../school/records/ready-edits.ts';

const COLUMNS_MAX = 100;

const edit = z.strictObject({
  action: z
    .enum(['create', 'update', 'delete'])
    .meta({ title: 'What happens', description: 'Whether the record is made, changed or removed.' }),
  id: z
    .uuid()
    .optional()
    .meta({ title: 'Id', description: 'Left out where a record is created: then it gets an id of its own.' }),
  values: z
    .record(z.string().max(100), z.unknown())
    .refine((values) => jsonFault(values, FREE_JSON) === null, 'it is too large or nested too deep')
    .refine((values) => Object.keys(values).length <= COLUMNS_MAX, `give at most ${COLUMNS_MAX}`)
    .default({})
    .meta({ title: 'Values', description: 'What the record holds then, by column.', maxProperties: COLUMNS_MAX }),
  label: line(200).default('').meta({ title: 'Label', description: 'What a person calls it.' }),
});
const params = z.strictObject({
  entity: z.string().max(100).meta({ title: 'Entity', description: 'What kind of record it is, such as batch.' }),
  edits: z
    .array(edit)
    .min(1)
    .max(5_000)
    .meta({ title: 'Edits', description: 'Each of one record; none is edited twice.' }),
});

/** Single edits of single records, by name and value: what a form saves. Each edit is an item. */
export const editRecord = defineKind<z.infer<typeof params>>({
  name: 'edit_record',
  title: 'Edit records',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin', 'teacher'],
  chunk: { items: 500 },
  async plan(plan, { tx, orgId, actor, newId, params: { entity: name, edits: given } }) {
    const entity = findEntity(name);
    assertKnownColumns(entity, given);
    const edits = readyEdits(entity, given);
    assertOneEditEach(edits);
    await assertMayEdit(tx, actor, entity, edits);
    const edited = sql`(
      select e.n::int as item_no, e.value ->> 'action' as action, nullif(e.value ->> 'label', '') as label,
        coalesce((e.value ->> 'id')::uuid, ${newId(sql`e.n::text`)}) as id, e.value -> 'values' as after, ${unreadableColumn(entity, sql`(e.value -> 'values')`)} as unreadable
      from jsonb_array_elements(${JSON.stringify(edits)}::jsonb) with ordinality e(value, n))`;
    await plan.items(sql`
      select item_no, null::int as row_no, item_no::text as key, null::uuid as subject_id, name as label,
        after as input, case when fault is not null then 'error' when action = 'delete' then 'remove' else action end as action,
        fault as code, case when fault = ${code('already_exists')} then ${JSON.stringify({ entity: name, field: 'id', fields: 'id' })}::jsonb
          when fault is not null then jsonb_build_object('label', name, 'field', unreadable, 'value', after -> unreadable,
          'reason', 'it is no value of this field') end as detail, null::jsonb as warnings
      from (
        select x.*, coalesce(x.label, x.id::text) as name, case
          when x.unreadable is not null then ${code('invalid_value')}
          when x.action = 'create' and e.id is not null then ${code('already_exists')}
          when x.action <> 'create' and e.id is null then ${code('not_found')} ${losesKey(orgId, entity)} end as fault
        from ${edited} x left join ${table(entity)} e on e.org_id = ${orgId} and e.id = x.id) y`);
    const kept = sql`${edited} x join ${plan.planned} p using (item_no)
      left join ${table(entity)} e on e.org_id = ${orgId} and e.id = x.id where p.action <> 'error'`;
    const after = sql`x.after || coalesce(${entity.follows?.(sql`x.after`) ?? sql`null`}, '{}'::jsonb) as after`;
    await plan.insert(name, sql`select item_no, x.id, ${after} from ${kept} and x.action = 'create'`);
    await plan.update(name, sql`select item_no, x.id, ${after} from ${kept} and x.action = 'update'`);
    await plan.remove(name, sql`select item_no, x.id from ${kept} and x.action = 'delete'`);
  },
});

function findEntity(name: string): Entity {
  const known = ENTITIES.filter(({ isKept }) => isKept !== true).map((entity) => entity.name);
  if (known.includes(name)) return getEntity(ENTITIES, name);
  throw new Problem('validation_failed', { count: 1 }, [
    problemError('invalid_value', { field: 'parameters.entity', reason: `use one of ${known.join(', ')}` }),
  ]);
}

function assertKnownColumns(entity: Entity, edits: readonly { values: Record<string, unknown> }[]): void {
  // Who signs in as a person is settled by the person's own password or link, never by an edit.
  const known = new Set(columnNames(entity).filter((name) => name !== 'account_id'));
  const unknown = new Set(edits.flatMap((one) => Object.keys(one.values)).filter((key) => !known.has(key)));
  if (unknown.size === 0) return;
  const errors = [...unknown].map((field) => problemError('unknown_field', { field }));
  throw new Problem('validation_failed', { count: errors.length }, errors);
}

function assertOneEditEach(edits: readonly { id?: string | undefined }[]): void {
  const ids = edits.flatMap((one) => one.id?.toLowerCase() ?? []);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice === undefined) return;
  const reason = `${twice} is edited twice; put both changes into one edit`;
  throw new Problem('validation_failed', { count: 1 }, [
    problemError('invalid_value', { field: 'parameters.edits', reason }),
  ]);
}

/** Branches of a case: an update would take away from row `e` what others refer to. */
function losesKey(orgId: string, entity: Entity): RawBuilder<unknown> {
  const branches = Object.values(entity.keys ?? {}).map(
    ({ columns, isLost, code: reason }) =>
      sql`when x.action = 'update' and ${isLost('e', sql`x.after`)} and ${isReferredTo(orgId, columns, 'e')} then ${code(reason)}`,
  );
  return sql.join(branches, sql` `);
}
