/** Who would suit a student as an instructor, and why. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import { goodPractice } from '../../school/batches/good-practice.ts';
import { rankedCandidates, type Candidate } from '../../school/mentors/candidates.ts';
import { isStudent } from '../../school/mentors/fitness.ts';
import { scopeOf } from '../../school/people/scope.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { idParams, listed } from './shapes.ts';

const wanted = z
  .string()
  .max(1_000)
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((word) => word.trim().toLowerCase())
      .filter((word) => word !== ''),
  );
const candidateQuery = z.strictObject({
  skills: wanted.describe('What the student needs, separated by commas; the field of a teacher counts as one'),
  languages: wanted.describe('In which the student is at home'),
  teaching_styles: wanted.describe('What suits the student'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
const mark = z.enum(['match', 'no_match', 'not_asked']);
const matched = z.object({ mark, matched: z.array(z.string()) });
const candidate = z.object({
  _id: z.string(),
  full_name: z.string(),
  email: z.string().nullable(),
  domain: z.string().nullable(),
  score: z.number(),
  criteria: z.object({
    skills: matched,
    availability: z.object({
      mark: z.enum(['free', 'at_bound']),
      batchCount: z.int(),
      individualCount: z.int(),
      totalStudents: z.int(),
      distinctStudents: z.int(),
    }),
    teaching_style: matched,
    languages: matched,
  }),
});

export function candidateRoutes(app: App, { database }: HttpContext): void {
  app.get(
    '/api/students/:id/mentor-candidates',
    {
      config: calledBy(ADMINS),
      schema: {
        tags,
        summary: 'Teachers for a student, the most fitting first, with what speaks for each',
        params: idParams,
        querystring: candidateQuery,
        response: { 200: listed(candidate), ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      return inOrg(database, actor.orgId, (tx) => list(tx, actor, request.params.id, request.query));
    },
  );
}

async function list(tx: OrgTransaction, actor: Actor, id: string, query: z.output<typeof candidateQuery>) {
  const { limit, ...needs } = query;
  const studentId = await getStudentId(tx, actor, id);
  const { settings } = await one(
    tx,
    sql<{ settings: Record<string, unknown> }>`select settings from orgs where id = ${tx.orgId}`,
  );
  const batchesMax = goodPractice(settings).instructor_batches_max;
  const found = await rows(tx, rankedCandidates(tx.orgId, studentId, needs, { batchesMax, limit }));
  return { success: true as const, count: found.length, data: found.map((row) => view(row, needs)) };
}

async function getStudentId(tx: OrgTransaction, actor: Actor, id: string): Promise<string> {
  const scope = scopeOf(actor);
  const [found] = isUuid(id.toLowerCase())
    ? await rows(
        tx,
        sql<{ id: string; label: string; learns: boolean }>`
        select u.id, u.display_name as label, ${isStudent('u')} as learns from users u
        where u.org_id = ${tx.orgId} and u.id = ${id} and ${scope === null ? sql`true` : sql`u.id in (${scope})`}`,
      )
    : [];
  if (found === undefined) throw new Problem('not_found');
  if (!found.learns) throw new Problem('student_role_missing', { label: found.label });
  return found.id;
}

function view(row: Candidate, needs: { skills: string[]; languages: string[]; teaching_styles: string[] }) {
  const judged = (found: string[], asked: readonly string[]): z.infer<typeof matched> => ({
    mark: asked.length === 0 ? 'not_asked' : found.length > 0 ? 'match' : 'no_match',
    matched: found,
  });
  const { _id, full_name, email, domain, score, is_at_bound: isAtBound } = row;
  const { batchCount, individualCount, totalStudents, distinctStudents } = row;
  return {
    _id,
    full_name,
    email,
    domain,
    score,
    criteria: {
      skills: judged(row.skills, needs.skills),
      availability: {
        mark: isAtBound ? ('at_bound' as const) : ('free' as const),
        batchCount,
        individualCount,
        totalStudents,
        distinctStudents,
      },
      teaching_style: judged(row.teaching_styles, needs.teaching_styles),
      languages: judged(row.languages, needs.languages),
    },
  };
}
