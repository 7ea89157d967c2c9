import { z } from 'zod';
import type { Asker } from '../../../engine/index.ts';
import type { ItemView } from '../../../engine/report.ts';
import { countLearners } from '../../../school/learners/learners.ts';
import { newcomersOf } from '../../../school/learners/new-users.ts';
import { assertSomebody, assignParams, NEW_USERS_MAX, newUserParams } from '../../../school/learners/parameters.ts';
import { LEARNER_STATES } from '../../../school/learners/states.ts';
import { giveAccount } from '../../../tenancy/accounts.ts';
import { assertUncommon } from '../../../tenancy/choose-password.ts';
import { passwordSchema } from '../../../tenancy/password-schema.ts';
import { ADMINS, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { readAs } from '../../every-request/route.ts';
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

const givenUser = newUserParams.extend({
  password: passwordSchema.nullish().describe('Lets the person sign in at once; kept as a hash alone.'),
});
const body = assignParams
  .extend({ institute_id: z.string(), new_users: z.array(givenUser).max(NEW_USERS_MAX).nullish() })
  .meta({ id: 'BulkAssignRequest' });
type Body = z.output<typeof body>;

const result = pairShape.extend({
  user_id: z.string().nullable(),
  action_taken: z.enum(['CREATED', 'RE_ENROLLED', 'NONE']),
  mapping_id: z.string().optional(),
  user_plan_id: z.string().optional(),
  enroll_invite_id_used: z.string().optional(),
});
type Result = z.infer<typeof result>;

const answer = answerShape(summaryShape.extend({ re_enrolled: z.int() }), result).meta({ id: 'BulkAssignResponse' });

/** What the kind took down for a pair. Ids stand there only where it would succeed. */
const facts = pairFacts.extend({
  newcomer: z.int().nullable(),
  former: z.string().nullable(),
  makes_invite: z.boolean().default(false),
  enroll_invite_id: z.string().optional(),
  user_id: z.string().nullish(),
  enrollment_id: z.string().optional(),
  user_plan_id: z.string().optional(),
});
type Pair = ItemView & { readonly facts: z.infer<typeof facts> };

export function assignRoutes(app: App, context: HttpContext): void {
  app.post(
    `${LEARNERS_PATH}/assign`,
    {
      config: { roles: ADMINS },
      schema: {
        tags,
        summary: 'Assign learners to package sessions, or see what that would do',
        body,
        response: { 200: answer, 202: answer, ...refusals },
      },
    },
    async (request, reply) => {
      const by = askerIn(context, request, request.body.institute_id);
      const { dry_run: dryRun } = request.body.options;
      const worked = await assign(by, request.body);
      const pairs = (worked.items ?? []).map(asPair);
      if (!dryRun) await givePasswords(by, request.body, pairs);
      return reply.code(worked.items === null ? 202 : 200).send(view(worked, pairs, dryRun));
    },
  );
}

async function assign(by: Asker, given: Body): Promise<Worked> {
  const params = assignParams.parse(given);
  assertSomebody(params, 'user_ids, new_users or user_filter');
  for (const { password, email, full_name: name } of given.new_users ?? [])
    if (password != null) assertUncommon(password, [email, email?.split('@')[0], name]);
  const newcomers = await readAs(by, ({ tx }) => newcomersOf(tx, by.actor, params.new_users ?? []));
  const learners = await countLearners(by.engine.database, by.actor, params, newcomers);
  return workLearners(by, {
    kind: 'enroll',
    name: 'Assign learners',
    params,
    dryRun: params.options.dry_run,
    pairs: params.assignments.length * learners,
  });
}

/** Passwords are no part of the operation: they are hashed for the people it made, one after the other. */
async function givePasswords(
  { engine: { database }, actor }: Asker,
  { new_users: newUsers }: Body,
  pairs: readonly Pair[],
): Promise<void> {
  for (const [newcomer, userId] of madePeople(pairs)) {
    const { password = null } = newUsers?.[newcomer - 1] ?? {};
    if (password !== null) await giveAccount(database, { orgId: actor.orgId, userId }, password, actor);
  }
}

/** The new users with an account, by their position in the request. */
function madePeople(pairs: readonly Pair[]): Map<number, string> {
  return new Map(
    pairs.flatMap(({ status, facts: { newcomer, user_id: userId } }) =>
      status === 'success' && newcomer !== null && userId != null ? [[newcomer, userId]] : [],
    ),
  );
}

function asPair(item: ItemView): Pair {
  return { ...item, facts: facts.parse(item.input) };
}

function view(worked: Worked, pairs: readonly Pair[], dryRun: boolean): z.infer<typeof answer> {
  const made = madePeople(pairs);
  const results = pairs.map((pair) => viewEnrollment(pair, made, dryRun));
  const reEnrolled = results.filter(({ action_taken: action }) => action === 'RE_ENROLLED').length;
  return {
    dry_run: dryRun,
    operation_id: worked.operationId,
    summary: { ...summarize(worked.pairs, results), re_enrolled: reEnrolled },
    results,
  };
}

function viewEnrollment(pair: Pair, made: ReadonlyMap<number, string>, dryRun: boolean): Result {
  const { newcomer, makes_invite: makesInvite, ...ids } = pair.facts;
  const said = viewPair(pair, pair.facts, wordsOf(pair, dryRun));
  const isDone = said.status === 'SUCCESS' && !dryRun;
  const isKnown = ids.enroll_invite_id !== undefined && !(dryRun && makesInvite);
  return {
    ...said,
    user_id: (newcomer === null ? ids.user_id : made.get(newcomer)) ?? null,
    action_taken: actionTaken(pair, said.status),
    ...(isDone ? { mapping_id: ids.enrollment_id, user_plan_id: ids.user_plan_id } : {}),
    ...(isKnown ? { enroll_invite_id_used: ids.enroll_invite_id } : {}),
  };
}

function actionTaken({ action }: Pair, status: Result['status']): Result['action_taken'] {
  if (status !== 'SUCCESS') return 'NONE';
  return action === 're_enroll' ? 'RE_ENROLLED' : 'CREATED';
}

function wordsOf({ facts: { former, makes_invite: makesInvite } }: Pair, dryRun: boolean) {
  const words = [
    ...(former === null ? [] : [`Re-enrolled from ${spelled(former)} status`]),
    ...(dryRun && makesInvite ? ['A free default invite will be made'] : []),
  ];
  return words.length === 0 ? null : words.join('. ');
}

function spelled(stored: string): string {
  const upper = stored.toUpperCase();
  return LEARNER_STATES.find((state) => state === upper) ?? 'CANCELED';
}
