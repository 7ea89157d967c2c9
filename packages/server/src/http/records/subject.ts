/** The routes of one kind of record: list, one, create, change, remove. A subject says what differs; see subjects.ts. */
import { invalid, Problem, type ProblemError, type Role } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import type { OrgTransaction } from '../../db/database.ts';
import { getEntity } from '../../db/entity.ts';
import type { Asked, Asker } from '../../engine/index.ts';
import { createRecord, edit } from '../../operations/edit.ts';
import {
  assertUnused,
  findBrokenReferences,
  findPartIds,
  getRow,
  listRows,
  type Row,
} from '../../school/records/rows.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { nextCursor, pageOf, pageQuery, readCursor } from '../every-request/paging.ts';
import { asker, read, readAs } from '../every-request/route.ts';
import { rowSchema, viewRow } from '../every-request/row-view.ts';

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
  /** What is wrong with the parts that the fields bring: they are written after the record, whose rules do not see them. */
  partFaults?(tx: OrgTransaction, fields: Row): Promise<ProblemError[]>;
  /** Entities whose rows are parts of it: they are removed with it. */
  readonly parts?: readonly string[];
  /** Writes the parts that the fields bring: of a new record after it, otherwise before it. @returns columns that follow. */
  writeParts?(by: Asker, id: string, fields: Row, present: Row | null): Promise<Row>;
  readParts?(tx: OrgTransaction, found: readonly Row[]): Promise<readonly Row[]>;
}

const listQuery = z.strictObject({
  ...pageQuery,
  q: z.string().min(1).max(200).optional().describe('Part of the name'),
  count: z.stringbool().default(false).describe('Whether to count all that match'),
});
const idParams = z.object({ id: z.string() });

export function subjectRoutes(app: App, context: HttpContext, subject: Subject): void {
  const shape = rowSchema(getEntity(context.engine.entities, subject.entity), subject.shape, subject.extra);
  placeRoutes(app, context, subject, shape);
  recordRoutes(app, context, subject, shape);
}

/** Where all of them are listed, and new ones made. */
function placeRoutes(app: App, context: HttpContext, subject: Subject, shape: z.ZodObject): void {
  const { words, tags } = wordsOf(subject);
  const place = subject.under?.path ?? subject.path;
  const params = subject.under === undefined ? z.object({}) : idParams;
  const list = z.object({ items: z.array(shape), next_cursor: nextCursor, total: z.int().optional() });
  app.get(
    place,
    {
      config: { roles: subject.readers },
      schema: { tags, summary: `List ${words}s`, params, querystring: listQuery, response: { 200: list, ...refusals } },
    },
    async (request) =>
      read(context, request, (asked) => listRecords(asked, subject, request.query, parentOf(request.params))),
  );
  app.post(
    place,
    {
      config: { roles: subject.writers },
      schema: {
        tags,
        summary: `Create a ${words}`,
        params,
        body: z.strictObject(subject.fields),
        response: { 201: shape, ...refusals },
      },
    },
    async (request, reply) => {
      const created = await create(asker(context, request), subject, request.body, parentOf(request.params));
      return reply.code(201).send(created);
    },
  );
}

function recordRoutes(app: App, context: HttpContext, subject: Subject, shape: z.ZodObject): void {
  const { words, tags } = wordsOf(subject);
  const path = `${subject.path}/:id`;
  const config = { roles: subject.writers };
  if (subject.elsewhere?.includes('read') !== true)
    app.get(
      path,
      {
        config: { roles: subject.readers },
        schema: { tags, summary: `One ${words}`, params: idParams, response: { 200: shape, ...refusals } },
      },
      async (request) => read(context, request, (asked) => readRecord(asked, subject, request.params.id)),
    );
  app.patch(
    path,
    {
      config,
      schema: {
        tags,
        summary: `Change a ${words}`,
        params: idParams,
        body: z.strictObject(subject.fields).partial(),
        response: { 200: shape, ...refusals },
      },
    },
    async (request) => change(asker(context, request), subject, request.params.id, request.body),
  );
  if (subject.elsewhere?.includes('remove') !== true)
    app.delete(
      path,
      {
        config,
        schema: {
          tags,
          summary: `Remove a ${words} that nothing depends on`,
          params: idParams,
          response: { 204: z.undefined(), ...refusals },
        },
      },
      async (request, reply) => {
        await remove(asker(context, request), subject, request.params.id);
        return reply.code(204).send();
      },
    );
}

function wordsOf(subject: Subject): { words: string; tags: string[] } {
  return { words: subject.entity.replaceAll('_', ' '), tags: [subject.path.replace('/api/', '')] };
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

async function listRecords(
  asked: Asked,
  subject: Subject,
  query: z.infer<typeof listQuery>,
  parent: string | undefined,
) {
  const { tx, engine, actor } = asked;
  const { found, total } = await listRows(tx, getEntity(engine.entities, subject.entity), {
    ...query,
    q: query.q,
    visible: visibleRows(subject, actor),
    under: await findParent(asked, subject, parent),
    order: subject.order,
    after: readCursor(query.cursor, ['text', 'id']),
  });
  const page = pageOf(found, query.limit, (row) => [row.order_key, row.id]);
  const items = await viewRows(tx, subject, page.items);
  return { ...page, items, ...(total === null ? {} : { total }) };
}

/** @throws Problem `not_found` for an unknown parent in the path. */
async function findParent(
  { tx, engine }: Asked,
  subject: Subject,
  id: string | undefined,
): Promise<{ column: string; id: string } | null> {
  if (subject.under === undefined || id === undefined) return null;
  await getRow(tx, getEntity(engine.entities, subject.under.entity), id);
  return { column: subject.under.column, id: id.toLowerCase() };
}

async function findRecord({ tx, engine, actor }: Asked, subject: Subject, id: string): Promise<Row> {
  return getRow(tx, getEntity(engine.entities, subject.entity), id, visibleRows(subject, actor));
}

async function readRecord(asked: Asked, subject: Subject, id: string): Promise<Row> {
  const [row] = await viewRows(asked.tx, subject, [await findRecord(asked, subject, id)]);
  if (row === undefined) throw new Problem('not_found');
  return row;
}

async function create(by: Asker, subject: Subject, fields: Row, parent: string | undefined): Promise<Row> {
  const values = await readAs(by, async (asked) => {
    const under = await findParent(asked, subject, parent);
    const placed = under === null ? fields : { ...fields, [under.column]: under.id };
    return checkedValues(asked, subject, placed, null);
  });
  const id = await createRecord(by, subject.entity, values);
  await subject.writeParts?.(by, id, fields, null);
  return readAs(by, (asked) => readRecord(asked, subject, id));
}

async function change(by: Asker, subject: Subject, id: string, fields: Row): Promise<Row> {
  const { present, checked } = await readAs(by, async (asked) => {
    const row = await findRecord(asked, subject, id);
    return { present: row, checked: await checkedValues(asked, subject, fields, row) };
  });
  const values = { ...checked, ...(await subject.writeParts?.(by, id, fields, present)) };
  if (Object.keys(values).length > 0) {
    await edit(by, subject.entity, [{ action: 'update', id: id.toLowerCase(), values }]);
  }
  return readAs(by, (asked) => readRecord(asked, subject, id));
}

async function checkedValues(asked: Asked, subject: Subject, fields: Row, present: Row | null): Promise<Row> {
  const { tx, engine, actor } = asked;
  const values = subject.toValues?.(fields, actor, present) ?? fields;
  const faults = await findBrokenReferences(tx, engine.entities, getEntity(engine.entities, subject.entity), values);
  if (faults.length === 0) faults.push(...((await subject.partFaults?.(tx, fields)) ?? []));
  if (faults.length > 0) throw invalid(faults);
  return values;
}

async function remove(by: Asker, subject: Subject, id: string): Promise<void> {
  const parts = await readAs(by, async (asked) => {
    const { tx, engine } = asked;
    await findRecord(asked, subject, id);
    await assertUnused(tx, engine.entities, getEntity(engine.entities, subject.entity), id, subject.parts);
    return findParts(asked, subject, id);
  });
  for (const part of parts) {
    await edit(
      by,
      part.entity,
      part.ids.map((partId) => ({ action: 'delete', id: partId })),
    );
  }
  await edit(by, subject.entity, [{ action: 'delete', id: id.toLowerCase() }]);
}

async function findParts({ tx, engine }: Asked, subject: Subject, id: string) {
  const found: { entity: string; ids: string[] }[] = [];
  for (const entity of subject.parts ?? []) {
    found.push({ entity, ids: await findPartIds(tx, getEntity(engine.entities, entity), id) });
  }
  return found;
}
