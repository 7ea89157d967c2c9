/** The routes of one kind of record: list, one, create, change, remove. A subject says what differs; see subjects.ts. */
import { invalid, Problem, type ProblemError, type Role } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { inOrg, one, rows, type OrgTransaction } from '../../db/database.ts';
import { getEntity, type Entity } from '../../db/entity.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { nextCursor, pageOf, pageQuery, readCursor } from '../every-request/paging.ts';
import {
  assertUnused,
  createRecord,
  edit,
  findBrokenReferences,
  getRow,
  rowSchema,
  viewRow,
  type Row,
} from './records.ts';

export interface Subject {
  readonly path: string;
  /** Where it is listed and created, when that is below another record: `column` then takes the id in the path. */
  readonly under?: { readonly path: string; readonly column: string; readonly entity: string };
  readonly entity: string;
  /** Name of its shape in the API's description. */
  readonly shape: string;
  /** What a client may send. No defaults here: a change must leave alone what it does not name. */
  readonly fields: z.ZodRawShape;
  /** Columns of answers that operations do not write. */
  readonly extra?: z.ZodRawShape;
  /** Text expression on the row `t` by which lists are ordered. */
  readonly order: RawBuilder<string>;
  readonly readers: readonly Role[];
  readonly writers: readonly Role[];
  /** Routes of a single record that another file serves at the same address. */
  readonly elsewhere?: readonly ('read' | 'remove')[];
  /** Condition on the row `t`; whoever does not meet it gets 404. */
  visible?(actor: Actor): RawBuilder<unknown>;
  /** From fields to columns. */
  toValues?(fields: Row, actor: Actor, present: Row | null): Row;
  toView?(row: Row): Row;
  /** What is wrong with the record as it would be. @throws Problem where the actor may not write such a record. */
  check?(tx: OrgTransaction, actor: Actor, after: Row, present: Row | null): Promise<ProblemError[]>;
  /** Entities whose rows are parts of it: they are removed with it. */
  readonly parts?: readonly string[];
  /** Writes the parts that the fields bring: of a new record after it, otherwise before it. @returns columns that follow. */
  writeParts?(context: HttpContext, actor: Actor, id: string, fields: Row, present: Row | null): Promise<Row>;
  readParts?(tx: OrgTransaction, found: readonly Row[]): Promise<readonly Row[]>;
}

const listQuery = z.object({
  ...pageQuery,
  q: z.string().min(1).max(200).optional().describe('Part of the name'),
  count: z.stringbool().default(false).describe('Whether to count all that match'),
});
const idParams = z.object({ id: z.string() });

export function subjectRoutes(app: App, context: HttpContext, subject: Subject): void {
  const entity = getEntity(context.engine.entities, subject.entity);
  const shape = rowSchema(entity, subject.shape, subject.extra);
  const words = subject.entity.replaceAll('_', ' ');
  const tags = [subject.path.replace('/api/', '')];
  const place = subject.under?.path ?? subject.path;
  const params = subject.under === undefined ? z.object({}) : idParams;
  const [read, write] = [{ roles: subject.readers }, { roles: subject.writers }];
  const list = z.object({ items: z.array(shape), next_cursor: nextCursor, total: z.int().optional() });
  app.get(
    place,
    {
      config: read,
      schema: { tags, summary: `List ${words}s`, params, querystring: listQuery, response: { 200: list, ...refusals } },
    },
    async (request) =>
      listRecords(context, subject, await actorOf(request), { ...request.query, parent: parentOf(request.params) }),
  );
  app.post(
    place,
    {
      config: write,
      schema: {
        tags,
        summary: `Create a ${words}`,
        params,
        body: z.strictObject(subject.fields),
        response: { 201: shape, ...refusals },
      },
    },
    async (request, reply) => {
      const created = await create(context, subject, await actorOf(request), request.body, parentOf(request.params));
      return reply.code(201).send(created);
    },
  );
  if (subject.elsewhere?.includes('read') !== true)
    app.get(
      `${subject.path}/:id`,
      {
        config: read,
        schema: { tags, summary: `One ${words}`, params: idParams, response: { 200: shape, ...refusals } },
      },
      async (request) => readRecord(context, subject, await actorOf(request), request.params.id),
    );
  app.patch(
    `${subject.path}/:id`,
    {
      config: write,
      schema: {
        tags,
        summary: `Change a ${words}`,
        params: idParams,
        body: z.strictObject(subject.fields).partial(),
        response: { 200: shape, ...refusals },
      },
    },
    async (request) => change(context, subject, await actorOf(request), request.params.id, request.body),
  );
  if (subject.elsewhere?.includes('remove') !== true)
    app.delete(
      `${subject.path}/:id`,
      {
        config: write,
        schema: {
          tags,
          summary: `Remove a ${words} that nothing depends on`,
          params: idParams,
          response: { 204: z.undefined(), ...refusals },
        },
      },
      async (request, reply) => {
        await remove(context, subject, await actorOf(request), request.params.id);
        return reply.code(204).send();
      },
    );
}

function parentOf(params: Row): string | undefined {
  return typeof params['id'] === 'string' ? params['id'] : undefined;
}

function visibleRows(subject: Subject, actor: Actor): RawBuilder<unknown> {
  return subject.visible?.(actor) ?? sql`true`;
}

async function viewRows(tx: OrgTransaction, subject: Subject, found: readonly Row[]): Promise<Row[]> {
  const whole = (await subject.readParts?.(tx, found)) ?? found;
  return whole.map((row) => viewRow(subject.toView?.(row) ?? row));
}

type ListQuery = z.infer<typeof listQuery> & { readonly parent: string | undefined };

async function listRecords(context: HttpContext, subject: Subject, actor: Actor, query: ListQuery) {
  const entity = getEntity(context.engine.entities, subject.entity);
  const after = readCursor(query.cursor, 2);
  return inOrg(context.database, actor.orgId, async (tx) => {
    const under = await findParent(tx, context, subject, query.parent);
    const pattern = `%${(query.q ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    const matching = sql`
      from ${sql.table(entity.table)} t
      where t.org_id = ${actor.orgId} and ${visibleRows(subject, actor)}
        and ${under === null ? sql`true` : sql`${sql.ref(`t.${under.column}`)} = ${under.id}`}
        and ${query.q === undefined ? sql`true` : sql`lower(${subject.order}) like ${pattern}`}`;
    const beyond = after === null ? sql`true` : sql`(${subject.order}, t.id) > (${after[0]}, ${after[1]}::uuid)`;
    const found = await rows(
      tx,
      sql<Row & { id: string; order_key: string }>`
      select t.*, ${subject.order} as order_key ${matching} and ${beyond} order by ${subject.order}, t.id limit ${query.limit + 1}`,
    );
    const page = pageOf(found, query.limit, (row) => [row.order_key, row.id]);
    const items = await viewRows(tx, subject, page.items);
    if (!query.count) return { ...page, items };
    const { total } = await one(tx, sql<{ total: number }>`select count(*) as total ${matching}`);
    return { ...page, items, total };
  });
}

/** @throws Problem `not_found` for an unknown parent in the path. */
async function findParent(
  tx: OrgTransaction,
  context: HttpContext,
  subject: Subject,
  id: string | undefined,
): Promise<{ column: string; id: string } | null> {
  if (subject.under === undefined || id === undefined) return null;
  await getRow(tx, getEntity(context.engine.entities, subject.under.entity), id, sql`true`);
  return { column: subject.under.column, id: id.toLowerCase() };
}

async function readRecord(context: HttpContext, subject: Subject, actor: Actor, id: string): Promise<Row> {
  const entity = getEntity(context.engine.entities, subject.entity);
  return inOrg(context.database, actor.orgId, async (tx) => {
    const [row] = await viewRows(tx, subject, [await getRow(tx, entity, id, visibleRows(subject, actor))]);
    if (row === undefined) throw new Problem('not_found');
    return row;
  });
}

async function create(
  context: HttpContext,
  subject: Subject,
  actor: Actor,
  fields: Row,
  parent: string | undefined,
): Promise<Row> {
  const values = await inOrg(context.database, actor.orgId, async (tx) => {
    const under = await findParent(tx, context, subject, parent);
    const placed = under === null ? fields : { ...fields, [under.column]: under.id };
    return checkedValues(tx, context, subject, actor, placed, null);
  });
  const id = await createRecord(context, actor, subject.entity, values);
  await subject.writeParts?.(context, actor, id, fields, null);
  return readRecord(context, subject, actor, id);
}

async function change(context: HttpContext, subject: Subject, actor: Actor, id: string, fields: Row): Promise<Row> {
  const entity = getEntity(context.engine.entities, subject.entity);
  const { present, checked } = await inOrg(context.database, actor.orgId, async (tx) => {
    const row = await getRow(tx, entity, id, visibleRows(subject, actor));
    return { present: row, checked: await checkedValues(tx, context, subject, actor, fields, row) };
  });
  const values = { ...checked, ...(await subject.writeParts?.(context, actor, id, fields, present)) };
  if (Object.keys(values).length > 0) {
    await edit(context, actor, subject.entity, [{ action: 'update', id: id.toLowerCase(), values }]);
  }
  return readRecord(context, subject, actor, id);
}

async function checkedValues(
  tx: OrgTransaction,
  context: HttpContext,
  subject: Subject,
  actor: Actor,
  fields: Row,
  present: Row | null,
): Promise<Row> {
  const entity: Entity = getEntity(context.engine.entities, subject.entity);
  const values = subject.toValues?.(fields, actor, present) ?? fields;
  const faults = await findBrokenReferences(tx, context, entity, values);
  const after = { ...present, ...fields, ...values };
  if (faults.length === 0) faults.push(...((await subject.check?.(tx, actor, after, present)) ?? []));
  if (faults.length > 0) throw invalid(faults);
  return values;
}

async function remove(context: HttpContext, subject: Subject, actor: Actor, id: string): Promise<void> {
  const entity = getEntity(context.engine.entities, subject.entity);
  const parts = await inOrg(context.database, actor.orgId, async (tx) => {
    const present = await getRow(tx, entity, id, visibleRows(subject, actor));
    await subject.check?.(tx, actor, present, present);
    return findParts(tx, context, subject, id);
  });
  await assertUnused(context, actor.orgId, entity, id, subject.parts);
  for (const part of parts) {
    await edit(
      context,
      actor,
      part.entity,
      part.ids.map((partId) => ({ action: 'delete', id: partId })),
    );
  }
  await edit(context, actor, subject.entity, [{ action: 'delete', id: id.toLowerCase() }]);
}

async function findParts(
  tx: OrgTransaction,
  context: HttpContext,
  subject: Subject,
  id: string,
): Promise<{ entity: string; ids: string[] }[]> {
  const found: { entity: string; ids: string[] }[] = [];
  for (const name of subject.parts ?? []) {
    const part = getEntity(context.engine.entities, name);
    if (part.partOf === undefined) throw new Problem('internal', { reference: name });
    const ids = await rows(
      tx,
      sql<{ id: string }>`
      select id from ${sql.table(part.table)} where org_id = ${tx.orgId} and ${sql.ref(part.partOf.column)} = ${id}`,
    );
    found.push({ entity: name, ids: ids.map((row) => row.id) });
  }
  return found;
}
