/** What was done, by whom, and how far it is. */
import { timestamp } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { inOrg, one, rows, type OrgTransaction } from '../../../db/database.ts';
import { type Asked, type Operation, visibleOperations } from '../../../engine/index.ts';
import { actorOf, ADMINS, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import {
  getMassOperation,
  MASS_PATH,
  ofOperation,
  OPERATION_PATH,
  OPERATION_TYPES,
  pageNo,
  tags,
} from './mass-operation.ts';
import {
  MASS_STATUSES,
  massAssignment,
  massAssignmentStatus,
  storedStatuses,
  viewMassAssignment,
  viewStatus,
} from './status-view.ts';

const PAGE_OPERATIONS = 25;
const PAGE_ENTRIES = 100;

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const historyQuery = z.strictObject({
  status: z.enum(MASS_STATUSES).optional(),
  type: z.enum(OPERATION_TYPES).optional(),
  from: moment.optional().describe('Made at or after this.'),
  to: moment.optional().describe('Made before this; a date counts to its end.'),
  initiated_by: z.uuid().optional(),
  page: pageNo,
});
type HistoryQuery = z.output<typeof historyQuery>;
const history = z.object({ items: z.array(massAssignment), total: z.int(), page: z.int(), pages: z.int() });

const auditEntry = z.object({
  id: z.string(),
  operation_id: z.string(),
  action: z.string(),
  at: timestamp,
  actor: z.string().nullable(),
  actor_name: z.string().nullable(),
  actor_role: z.string(),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
const auditPage = z.object({ items: z.array(auditEntry), total: z.int(), page: z.int(), pages: z.int() });

export function historyRoutes(app: App, { engine, database }: HttpContext): void {
  app.get(
    MASS_PATH,
    {
      schema: {
        tags,
        summary: 'History, newest first',
        querystring: historyQuery,
        response: { 200: history, ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, (tx) => listHistory({ tx, engine, actor }, request.query));
    },
  );

  app.get(
    OPERATION_PATH,
    { schema: ofOperation('Status and progress', { response: { 200: massAssignmentStatus, ...refusals } }) },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, async (tx) =>
        viewStatus(tx, actor, await getMassOperation({ tx, engine, actor }, request.params.operation_id)),
      );
    },
  );

  app.get(
    `${OPERATION_PATH}/audit`,
    {
      config: { roles: ADMINS },
      schema: ofOperation('Who did what to it', {
        querystring: z.strictObject({ page: pageNo }),
        response: { 200: auditPage, ...refusals },
      }),
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, async (tx) => {
        const { id } = await getMassOperation({ tx, engine, actor }, request.params.operation_id);
        return listAudit(tx, id, request.query.page);
      });
    },
  );
}

async function listHistory(asked: Asked, query: HistoryQuery): Promise<z.infer<typeof history>> {
  const { tx, engine, actor } = asked;
  const condition = sql`o.org_id = ${tx.orgId} and ${visibleOperations(engine, actor)} and ${matching(query)}`;
  const { total } = await one(
    tx,
    sql<{ total: number }>`select count(*) as total from operations o where ${condition}`,
  );
  const operations = await rows(
    tx,
    sql<Operation>`
    select o.* from operations o where ${condition}
    order by o.created_at desc, o.id desc limit ${PAGE_OPERATIONS} offset ${(query.page - 1) * PAGE_OPERATIONS}`,
  );
  return {
    items: operations.map((operation) => viewMassAssignment(actor, operation)),
    ...paging(total, query.page, PAGE_OPERATIONS),
  };
}

function matching({ status, type, from, to, initiated_by: by }: HistoryQuery): RawBuilder<unknown> {
  const until = (text: string) => (text.includes('T') ? sql`${text}::timestamptz` : sql`${text}::date + 1`);
  const conditions = [
    sql`o.kind = any(${type === undefined ? [...OPERATION_TYPES] : [type]}::text[])`,
    status === undefined ? null : sql`o.status = any(${storedStatuses(status)}::text[])`,
    from === undefined ? null : sql`o.created_at >= ${from}::timestamptz`,
    to === undefined ? null : sql`o.created_at < ${until(to)}`,
    by === undefined ? null : sql`coalesce(o.created_by_user, o.created_by_account) = ${by}::uuid`,
  ].filter((condition) => condition !== null);
  return sql.join(conditions, sql` and `);
}

/** Entries of the operation, of its undo and of its retries, oldest first. */
async function listAudit(tx: OrgTransaction, id: string, page: number): Promise<z.infer<typeof auditPage>> {
  const related = sql`a.org_id = ${tx.orgId} and (a.operation_id = ${id} or a.operation_id in (
    select o.id from operations o where o.org_id = ${tx.orgId} and (o.undo_of = ${id} or o.retry_of = ${id})))`;
  const { total } = await one(tx, sql<{ total: number }>`select count(*) as total from audit a where ${related}`);
  const items = await rows(
    tx,
    sql<Omit<z.infer<typeof auditEntry>, 'at'> & { at: Date }>`
    select a.id, a.operation_id, a.action, a.at, coalesce(a.actor_user, a.actor_account) as actor, u.display_name as actor_name,
      a.actor_role, a.ip, a.user_agent, a.detail
    from audit a left join users u on u.org_id = ${tx.orgId} and u.id = a.actor_user
    where ${related} order by a.id limit ${PAGE_ENTRIES} offset ${(page - 1) * PAGE_ENTRIES}`,
  );
  return {
    items: items.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
    ...paging(total, page, PAGE_ENTRIES),
  };
}

function paging(total: number, page: number, size: number): { total: number; page: number; pages: number } {
  return { total, page, pages: Math.max(1, Math.ceil(total / size)) };
}
