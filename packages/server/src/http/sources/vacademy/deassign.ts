import { z } from 'zod';
import type { ItemView } from '../../../engine/report.ts';
import { countLearners } from '../../../school/learners/learners.ts';
import {
  deassignParams,
  removedFrom,
  type DeassignParams,
} from '../../../school/learners/parameters.ts';
import { ADMINS, type App, type HttpContext } from '../../context.ts';
import { refusals } from '../../errors.ts';
import {
  actorIn,
  LEARNERS_PATH,
  PAIR_STATUSES,
  pairStatus,
  pairWarning,
  pairWords,
  summarize,
  summaryShape,
  tags,
  workLearners,
  type Worked,
} from './learner-operation.ts';

const body = deassignParams
  .extend({ institute_id: z.string() })
  .meta({ id: 'BulkDeassignRequest' });

const result = z.object({
  user_id: z.string(),
  user_email: z.string().nullable(),
  user_name: z.string().nullable(),
  package_session_id: z.string(),
  status: z.enum(PAIR_STATUSES),
  action_taken: z.enum(['SOFT_CANCELED', 'HARD_TERMINATED', 'NONE']),
  user_plan_id: z.string().optional(),
  message: z.string().optional(),
  warning: z.string().optional(),
  affected_package_session_ids: z
    .array(z.string())
    .optional()
    .describe('Other package sessions that end with the plan, beside those of the request.'),
});
type Result = z.infer<typeof result>;

const answer = z
  .object({
    dry_run: z.boolean(),
    operation_id: z.string(),
    summary: summaryShape,
    results: z.array(result).describe('Empty in the answer 202: read the items of the operation.'),
  })
  .meta({ id: 'BulkDeassignResponse' });

/** What the kind took down for a pair. */
const facts = z.looseObject({
  named_batch: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
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
      const actor = await actorIn(request, given.institute_id);
      const learners = await countLearners(context.database, actor, given);
      const worked = await workLearners(context, actor, {
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
  const results = (worked.items ?? []).map((item) => viewPair(item, options));
  return {
    dry_run: options.dry_run,
    operation_id: worked.operationId,
    summary: summarize(worked.pairs, results),
    results,
  };
}

function viewPair(item: ItemView, options: DeassignParams['options']): Result {
  const { named_batch: packageSessionId, email, name, user_id, ...held } = facts.parse(item.input);
  const status = pairStatus(item);
  const words = pairWords(item) ?? (options.dry_run ? wouldWords(options, held.access_until_day ?? '') : null);
  return {
    user_id,
    user_email: email,
    user_name: name,
    package_session_id: packageSessionId,
    status,
    action_taken: status !== 'SUCCESS' ? 'NONE' : options.mode === 'HARD' ? 'HARD_TERMINATED' : 'SOFT_CANCELED',
    ...(status === 'SUCCESS' && held.user_plan_id != null ? { user_plan_id: held.user_plan_id } : {}),
    ...(words === null ? {} : { message: words }),
    ...pairWarning(item),
    ...(status === 'SUCCESS' && held.affected != null ? { affected_package_session_ids: held.affected } : {}),
  };
} // prettier-ignore

function wouldWords({ mode }: DeassignParams['options'], until: string): string {
  return mode === 'HARD' ? 'Would terminate immediately' : `Would cancel; access until ${until}`;
}
