/** Reading single records, and writing them: each write is an operation of its own, planned, applied and undoable. */
import { Problem, problemError, type ProblemError } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { inOrg, isUuid, rows, type OrgTransaction } from '../../db/database.ts';
import { getEntity, type ColumnType, type Entity } from '../../db/entity.ts';
import { type ItemResult, runNow } from '../../engine/index.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { HttpContext } from '../every-request/context.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Edit {
  readonly action: 'create' | 'update' | 'delete';
  readonly id?: string | undefined;
  readonly values?: Row;
}

/** @throws Problem of the first edit that failed; those before it are done. */
export async function edit(
  context: HttpContext,
  actor: Actor,
  entity: string,
  edits: readonly Edit[],
): Promise<readonly ItemResult[]> {
  if (edits.length === 0) return [];
  const { items } = await runNow(
    { engine: context.engine, actor },
    {
      kind: 'edit_record',
      name: nameOf(entity, edits),
      params: { entity, edits: edits.map((one) => ({ ...one, label: calledIn(one.values) })) },
    },
  );
  const failed = items.find((item) => item.status === 'failed');
  if (failed !== undefined) throw failureOf(failed);
  return items;
}

const VERBS = { create: 'Create', update: 'Change', delete: 'Delete' } as const;

/** "Create game: Fractions": what a list of operations shows. */
function nameOf(entity: string, edits: readonly Edit[]): string {
  const [first] = edits;
  const what = `${VERBS[first?.action ?? 'update']} ${entity.replaceAll('_', ' ')}`;
  const called = calledIn(first?.values);
  return called === '' ? what : `${what}: ${called}`.slice(0, 200);
}

/** What a person calls the record, where its new values say so. */
function calledIn(values: Row = {}): string {
  const called = values['display_name'] ?? values['title'] ?? values['name'];
  return typeof called === 'string' ? called.slice(0, 200) : '';
}

function failureOf(item: ItemResult): Problem {
  const error = problemError(item.code ?? 'apply_failed', item.detail ?? {});
  return new Problem('conflict', { ...item.detail, message: error.message, correction: error.correction }, [error]);
}

/** @returns the id of the record. */
export async function createRecord(context: HttpContext, actor: Actor, entity: string, values: Row): Promise<string> {
  const [item] = await edit(context, actor, entity, [{ action: 'create', values }]);
  const [id] = item?.entity_ids ?? [];
  if (id === undefined) throw new Error(`Creating a ${entity} gave no id.`);
  return id;
}

/** @param visible - Condition on the row `t`. @throws Problem `not_found`, also for rows that may not be seen. */
export async function getRow(
  tx: OrgTransaction,
  entity: Entity,
  id: string,
  visible: RawBuilder<unknown>,
): Promise<Row> {
  const [row] = isUuid(id.toLowerCase())
    ? await rows(
        tx,
        sql<Row>`select t.* from ${sql.table(entity.table)} t where t.org_id = ${tx.orgId} and t.id = ${id} and ${visible}`,
      )
    : [];
  if (row === undefined) throw new Problem('not_found');
  return row;
}

/** One fault for each value that refers to nothing in the organization. */
export async function findBrokenReferences(
  tx: OrgTransaction,
  context: HttpContext,
  entity: Entity,
  values: Row,
): Promise<ProblemError[]> {
  const faults: ProblemError[] = [];
  for (const [column, target] of Object.entries(entity.references ?? {})) {
    const id = values[column];
    if (id == null) continue;
    const { table } = getEntity(context.engine.entities, target);
    const known = await rows(tx, sql`select from ${sql.table(table)} where org_id = ${tx.orgId} and id = ${id}::uuid`);
    if (known.length > 0) continue;
    faults.push(
      problemError('invalid_value', {
        field: column,
        reason: `there is no ${target.replaceAll('_', ' ')} with this id`,
      }),
    );
  }
  return faults;
}

/**
 * @param parts - Entities whose rows go with it.
 * @throws Problem `still_in_use`, naming what refers to the row and how often.
 */
export async function assertUnused(
  context: HttpContext,
  orgId: string,
  entity: Entity,
  id: string,
  parts: readonly string[] = [],
): Promise<void> {
  const used = await inOrg(context.database, orgId, async (tx) => {
    const found: { entity: string; count: number }[] = [];
    for (const other of context.engine.entities.filter(({ name }) => !parts.includes(name))) {
      const columns = Object.entries(other.references ?? {}).filter(([, target]) => target === entity.name);
      if (columns.length === 0) continue;
      const refers = sql.join(
        columns.map(([column]) => sql`${sql.ref(column)} = ${id}`),
        sql` or `,
      );
      const [counted] = await rows(
        tx,
        sql<{ count: number }>`
        select count(*) as count from ${sql.table(other.table)} where org_id = ${orgId} and (${refers})`,
      );
      if (counted !== undefined && counted.count > 0) found.push({ entity: other.name, count: counted.count });
    }
    return found;
  });
  if (used.length === 0) return;
  const words = used.map(
    ({ entity: name, count }) => `${String(count)} ${name.replaceAll('_', ' ')}${count === 1 ? '' : 's'}`,
  );
  throw new Problem('still_in_use', { used_by: words.join(', '), used });
}

const OF_COLUMN: Readonly<Record<ColumnType, z.ZodType>> = {
  uuid: z.string().nullable(),
  text: z.string().nullable(),
  'text[]': z.array(z.string()).nullable(),
  integer: z.int().nullable(),
  numeric: z.number().nullable(),
  boolean: z.boolean().nullable(),
  date: z.iso.date().nullable(),
  timestamptz: z.iso.datetime().nullable(),
  jsonb: z.unknown(),
};

/** What a record looks like in answers. @param id - Its name in the API's description. */
export function rowSchema(entity: Entity, id: string, extra: z.ZodRawShape = {}): z.ZodObject {
  const columns = Object.fromEntries(Object.entries(entity.columns).map(([name, type]) => [name, OF_COLUMN[type]]));
  const always = { id: z.string(), version: z.int(), created_at: z.iso.datetime(), updated_at: z.iso.datetime() };
  return z.object({ ...always, ...columns, ...extra }).meta({ id });
}

export function viewRow(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}
