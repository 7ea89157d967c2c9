import { z } from 'zod';
import type { ItemView } from '../../../engine/report.ts';
import { countLearners } from '../../../school/learners/learners.ts';
import {
  assertSomebody,
  deassignParams,
  removedFrom,
  type DeassignParams,
} from '../../../school/learners/parameters.ts';
import { ADMINS, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import {
  answerShape,
  askerIn,
  LEARNERS_PATH,
  pairFacts,
  pairShape,
  summarize,
  summaryShape,
  tags,
  viewPair,
  workLearners,
  type Worked,
} from './learner-operation.ts';

const body = deassignParams.extend({ institute_id: z.string() }).meta({ id: 'BulkDeassignRequest' });

const result = pairShape.extend({
  user_id: z.string(),
  action_taken: z.enum(['SOFT_CANCELED', 'HARD_TERMINATED', 'NONE']),
  user_plan_id: z.string().optional(),
  affected_package_session_ids: z
    .array(z.string())
    .optional()
    .describe('Other package sessions that end with the plan, beside those of the request.'),
});
type Result = z.infer<typeof result>;

const answer = answerShape(summaryShape, result).meta({ id: 'BulkDeassignResponse' });

/** What the kind took down for a pair. */
const facts = pairFacts.extend({
  user_id: z.string(),
  user_plan_id: z.string().nullish(),
  access_until_day: z.string().optional(),
  affected: z.array(z.string()).nullish(),
});

export function deassignRoutes(app: App, context: HttpContext): void {
  app.post(
    `${LEARNERS_PATH}/deassign`,
    {
      config: { roles: ADMINS },
      schema: {
        tags,
        summary: 'Remove learners from package sessions, or see what that would do',
        body,
        response: { 200: answer, 202: answer, ...refusals },
      },
    },
    async (request, reply) => {
      const given = request.body;
      const by = askerIn(context, request, given.institute_id);
      assertSomebody(given, 'user_ids or user_filter');
      const learners = await countLearners(by.engine.database, by.actor, given);
      const worked = await workLearners(by, {
        kind: 'unenroll',
        name: 'Remove learners',
        params: given,
        dryRun: given.options.dry_run,
        pairs: removedFrom(given).length * learners,
      });
      return reply.code(worked.items === null ? 202 : 200).send(view(worked, given.options));
    },
  );
}

function view(worked: Worked, options: DeassignParams['options']): z.infer<typeof answer> {
  const results = (worked.items ?? []).map((item) => viewRemoval(item, options));
  return {
    dry_run: options.dry_run,
    operation_id: worked.operationId,
    summary: summarize(worked.pairs, results),
    results,
  };
}

function viewRemoval(item: ItemView, options: DeassignParams['options']): Result {
  const held = facts.parse(item.input);
  const would = options.dry_run ? wouldWords(options, held.access_until_day ?? '') : null;
  const pair = viewPair(item, held, would);
  const always = { ...pair, user_id: held.user_id };
  if (pair.status !== 'SUCCESS') return { ...always, action_taken: 'NONE' };
  return {
    ...always,
    action_taken: options.mode === 'HARD' ? 'HARD_TERMINATED' : 'SOFT_CANCELED',
    ...(held.user_plan_id == null ? {} : { user_plan_id: held.user_plan_id }),
    ...(held.affected == null ? {} : { affected_package_session_ids: held.affected }),
  };
}

function wouldWords({ mode }: DeassignParams['options'], until: string): string {
  return mode === 'HARD' ? 'Would terminate immediately' : `Would cancel; access until ${until}`;
}
