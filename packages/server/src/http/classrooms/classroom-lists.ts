/** The roster and the homeroom teachers of a classroom. */
import { invalidField } from '@muster/contract';
import { z } from 'zod';
import type { Asker } from '../../engine/index.ts';
import { FACULTY, idListSchema, ROSTER, type Membership } from '../../school/classrooms/members.ts';
import { listMemberIds, listMembers, versionOf } from '../../school/classrooms/people-in.ts';
import { ADMINS, STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read } from '../every-request/route.ts';
import { changed, idParams, idsToRemove, mode, versionedList, versionedOutcome } from './member-shapes.ts';
import { runOne } from './run-one.ts';
import { wordsOf } from './warning-words.ts';

interface ClassroomList {
  readonly path: string;
  readonly field: 'student_ids' | 'teacher_ids';
  readonly kind: string;
  readonly membership: Membership;
  readonly words: string;
}

const LISTS: readonly ClassroomList[] = [
  {
    path: '/api/classrooms/:id/students',
    field: 'student_ids',
    kind: 'roster_set',
    membership: ROSTER,
    words: 'roster',
  },
  {
    path: '/api/classrooms/:id/teachers',
    field: 'teacher_ids',
    kind: 'faculty_set',
    membership: FACULTY,
    words: 'homeroom teachers',
  },
];

const version = z.int().min(1).optional().describe('Of the classroom this was decided on; also as If-Match');
const tags = ['classrooms'];
const write = { roles: ADMINS };

export function classroomListRoutes(app: App, context: HttpContext): void {
  for (const list of LISTS) {
    readingRoute(app, context, list);
    changingRoute(app, context, list);
    removingRoute(app, context, list);
  }
}

function readingRoute(app: App, context: HttpContext, { path, membership, words }: ClassroomList): void {
  app.get(
    path,
    {
      config: { roles: STAFF },
      schema: {
        tags,
        summary: `The ${words} of a classroom`,
        params: idParams,
        response: { 200: versionedList, ...refusals },
      },
    },
    async (request, reply) => {
      const found = await read(context, request, async ({ tx }) => ({
        data: await listMembers(tx, membership, request.params.id),
        version: await versionOf(tx, request.params.id),
      }));
      reply.header('etag', `"${String(found.version)}"`);
      return { success: true as const, count: found.data.length, ...found };
    },
  );
}

function changingRoute(app: App, context: HttpContext, list: ClassroomList): void {
  const { path, field, words } = list;
  const body = z.strictObject({ [field]: idListSchema, mode, version });
  app.post(
    path,
    {
      config: write,
      schema: {
        tags,
        summary: `Set or add ${words}`,
        params: idParams,
        body,
        response: { 200: versionedOutcome, ...refusals },
      },
    },
    async (request) => {
      const given = { ids: idListSchema.parse(request.body[field]), mode: mode.parse(request.body['mode']) };
      const known = version.parse(request.body['version']) ?? versionIn(request.headers['if-match']);
      return change(asker(context, request), list, request.params.id, { ...given, version: known });
    },
  );
}

function removingRoute(app: App, context: HttpContext, list: ClassroomList): void {
  const { path, field, words } = list;
  app.delete(
    path,
    {
      config: write,
      schema: {
        tags,
        summary: `Remove from the ${words}`,
        params: idParams,
        body: z
          .strictObject({ [field]: idListSchema, version })
          .partial()
          .optional(),
        querystring: z.strictObject({ [field]: z.string().optional().describe('The same, separated by commas') }),
        response: { 200: versionedOutcome, ...refusals },
      },
    },
    async (request) => {
      const ids = idsToRemove(field, request.body?.[field], request.query[field]);
      const known = version.parse(request.body?.['version']) ?? versionIn(request.headers['if-match']);
      return change(asker(context, request), list, request.params.id, { ids, mode: 'remove', version: known });
    },
  );
}

interface Given {
  readonly ids: readonly string[];
  readonly mode: 'set' | 'add' | 'remove';
  readonly version: number | undefined;
}

async function change(
  by: Asker,
  { field, kind, membership, words }: ClassroomList,
  classroomId: string,
  { ids, ...rest }: Given,
): Promise<z.infer<typeof versionedOutcome>> {
  const id = classroomId.toLowerCase();
  const params = { classroom_id: id, [field]: ids, ...rest };
  return runOne(by, { kind, name: `Change ${words}`, params }, async (tx, item, { id: operationId }) => ({
    success: true as const,
    ids: await listMemberIds(tx, membership, id),
    ...changed.parse(item.input),
    warnings: wordsOf(item.warnings),
    operation_id: operationId,
    version: await versionOf(tx, id),
  }));
}

function versionIn(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const found = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header.trim())?.[1];
  if (found === undefined) throw invalidField('If-Match', 'give the version of the classroom');
  return Number(found);
}
