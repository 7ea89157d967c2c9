/** The students and the teachers of one batch; changing them leaves the classroom and other batches as they are. */
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import { BATCH_TEACHERS, idListSchema } from '../../school/classrooms/members.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, ADMINS, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { changed, idParams, memberList, mode, outcome } from './member-shapes.ts';
import { listMemberIds, listMembers } from './people-in.ts';
import { runOne, type Wanted } from './run-one.ts';
import { wordsOf } from './warning-words.ts';

interface BatchList {
  readonly what: 'students' | 'teachers';
  readonly field: 'student_ids' | 'teacher_ids';
  readonly kind: string;
  readonly listIds: (tx: OrgTransaction, batchId: string) => Promise<string[]>;
}

const LISTS: readonly BatchList[] = [
  { what: 'students', field: 'student_ids', kind: 'batch_students', listIds: listStudentIds },
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
  const read = { roles: STAFF };
  app.get(
    '/api/batches/:id/students',
    {
      config: { ...read, envelope: 'medh' },
      schema: {
        tags,
        summary: 'The students of a batch',
        params: idParams,
        response: { 200: enrolledList, ...refusals },
      },
    },
    async (request) => {
      const { orgId } = await actorOf(request);
      const data = await inOrg(context.database, orgId, (tx) => listStudents(tx, request.params.id));
      return { success: true as const, count: data.length, data };
    },
  );
  app.get(
    '/api/batches/:id/teachers',
    {
      config: read,
      schema: {
        tags,
        summary: 'The teachers of a batch',
        params: idParams,
        response: { 200: memberList, ...refusals },
      },
    },
    async (request) => {
      const { orgId } = await actorOf(request);
      const data = await inOrg(context.database, orgId, (tx) => listMembers(tx, BATCH_TEACHERS, request.params.id));
      return { success: true as const, count: data.length, data };
    },
  );
}

function changingRoutes(app: App, context: HttpContext, list: BatchList): void {
  const { what, field, kind } = list;
  const path = `/api/batches/:id/${what}`;
  const removed = z.strictObject({ [field]: idListSchema.min(1) });
  const run = (actor: Actor, id: string, how: Pick<Wanted, 'kind' | 'params'>) =>
    change(context, actor, list, id.toLowerCase(), how);
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
    async (request) => run(await actorOf(request), request.params.id, { kind, params: request.body }),
  );
  app.post(
    `${path}/remove`,
    {
      config: write,
      schema: { tags, summary: `Remove ${what} of a batch`, params: idParams, body: removed, response: answers },
    },
    async (request) =>
      run(await actorOf(request), request.params.id, { kind, params: { ...request.body, mode: 'remove' } }),
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
    async (request) => run(await actorOf(request), request.params.id, { kind: 'batch_reset', params: { what } }),
  );
}

async function change(
  context: HttpContext,
  actor: Actor,
  { what, listIds }: BatchList,
  batchId: string,
  { kind, params }: Pick<Wanted, 'kind' | 'params'>,
): Promise<z.infer<typeof outcome>> {
  const wanted = { kind, name: `Change ${what} of a batch`, params: { ...params, batch_id: batchId } };
  return runOne(context, actor, wanted, async (tx, item, operation) => ({
    success: true as const,
    ids: await listIds(tx, batchId),
    ...changed.parse(item.input),
    warnings: wordsOf(item.warnings),
    operation_id: operation.id,
  }));
}

async function listStudents(tx: OrgTransaction, batchId: string): Promise<z.infer<typeof enrolled>[]> {
  const found = await rows(
    tx,
    sql<Omit<z.infer<typeof enrolled>, 'enrollment_date'> & { enrolled_at: Date }>`
    select u.id as _id, u.id, u.display_name as full_name, u.email, e.id as enrollment_id, e.enrolled_at, e.status,
      s.id is not null as on_roster
    from enrollments e
    join users u on u.org_id = ${tx.orgId} and u.id = e.student_id
    join batches b on b.org_id = ${tx.orgId} and b.id = e.batch_id
    left join classroom_students s on s.org_id = ${tx.orgId} and s.classroom_id = b.classroom_id and s.student_id = e.student_id
    where e.org_id = ${tx.orgId} and e.batch_id = ${batchId} and e.status = 'active'
    order by u.family_name, u.given_name, u.id`,
  );
  return found.map(({ enrolled_at: at, ...row }) => ({ ...row, enrollment_date: at.toISOString() }));
}

async function listStudentIds(tx: OrgTransaction, batchId: string): Promise<string[]> {
  return (await listStudents(tx, batchId)).map((row) => row.id);
}
