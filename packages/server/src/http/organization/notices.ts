/** Messages of the outbox for administrators: what waits, what was delivered, and what could not be. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { isUuid, rows, type OrgTransaction } from '../../db/database.ts';
import { writeAudit, type Asked } from '../../engine/index.ts';
import { scopeOf } from '../../school/people/scope.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { nextCursor, pageOf, pageQuery, readCursor } from '../every-request/paging.ts';
import { read, write } from '../every-request/route.ts';

const STATUSES = ['waiting', 'delivered', 'failed', 'dropped'] as const;

const notice = z
  .object({
    id: z.string(),
    topic: z.string().describe('For example enrollment.created'),
    status: z.enum(STATUSES).describe('`dropped`: nobody needed to be told; `failed`: it is not tried again by itself'),
    recipient: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }).nullable(),
    operation_id: z.string().nullable(),
    attempts: z.int(),
    last_error: z.string().nullable().describe('Why it was not delivered, or was dropped'),
    created_at: z.iso.datetime(),
    next_attempt_at: z.iso.datetime().nullable().describe('Of messages that wait'),
    delivered_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Notice' });
type Notice = z.infer<typeof notice>;

const noticeList = z.object({
  items: z.array(notice),
  next_cursor: nextCursor,
  sends_mail: z.boolean().describe('Whether a mail server is set; without one messages wait'),
});
const listQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(STATUSES).optional(),
  operation_id: z.uuid().optional(),
});

export function noticeRoutes(app: App, context: HttpContext): void {
  const tags = ['Notices'];
  const config = { roles: ADMINS };
  app.get(
    '/api/notices',
    {
      config,
      schema: {
        tags,
        summary: 'Messages to people, last written first',
        querystring: listQuery,
        response: { 200: noticeList, ...refusals },
      },
    },
    async (request) => {
      const found = await read(context, request, ({ tx, actor }) => listNotices(tx, actor, request.query));
      const page = pageOf(found, request.query.limit, (row) => [row.created_exact, row.id]);
      const sendsMail = context.settings.sendsMail ?? false;
      return { ...page, items: page.items.map(viewNotice), sends_mail: sendsMail };
    },
  );
  app.post(
    '/api/notices/:id/retry',
    {
      config,
      schema: {
        tags,
        summary: 'Try to deliver a failed message again',
        params: z.object({ id: z.string() }),
        response: { 200: notice, ...refusals },
      },
    },
    async (request) => write(context, request, (asked) => retry(asked, request.params.id.toLowerCase())),
  );
}

interface NoticeRow extends Omit<Notice, 'created_at' | 'next_attempt_at' | 'delivered_at'> {
  readonly created_at: Date;
  /** With microseconds, which a Date has not. */
  readonly created_exact: string;
  readonly next_attempt_at: Date;
  readonly delivered_at: Date | null;
}

async function listNotices(tx: OrgTransaction, actor: Actor, query: z.infer<typeof listQuery>): Promise<NoticeRow[]> {
  const { cursor, status, operation_id: operationId, limit } = query;
  const [before, beforeId] = readCursor(cursor, ['moment', 'id']) ?? [];
  return rows(
    tx,
    sql<NoticeRow>`
    ${noticesOf(actor)}
      and ${status === undefined ? sql`true` : sql`m.status = ${status}`}
      and ${operationId === undefined ? sql`true` : sql`m.operation_id = ${operationId}`}
      and ${before === undefined ? sql`true` : sql`(m.created_at, m.id) < (${before}::timestamptz, ${beforeId}::uuid)`}
    order by m.created_at desc, m.id desc limit ${limit + 1}`,
  );
}

/** Those that the actor may see: a teacher_admin those to people of own units. */
function noticesOf(actor: Actor): RawBuilder<unknown> {
  const scope = scopeOf(actor);
  return sql`
    select m.id, m.topic, m.status, m.operation_id, m.attempts, m.last_error, m.created_at, m.created_at::text as created_exact,
      m.next_attempt_at, m.delivered_at,
      case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.display_name, 'email', u.email) end as recipient
    from outbox m left join users u on u.org_id = ${actor.orgId} and u.id = m.recipient_id
    where m.org_id = ${actor.orgId} and ${scope === null ? sql`true` : sql`m.recipient_id in (${scope})`}`;
}

/** @throws Problem `conflict` for a message that has not failed. */
async function retry({ tx, actor, engine }: Asked, id: string): Promise<Notice> {
  if (!isUuid(id)) throw new Problem('not_found');
  const find = async (): Promise<NoticeRow> => {
    const [found] = await rows(tx, sql<NoticeRow>`${noticesOf(actor)} and m.id = ${id}`);
    if (found === undefined) throw new Problem('not_found');
    return found;
  };
  const { status } = await find();
  const retried = await rows(
    tx,
    sql`
    update outbox set status = 'waiting', attempts = 0, next_attempt_at = ${engine.now()}
    where org_id = ${tx.orgId} and id = ${id} and status = 'failed' returning id`,
  );
  if (retried.length === 0) {
    throw new Problem('conflict', {
      message: `The message is ${status}; only one that failed is tried again.`,
      correction: 'Look at its present state.',
    });
  }
  await writeAudit(tx, { action: 'retry_notice', operationId: null, actor, detail: { id } });
  return viewNotice(await find());
}

function viewNotice(row: NoticeRow): Notice {
  const { created_at: createdAt, next_attempt_at: next, delivered_at: delivered, ...rest } = row;
  return {
    ...rest,
    created_at: createdAt.toISOString(),
    next_attempt_at: row.status === 'waiting' ? next.toISOString() : null,
    delivered_at: delivered?.toISOString() ?? null,
  };
}
