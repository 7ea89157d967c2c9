/** Students whom the caller may select. */
import { PEOPLE_MAX, USER_STATUSES } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, one, rows, type OrgTransaction } from '../../../db/database.ts';
import {
  selectionCondition,
  selectionSchema,
  targetIds,
  type Selection,
  type Target,
} from '../../../school/people/targets.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
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

export function rosterRoutes(app: App, { database }: HttpContext): void {
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
      const actor = await actorOf(request);
      const { teacher, class: classId, unit, page, ...rest } = request.query;
      const selection: Selection = { ...rest, teacher_id: teacher, class_id: classId, unit_id: unit };
      return inOrg(database, actor.orgId, async (tx) => {
        const found = await listRoster(tx, actor, selection, page);
        await noteAccess(tx, actor, { purpose: 'roster', rows: found.total, operationId: null });
        return found;
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
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, async (tx) => {
        const counted = await countRoster(tx, actor, request.body);
        await noteAccess(tx, actor, { purpose: 'count', rows: counted.count, operationId: null });
        return counted;
      });
    },
  );
}

async function listRoster(
  tx: OrgTransaction,
  actor: Actor,
  selection: Selection,
  page: number,
): Promise<z.infer<typeof rosterPage>> {
  const condition = selectionCondition(actor, selection);
  const { total } = await one(tx, sql<{ total: number }>`select count(*) as total from users u where ${condition}`);
  const items = await rows(
    tx,
    sql<z.infer<typeof rosterStudent>>`
    with page as materialized (
      select u.* from users u where ${condition}
      order by u.family_name, u.given_name, u.id limit ${PAGE_STUDENTS} offset ${(page - 1) * PAGE_STUDENTS})
    select u.id as student_id, u.display_name as name, u.username, u.grade_level, u.status, u.unit_id, u.primary_teacher_id as teacher_id,
      coalesce((select jsonb_agg(jsonb_build_object('class_id', c.id, 'name', c.name) order by c.name)
        from classroom_students s join classrooms c on c.org_id = ${tx.orgId} and c.id = s.classroom_id
        where s.org_id = ${tx.orgId} and s.student_id = u.id), '[]') as classes
    from page u order by u.family_name, u.given_name, u.id`,
  );
  return { items, total, page, pages: Math.max(1, Math.ceil(total / PAGE_STUDENTS)), limit: PEOPLE_MAX[actor.role] };
}

async function countRoster(tx: OrgTransaction, actor: Actor, target: Target): Promise<z.infer<typeof rosterCount>> {
  const { count } = await one(
    tx,
    sql<{ count: number }>`select count(*) as count from (${targetIds(actor, target)}) meant`,
  );
  const { restricted } = await one(
    tx,
    sql<{ restricted: number }>`
    select count(*) as restricted from users u where ${selectionCondition(actor, target.selection ?? {}, { restricted: true })}
      and ${target.selection !== undefined}`,
  );
  return { count, limit: PEOPLE_MAX[actor.role], restricted };
}
