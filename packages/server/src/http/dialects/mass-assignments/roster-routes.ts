/** Students whom the caller may select. */
import { PEOPLE_MAX, USER_STATUSES } from '@muster/contract';
import { z } from 'zod';
import { countRoster, listRoster } from '../../../school/people/roster.ts';
import { selectionSchema, type Selection } from '../../../school/people/targets.ts';
import { type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { write } from '../../every-request/route.ts';
import { noteAccess } from './data-access.ts';
import { MASS_PATH, pageNo, tags } from './mass-operation.ts';

const PAGE_STUDENTS = 50;

const rosterQuery = z.strictObject({
  teacher: z.uuid().optional(),
  class: z.uuid().optional(),
  grade_level: z.string().min(1).max(20).optional(),
  status: z.enum(USER_STATUSES).optional().describe('`active` when left out.'),
  unit: z.uuid().optional(),
  q: z.string().min(1).max(200).optional().describe('Part of a name or user name, or an id.'),
  page: pageNo,
});

const rosterStudent = z.object({
  student_id: z.string(),
  name: z.string(),
  username: z.string().nullable(),
  grade_level: z.string().nullable(),
  status: z.enum(USER_STATUSES),
  unit_id: z.string().nullable(),
  teacher_id: z.string().nullable(),
  classes: z.array(z.object({ class_id: z.string(), name: z.string() })),
});
const rosterPage = z.object({
  items: z.array(rosterStudent),
  total: z.int(),
  page: z.int(),
  pages: z.int(),
  limit: z.int().nullable(),
});

const countGiven = z.strictObject({
  student_ids: z.array(z.uuid()).max(100_000).optional(),
  selection: selectionSchema.optional(),
  exclude: z.array(z.uuid()).max(100_000).optional(),
});
const rosterCount = z.object({
  count: z.int(),
  limit: z.int().nullable().describe('How many the caller may change at once; null is no limit.'),
  restricted: z.int().describe('Students with a restriction mark, who are left out.'),
});

export function rosterRoutes(app: App, context: HttpContext): void {
  app.get(
    `${MASS_PATH}/roster`,
    {
      schema: {
        tags,
        summary: 'Students to select from',
        querystring: rosterQuery,
        response: { 200: rosterPage, ...refusals },
      },
    },
    async (request) => {
      const { teacher, class: classId, unit, page, ...rest } = request.query;
      const selection: Selection = { ...rest, teacher_id: teacher, class_id: classId, unit_id: unit };
      return write(context, request, async (asked) => {
        const { students, total } = await listRoster(asked.tx, asked.actor, selection, { page, size: PAGE_STUDENTS });
        await noteAccess(asked, { purpose: 'roster', rows: total, operationId: null });
        const pages = Math.max(1, Math.ceil(total / PAGE_STUDENTS));
        return { items: students, total, page, pages, limit: PEOPLE_MAX[asked.actor.role] };
      });
    },
  );

  app.post(
    `${MASS_PATH}/roster/count`,
    {
      schema: {
        tags,
        summary: 'How many a selection means',
        body: countGiven,
        response: { 200: rosterCount, ...refusals },
      },
    },
    async (request) =>
      write(context, request, async (asked) => {
        const counted = await countRoster(asked.tx, asked.actor, request.body);
        await noteAccess(asked, { purpose: 'count', rows: counted.count, operationId: null });
        return { ...counted, limit: PEOPLE_MAX[asked.actor.role] };
      }),
  );
}
