/** Runs what learner management asks for as an operation: previewed only, within the request, or in the background. */
import { sql } from 'kysely';
import { Problem, problemError } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { inOrg, rows, type OrgTransaction } from '../../../db/database.ts';
import {
  applyIfSmall,
  confirmPlanned,
  draft,
  type NewOperation,
  type Operation,
  planIn,
  runAndRead,
} from '../../../engine/index.ts';
import { listItems, type ItemView } from '../../../engine/report.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import { warningWords } from '../../../operations/item-words.ts';
import { actorOf, type HttpContext } from '../../every-request/context.ts';

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
export async function workLearners(context: HttpContext, actor: Actor, wanted: Wanted): Promise<Worked> {
  const { engine, database } = context;
  if (wanted.pairs > PAIRS_IN_REQUEST_MAX) return workLater(context, actor, wanted);
  const made = asOperation(wanted);
  if (!wanted.dryRun) return runAndRead({ engine, actor }, made, readPairs);
  return inOrg(database, actor.orgId, async (tx) =>
    readPairs(tx, await planIn({ tx, engine, actor }, await draft({ tx, engine, actor }, made))),
  );
}

async function readPairs(tx: OrgTransaction, operation: Operation): Promise<Worked> {
  const items = await listPairs(tx, operation);
  return { operationId: operation.id, pairs: items.length, items };
}

async function workLater({ engine, database }: HttpContext, actor: Actor, wanted: Wanted): Promise<Worked> {
  const { operation, pairs } = await inOrg(database, actor.orgId, async (tx) => {
    const asked = { tx, engine, actor };
    const planned = await planIn(asked, await draft(asked, asOperation(wanted)));
    const left = wanted.dryRun ? planned : await confirmPlanned(asked, planned, {});
    return { operation: left, pairs: await countItems(tx, left.id) };
  });
  if (!wanted.dryRun) await applyIfSmall(engine, operation);
  return { operationId: operation.id, pairs, items: null };
}

function asOperation({ kind, name, params }: Wanted): NewOperation {
  return { kind, name, params, source: 'learner_management' };
}

/** Items with a key; those without are what the pairs share. */
async function listPairs(tx: OrgTransaction, operation: Operation): Promise<ItemView[]> {
  const items = await listItems(tx, operation.id, { limit: operation.total_items });
  return items.filter((item) => item.key !== null);
}

async function countItems(tx: OrgTransaction, operationId: string): Promise<number> {
  const found = await rows(
    tx,
    sql<{ count: number }>`
    select count(*) as count from operation_items
    where org_id = ${tx.orgId} and operation_id = ${operationId} and key is not null`,
  );
  return found[0]?.count ?? 0;
}

/**
 * Who is asking, in the organization that the body names.
 * @throws Problem `forbidden` where it is not one of theirs.
 */
export async function actorIn(request: FastifyRequest, instituteId: string): Promise<Actor> {
  const actor = await actorOf(request);
  const wanted = instituteId.toLowerCase();
  if (actor.orgId === wanted) return actor;
  const own = request.signIn?.actors.find((one) => one.orgId === wanted);
  if (own === undefined) throw new Problem('forbidden', { field: 'institute_id' });
  return own;
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
