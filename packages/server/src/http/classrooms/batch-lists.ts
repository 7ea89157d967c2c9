/** The students and the teachers of one batch; changing them leaves the classroom and other batches as they are. */
import { z } from 'zod';
import type { OrgTransaction } from '../../db/database.ts';
import type { Asker } from '../../engine/index.ts';
import { listEnrolled } from '../../school/classrooms/enrolled.ts';
import { BATCH_TEACHERS, idListSchema } from '../../school/classrooms/members.ts';
import { listMemberIds, listMembers } from '../../school/classrooms/people-in.ts';
import { ADMINS, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read } from '../every-request/route.ts';
import { changed, idParams, memberList, mode, outcome } from './member-shapes.ts';
import { runOne, type Wanted } from './run-one.ts';
import { wordsOf } from './warning-words.ts';

interface BatchList {
  readonly what: 'students' | 'teachers';
  readonly field: 'student_ids' | 'teacher_ids';
  readonly kind: string;
  readonly listIds: (tx: OrgTransaction, batchId: string) => Promise<string[]>;
}

const LISTS: readonly BatchList[] = [
  {
    what: 'students',
    field: 'student_ids',
    kind: 'batch_students',
    listIds: async (tx, batchId) => (await listEnrolled(tx, batchId)).map((student) => student.id),
  },
  {
    what: 'teachers',
    field: 'teacher_ids',
    kind: 'batch_teachers',
    listIds: (tx, batchId) => listMemberIds(tx, BATCH_TEACHERS, batchId),
  },
];

const enrolled = z.object({
  _id: z.string(),
  id: z.string(),
  full_name: z.string(),
  email: z.string().nullable(),
  enrollment_id: z.string(),
  enrollment_date: z.iso.datetime(),
  status: z.string(),
  on_roster: z.boolean().describe('Whether the student is on the roster of the classroom'),
});
const enrolledList = z.object({ success: z.literal(true), count: z.int(), data: z.array(enrolled) });
const tags = ['batches'];
const write = { roles: ADMINS };
const answers = { 200: outcome, ...refusals };

export function batchListRoutes(app: App, context: HttpContext): void {
  readingRoutes(app, context);
  for (const list of LISTS) changingRoutes(app, context, list);
}

function readingRoutes(app: App, context: HttpContext): void {
  const config = { roles: STAFF };
  app.get(
    '/api/batches/:id/students',
    {
      config: { ...config, envelope: 'success' },
      schema: {
        tags,
        summary: 'The students of a batch',
        params: idParams,
        response: { 200: enrolledList, ...refusals },
      },
    },
    async (request) => {
      const found = await read(context, request, ({ tx }) => listEnrolled(tx, request.params.id));
      const data = found.map(({ enrolled_at: at, ...row }) => ({
        ...row,
        _id: row.id,
        enrollment_date: at.toISOString(),
      }));
      return { success: true as const, count: data.length, data };
    },
  );
  app.get(
    '/api/batches/:id/teachers',
    {
      config,
      schema: {
        tags,
        summary: 'The teachers of a batch',
        params: idParams,
        response: { 200: memberList, ...refusals },
      },
    },
    async (request) => {
      const data = await read(context, request, ({ tx }) => listMembers(tx, BATCH_TEACHERS, request.params.id));
      return { success: true as const, count: data.length, data };
    },
  );
}

function changingRoutes(app: App, context: HttpContext, list: BatchList): void {
  const { what, field, kind } = list;
  const path = `/api/batches/:id/${what}`;
  const removed = z.strictObject({ [field]: idListSchema });
  const run = (by: Asker, id: string, how: Pick<Wanted, 'kind' | 'params'>) => change(by, list, id.toLowerCase(), how);
  app.post(
    path,
    {
      config: write,
      schema: {
        tags,
        summary: `Set or add ${what} of a batch`,
        params: idParams,
        body: z.strictObject({ [field]: idListSchema, mode }),
        response: answers,
      },
    },
    async (request) => run(asker(context, request), request.params.id, { kind, params: request.body }),
  );
  app.post(
    `${path}/remove`,
    {
      config: write,
      schema: { tags, summary: `Remove ${what} of a batch`, params: idParams, body: removed, response: answers },
    },
    async (request) =>
      run(asker(context, request), request.params.id, { kind, params: { ...request.body, mode: 'remove' } }),
  );
  app.post(
    `${path}/reset`,
    {
      config: write,
      schema: {
        tags,
        summary: `Bring the ${what} of a batch back to those of its classroom`,
        params: idParams,
        body: z.strictObject({}).optional(),
        response: answers,
      },
    },
    async (request) => run(asker(context, request), request.params.id, { kind: 'batch_reset', params: { what } }),
  );
}

async function change(
  by: Asker,
  { what, listIds }: BatchList,
  batchId: string,
  { kind, params }: Pick<Wanted, 'kind' | 'params'>,
): Promise<z.infer<typeof outcome>> {
  const wanted = { kind, name: `Change ${what} of a batch`, params: { ...params, batch_id: batchId } };
  return runOne(by, wanted, async (tx, item, operation) => ({
    success: true as const,
    ids: await listIds(tx, batchId),
    ...changed.parse(item.input),
    warnings: wordsOf(item.warnings),
    operation_id: operation.id,
  }));
}
