/** Runs what learner management asks for as an operation: previewed only, within the request, or in the background. */
import { Problem, problemError } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Asked, Asker, Operation } from '../../../engine/index.ts';
import { listItems, type ItemView } from '../../../engine/report.ts';
import { warningWords } from '../../../operations/item-words.ts';
import { countKeyed, planOrRun, planOrRunLater } from '../../../operations/plan-or-run.ts';
import type { HttpContext } from '../../every-request/context.ts';
import { asker } from '../../every-request/route.ts';

/** Up to so many pairs of a learner and a package session are worked in the request and answered in full. */
const PAIRS_IN_REQUEST_MAX = 1_000;
export const LEARNERS_PATH = '/admin-core-service/v3/learner-management';
export const tags = ['Learner management'];

export interface Wanted {
  readonly kind: 'enroll' | 'unenroll';
  readonly name: string;
  readonly params: unknown;
  readonly dryRun: boolean;
  /** How many pairs it comes to. */
  readonly pairs: number;
}

export interface Worked {
  readonly operationId: string;
  readonly pairs: number;
  /** One for each pair; null where they are worked in the background. */
  readonly items: readonly ItemView[] | null;
}

/** A dry run is the same operation, planned and not started: what it shows is what the run would do. */
export async function workLearners(by: Asker, { kind, name, params, dryRun, pairs }: Wanted): Promise<Worked> {
  const wanted = { kind, name, params, source: 'learner_management' };
  if (pairs <= PAIRS_IN_REQUEST_MAX) return planOrRun(by, wanted, dryRun, readPairs);
  const { operation, count } = await planOrRunLater(by, wanted, dryRun, countKeyed);
  return { operationId: operation.id, pairs: count ?? pairs, items: null };
}

/** Items with a key are the pairs; those without are what the pairs share. */
async function readPairs(asked: Asked, operation: Operation): Promise<Worked> {
  const items = await listItems(asked, operation.id, { limit: operation.total_items });
  const pairs = items.filter((item) => item.key !== null);
  return { operationId: operation.id, pairs: pairs.length, items: pairs };
}

/**
 * Who is asking, in the organization that the body names.
 * @throws Problem `forbidden` where it is not one of theirs.
 */
export function askerIn(context: HttpContext, request: FastifyRequest, instituteId: string): Asker {
  const by = asker(context, request);
  const wanted = instituteId.toLowerCase();
  if (by.actor.orgId === wanted) return by;
  const own = request.signIn?.actors.find((one) => one.orgId === wanted);
  if (own === undefined) throw new Problem('forbidden', { field: 'institute_id' });
  return { ...by, actor: own };
}

const PAIR_STATUSES = ['SUCCESS', 'FAILED', 'SKIPPED'] as const;
type PairStatus = (typeof PAIR_STATUSES)[number];

/** What both calls say of a pair. */
export const pairShape = z.object({
  user_email: z.string().nullable(),
  user_name: z.string().nullable(),
  package_session_id: z.string(),
  status: z.enum(PAIR_STATUSES),
  message: z.string().optional(),
  warning: z.string().optional(),
});

/** What both kinds took down for a pair. */
export const pairFacts = z.looseObject({
  named_batch: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
});

/** @param words - For a pair that does not fail and is not skipped, or null. */
export function viewPair(
  item: ItemView,
  { named_batch: packageSessionId, email, name }: z.infer<typeof pairFacts>,
  words: string | null,
): z.infer<typeof pairShape> {
  const message = pairWords(item) ?? words;
  return {
    user_email: email,
    user_name: name,
    package_session_id: packageSessionId,
    status: pairStatus(item),
    ...(message === null ? {} : { message }),
    ...pairWarning(item),
  };
}

/** The answer of both calls. */
export function answerShape<Summary extends z.ZodType, Result extends z.ZodType>(summary: Summary, result: Result) {
  return z.object({
    dry_run: z.boolean(),
    operation_id: z.string(),
    summary,
    results: z.array(result).describe('Empty in the answer 202: read the items of the operation.'),
  });
}

/** What became of a pair, or what would. */
function pairStatus({ status, action }: ItemView): PairStatus {
  if (status === 'failed' || (status === 'pending' && action === 'error')) return 'FAILED';
  return status === 'skipped' || (status === 'pending' && action === 'skip') ? 'SKIPPED' : 'SUCCESS';
}

/** Why a pair failed or is skipped, in words. */
function pairWords(item: ItemView): string | null {
  return item.code === null ? null : problemError(item.code, item.detail ?? {}).message;
}

function pairWarning(item: ItemView): { warning?: string } {
  const [first] = warningWords(item.warnings);
  return first === undefined ? {} : { warning: first.message };
}

export const summaryShape = z.object({
  total_requested: z.int(),
  successful: z.int(),
  failed: z.int(),
  skipped: z.int(),
});

/** @param total - All pairs, also those that are still to be worked. */
export function summarize(total: number, results: readonly { status: PairStatus }[]): z.infer<typeof summaryShape> {
  const count = (wanted: PairStatus): number => results.filter(({ status }) => status === wanted).length;
  return { total_requested: total, successful: count('SUCCESS'), failed: count('FAILED'), skipped: count('SKIPPED') };
}
