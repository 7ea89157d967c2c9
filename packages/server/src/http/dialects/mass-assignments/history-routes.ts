/** What was done, by whom, and how far it is. */
import { timestamp } from '@muster/contract';
import { z } from 'zod';
import { listWhole, type Asked } from '../../../engine/index.ts';
import { listHistory } from '../../../operations/list.ts';
import { listTrail } from '../../../operations/trail.ts';
import { ADMINS, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { read } from '../../every-request/route.ts';
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

export function historyRoutes(app: App, context: HttpContext): void {
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
    async (request) => read(context, request, (asked) => viewHistory(asked, request.query)),
  );

  app.get(
    OPERATION_PATH,
    { schema: ofOperation('Status and progress', { response: { 200: massAssignmentStatus, ...refusals } }) },
    async (request) =>
      read(context, request, async (asked) =>
        viewStatus(asked, await getMassOperation(asked, request.params.operation_id)),
      ),
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
    async (request) =>
      read(context, request, (asked) => viewAudit(asked, request.params.operation_id, request.query.page)),
  );
}

async function viewHistory(asked: Asked, query: HistoryQuery): Promise<z.infer<typeof history>> {
  const { status, type, page, initiated_by: by, ...period } = query;
  const { operations, total } = await listHistory(asked, {
    ...period,
    kinds: type === undefined ? OPERATION_TYPES : [type],
    statuses: status && storedStatuses(status),
    by,
    page,
    size: PAGE_OPERATIONS,
  });
  const whole = await listWhole(asked, operations);
  return {
    items: operations.map((operation) => viewMassAssignment(asked.actor, operation, whole.has(operation.id))),
    ...paging(total, page, PAGE_OPERATIONS),
  };
}

async function viewAudit(asked: Asked, id: string, page: number): Promise<z.infer<typeof auditPage>> {
  const operation = await getMassOperation(asked, id);
  const { entries, total } = await listTrail(asked, operation.id, { page, size: PAGE_ENTRIES });
  return {
    items: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
    ...paging(total, page, PAGE_ENTRIES),
  };
}

function paging(total: number, page: number, size: number): { total: number; page: number; pages: number } {
  return { total, page, pages: Math.max(1, Math.ceil(total / size)) };
}
