/** Who would suit a student as an instructor, and why. */
import { z } from 'zod';
import { listCandidates, type Candidate, type Needs } from '../../school/mentors/candidates.ts';
import { ADMINS, type App, type HttpContext } from '../every-request/context.ts';
import { calledBy, tags } from '../every-request/envelope.ts';
import { refusals } from '../every-request/errors.ts';
import { read } from '../every-request/route.ts';
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

export function candidateRoutes(app: App, context: HttpContext): void {
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
      const { limit, ...needs } = request.query;
      const found = await read(context, request, ({ tx, actor }) =>
        listCandidates(tx, actor, request.params.id, needs, limit),
      );
      return { success: true as const, count: found.length, data: found.map((row) => view(row, needs)) };
    },
  );
}

function view(row: Candidate, needs: Needs) {
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
