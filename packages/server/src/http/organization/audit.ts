import { invalidField } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { isUuid, one, rows } from '../../db/database.ts';
import {
  type Asked,
  type Engine,
  isWholeOrgAdmin,
  shownDetail,
  visibleItems,
  visibleOperations,
  wholeOperations,
} from '../../engine/index.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { nextCursor, pageOf, pageQuery, readCursor } from '../every-request/paging.ts';
import { read } from '../every-request/route.ts';

const entry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    action: z
      .string()
      .describe(
        'What a person did to an operation; insert, update, delete of a record; or what became of a sign-in: sign_in, sign_in_failed, sign_in_locked, sign_out, sessions_ended, password_forgotten, link_made, link_mailed, link_used, password_set, account_linked',
      ),
    operation_id: z.string().nullable(),
    actor: z.object({
      account_id: z.string().nullable(),
      user_id: z.string().nullable(),
      role: z.string().nullable(),
      name: z.string().nullable(),
    }),
    subject_id: z.string().nullable().describe('The person whose sign-in it is about'),
    ip: z.string().nullable().describe('Where the request came from'),
    user_agent: z.string().nullable(),
    entity: z.string().nullable(),
    entity_id: z.string().nullable(),
    before: z.unknown().describe('Null for what was inserted and for what is no record'),
    after: z.unknown(),
    detail: z.unknown(),
  })
  .meta({ id: 'AuditEntry' });
const hidden = z
  .int()
  .describe('How many more belong on this page, of people and records beyond the reach of the caller');
const auditQuery = z.object({
  ...pageQuery,
  entity: z.string().optional().describe('Only changes of such records, for example user'),
  entity_id: z.string().optional().describe('Only changes of this record'),
  operation_id: z.string().optional(),
  subject_id: z.string().optional().describe('Only what is about the sign-ins, links and passwords of this person'),
  order: z.enum(['asc', 'desc']).default('asc'),
});
type AuditQuery = z.infer<typeof auditQuery>;

const event = z
  .object({
    id: z.string(),
    name: z.string(),
    operation_id: z.string().nullable(),
    actor_id: z.string().nullable(),
    schema_version: z.int(),
    payload: z.unknown(),
    occurred_at: z.iso.datetime(),
  })
  .meta({ id: 'Event' });

export function auditRoutes(app: App, context: HttpContext): void {
  const tags = ['Audit'];
  app.get(
    '/api/audit',
    {
      config: { roles: ADMINS },
      schema: {
        tags,
        summary: 'What was done to operations, what operations did to records, and sign-ins, in order of time',
        querystring: auditQuery,
        response: { 200: z.object({ items: z.array(entry), next_cursor: nextCursor, hidden }), ...refusals },
      },
    },
    async (request) => {
      const page = await read(context, request, async (asked) => listAudit(asked, request.query));
      return { ...page, items: page.items.map(viewEntry) };
    },
  );
  app.get(
    '/api/events',
    {
      config: { roles: ADMINS },
      schema: {
        tags,
        summary: 'Events in the order in which they happened',
        querystring: z.object({ ...pageQuery, operation_id: z.string().optional() }),
        response: { 200: z.object({ items: z.array(event), next_cursor: nextCursor, hidden }), ...refusals },
      },
    },
    async (request) => {
      const { cursor, limit, operation_id: operationId } = request.query;
      const page = await read(context, request, async (asked) =>
        listEvents(asked, { cursor, operationId: uuidOf('operation_id', operationId), limit }),
      );
      return { ...page, items: page.items.map((row) => ({ ...row, occurred_at: row.occurred_at.toISOString() })) };
    },
  );
}

interface EntryRow {
  readonly id: string;
  readonly at: Date;
  /** With microseconds, which a Date has not. */
  readonly at_exact: string;
  readonly action: string;
  readonly operation_id: string | null;
  readonly account_id: string | null;
  readonly user_id: string | null;
  readonly role: string | null;
  readonly name: string | null;
  readonly subject_id: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly entity: string | null;
  readonly entity_id: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly detail: unknown;
}

/** Entries in order of time; with `entity` or `entity_id` the changes of records alone, with `subject_id` sign-ins alone. */
async function listAudit(asked: Asked, query: AuditQuery): Promise<Page<EntryRow>> {
  const { tx, engine, actor } = asked;
  const entityId = uuidOf('entity_id', query.entity_id);
  const operationId = uuidOf('operation_id', query.operation_id);
  const subjectId = uuidOf('subject_id', query.subject_id);
  const isOfRecords = query.entity !== undefined || entityId !== null;
  const isDescending = query.order === 'desc';
  const parts = [
    ...(isOfRecords ? [] : [writtenEntries(tx.orgId, engine, actor, { operationId, subjectId })]),
    ...(subjectId !== null && !isOfRecords
      ? []
      : [changeEntries(tx.orgId, engine, actor, { operationId, entityId, entity: query.entity ?? null })]),
  ];
  const entries = sql`(${sql.join(parts, sql` union all `)}) entries`;
  const beyond = (cursor: string): RawBuilder<unknown> => {
    const [at, id] = readCursor(cursor, ['moment', 'text']) ?? [];
    return sql`(entries.at, entries.id) ${isDescending ? sql`<` : sql`>`} (${at}::timestamptz, ${id}::text)`;
  };
  const found = await rows(
    tx,
    sql<EntryRow>`
    select entries.*, entries.at::text as at_exact, u.display_name as name
    from ${entries}
    left join users u on u.org_id = ${tx.orgId} and u.id = entries.user_id
    where not entries.is_hidden and ${query.cursor === undefined ? sql`true` : beyond(query.cursor)}
    order by entries.at ${isDescending ? sql`desc` : sql`asc`}, entries.id ${isDescending ? sql`desc` : sql`asc`}
    limit ${query.limit + 1}`,
  );
  const page = pageOf(found, query.limit, (row) => [row.at_exact, row.id]);
  return { ...page, hidden: await countHidden(asked, entries, sql`entries.is_hidden`, [query.cursor, page], beyond) };
}

type Page<Row> = ReturnType<typeof pageOf<Row>> & { hidden: number };

/** What is left out between the end of the page before and the end of this one; nothing is for who sees all. */
async function countHidden(
  { tx, engine, actor }: Asked,
  from: RawBuilder<unknown>,
  isLeftOut: RawBuilder<unknown>,
  [cursor, page]: [string | undefined, { next_cursor: string | null }],
  beyond: (cursor: string) => RawBuilder<unknown>,
): Promise<number> {
  if (visibleItems(engine, actor) === null) return 0;
  const { count } = await one(
    tx,
    sql<{ count: number }>`
    select count(*) as count from ${from} where ${isLeftOut} and ${cursor === undefined ? sql`true` : beyond(cursor)}
      and not ${page.next_cursor === null ? sql`false` : beyond(page.next_cursor)}`,
  );
  return count;
}

/** Whether a row about item `i` is not for the actor to see. */
function isHidden(engine: Engine, actor: Actor): RawBuilder<unknown> {
  const visible = visibleItems(engine, actor);
  return visible === null ? sql`false` : sql`(${visible} is not true)`;
}

/** What stands in the audit itself. Sign-ins are seen by who may change the person, and by the person. */
function writtenEntries(
  orgId: string,
  engine: Engine,
  actor: Actor,
  of: { operationId: string | null; subjectId: string | null },
): RawBuilder<unknown> {
  const scope = engine.authority.scopeOf(actor);
  const visible =
    isWholeOrgAdmin(actor) || scope === null
      ? sql`true`
      : sql`(a.subject_user in (${scope}) or a.subject_user = ${actor.userId}::uuid
          or exists (select from operations o where o.org_id = ${orgId} and o.id = a.operation_id and ${visibleOperations(engine, actor)}))`;
  return sql`
    select a.id::text as id, a.at, a.action, a.operation_id, a.actor_account as account_id, a.actor_user as user_id,
      a.actor_role as role, a.subject_user as subject_id, a.ip, a.user_agent,
      null::text as entity, null::uuid as entity_id, null::jsonb as before, null::jsonb as after,
      ${shownDetail(engine, actor)} as detail, false as is_hidden
    from audit a
    where a.org_id = ${orgId} and ${visible} and ${of.operationId === null ? sql`true` : sql`a.operation_id = ${of.operationId}`}
      and ${of.subjectId === null ? sql`true` : sql`a.subject_user = ${of.subjectId}`}`;
}

/** Changes hold once their item is done. */
function changeEntries(
  orgId: string,
  engine: Engine,
  actor: Actor,
  of: { operationId: string | null; entityId: string | null; entity: string | null },
): RawBuilder<unknown> {
  return sql`
    select c.operation_id || '.' || c.item_no || '.' || c.entity_id as id, i.processed_at as at, c.action, c.operation_id,
      coalesce(o.confirmed_by_account, o.created_by_account) as account_id, o.created_by_user as user_id,
      null::text as role, null::uuid as subject_id, null::text as ip, null::text as user_agent, c.entity, c.entity_id, c.before, c.after, null::jsonb as detail,
      ${isHidden(engine, actor)} as is_hidden
    from changes c
    join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
    join operations o on o.org_id = ${orgId} and o.id = c.operation_id
    where c.org_id = ${orgId} and i.status = 'success' and i.processed_at is not null and ${visibleOperations(engine, actor)}
      and ${of.operationId === null ? sql`true` : sql`c.operation_id = ${of.operationId}`}
      and ${of.entityId === null ? sql`true` : sql`c.entity_id = ${of.entityId}`}
      and ${of.entity === null ? sql`true` : sql`c.entity = ${of.entity}`}`;
}

function viewEntry(row: EntryRow): z.infer<typeof entry> {
  const { account_id, user_id, role, name } = row;
  return { ...row, at: row.at.toISOString(), actor: { account_id, user_id, role, name } };
}

interface EventRow {
  readonly id: string;
  readonly name: string;
  readonly operation_id: string | null;
  readonly actor_id: string | null;
  readonly schema_version: number;
  readonly payload: unknown;
  readonly occurred_at: Date;
}

async function listEvents(
  asked: Asked,
  of: { cursor: string | undefined; operationId: string | null; limit: number },
): Promise<Page<EventRow>> {
  const { tx, engine, actor } = asked;
  const visible = isWholeOrgAdmin(actor)
    ? sql`true`
    : sql`exists (select from operations o where o.org_id = ${tx.orgId} and o.id = e.operation_id and ${visibleOperations(engine, actor)})`;
  const events = sql`(
    select e.* from events e where e.org_id = ${tx.orgId} and ${visible}
      and ${of.operationId === null ? sql`true` : sql`e.operation_id = ${of.operationId}`}) e`;
  const beyond = (cursor: string): RawBuilder<unknown> =>
    sql`e.id > ${uuidOf('cursor', readCursor(cursor, ['id'])?.[0])}::uuid`;
  const isLeftOut = sql`(e.payload ? 'item_no' and exists (
    select from operation_items i where i.org_id = ${tx.orgId} and i.operation_id = e.operation_id
      and i.item_no = (e.payload ->> 'item_no')::int and ${isHidden(engine, actor)}))`;
  const whole = wholeOperations(engine, actor);
  // What went wrong is told in the words of the database, which may hold values of anybody.
  const payload =
    whole === null
      ? sql`e.payload`
      : sql`case when exists (
          select from operations o where o.org_id = ${tx.orgId} and o.id = e.operation_id and ${whole}) then e.payload else e.payload - 'reason' end`;
  const found = await rows(
    tx,
    sql<EventRow>`
    select e.id, e.name, e.operation_id, e.actor_id, e.schema_version, ${payload} as payload, e.occurred_at
    from ${events}
    where ${of.cursor === undefined ? sql`true` : beyond(of.cursor)}
      and ${isWholeOrgAdmin(actor) ? sql`true` : sql`not ${isLeftOut}`}
    order by e.id limit ${of.limit + 1}`,
  );
  const page = pageOf(found, of.limit, (row) => [row.id]);
  return { ...page, hidden: await countHidden(asked, events, isLeftOut, [of.cursor, page], beyond) };
}

function uuidOf(field: string, text: string | null | undefined): string | null {
  if (text == null) return null;
  if (!isUuid(text.toLowerCase())) throw invalidField(field, 'give an id');
  return text.toLowerCase();
}
