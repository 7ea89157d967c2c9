/** What a client says when it assigns learners to package sessions (batches) or removes them. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { isUuid, rows, type OrgTransaction } from '../../db/database.ts';
import { LEARNER_STATES } from './states.ts';
import { OPEN_ENROLLMENTS } from '../states.ts';

const DAYS_MAX = 36_500;
const PEOPLE_MAX = 100_000;
export const NEW_USERS_MAX = 10_000;
const BATCHES_MAX = 500;

const id = z.string().trim().min(1).max(200);
const text = z.string().max(400).nullish();

/** A password is taken off here: it never becomes part of an operation. */
export const newUserParams = z.strictObject({
  email: text,
  full_name: text,
  mobile_number: text,
  username: text,
  password: z
    .string()
    .max(200)
    .nullish()
    .transform(() => undefined)
    .describe('Not kept with the operation; without it the person sets one by a link.'),
  roles: z.array(z.string().max(100)).max(20).nullish(),
  gender: text,
});

const userFilter = z.strictObject({
  source_package_session_id: id,
  statuses: z.array(z.enum(LEARNER_STATES)).min(1).default(['ACTIVE']),
});

const customFieldValue = z.strictObject({ custom_field_id: id, value: z.string().max(10_000) });

const assignment = z
  .strictObject({
    package_session_id: id,
    enroll_invite_id: id.nullish().describe('Null takes the default invite.'),
    payment_option_id: id.nullish().describe('Null takes the one of the invite.'),
    plan_id: id.nullish().describe('Null takes the one of the option.'),
    access_days: z.int().min(1).max(DAYS_MAX).nullish().describe('Null takes those of the invite or plan.'),
    transaction_id: text.describe('Wins over the one in options.'),
    custom_field_values: z.array(customFieldValue).max(200).nullish(),
  })
  .refine(({ custom_field_values: values }) => isDistinct(values?.map((one) => one.custom_field_id) ?? []), {
    message: 'it names a custom field twice',
    path: ['custom_field_values'],
  });

const selection = {
  institute_id: id.optional().describe('The organization acted in.'),
  user_ids: z.array(id).max(PEOPLE_MAX).nullish(),
  user_filter: userFilter.nullish(),
};
const notify = z.boolean().default(false);
const dryRun = z
  .boolean()
  .default(false)
  .describe('For the calls of learner management; an operation is always previewed first.');

export const assignParams = z.strictObject({
  ...selection,
  new_users: z.array(newUserParams).max(NEW_USERS_MAX).nullish(),
  assignments: z
    .array(assignment)
    .min(1)
    .max(BATCHES_MAX)
    .refine((list) => isDistinct(list.map((one) => one.package_session_id.toLowerCase())), {
      message: 'it names a package session twice',
    }),
  options: z
    .strictObject({
      duplicate_handling: z.enum(['SKIP', 'ERROR', 'RE_ENROLL']).default('SKIP'),
      notify_learners: notify,
      transaction_id: text,
      dry_run: dryRun,
    })
    .prefault({}),
});
export type AssignParams = z.output<typeof assignParams>;

export const deassignParams = z.strictObject({
  ...selection,
  package_session_ids: z.array(id).min(1).max(BATCHES_MAX),
  options: z
    .strictObject({ mode: z.enum(['SOFT', 'HARD']).default('SOFT'), notify_learners: notify, dry_run: dryRun })
    .prefault({}),
});
export type DeassignParams = z.output<typeof deassignParams>;

/** Stored states of what can be removed: a cancelled enrollment can still be terminated. */
export function endableStates(mode: DeassignParams['options']['mode']): string[] {
  return [...OPEN_ENROLLMENTS, ...(mode === 'HARD' ? ['cancelled'] : [])];
}

/** What this file's words of clients mean elsewhere: the batch of an entry, of all of them, of a removal, of a filter. */
export function batchOf(entry: AssignParams['assignments'][number]): string {
  return entry.package_session_id;
}

export function batchesOf(entries: AssignParams['assignments']): string[] {
  return entries.flatMap((entry) => asUuid(batchOf(entry)) ?? []);
}

/** Each batch once. */
export function removedFrom({ package_session_ids: ids }: DeassignParams): string[] {
  return distinctIds(ids);
}

export function sourceOf(filter: NonNullable<Selection['user_filter']>): string | null {
  return asUuid(filter.source_package_session_id);
}

export type Selection = Pick<AssignParams, 'institute_id' | 'user_ids' | 'user_filter'> & {
  readonly new_users?: AssignParams['new_users'];
};

/** @param ways - How somebody can be selected, in words. */
export function assertSomebody(given: Selection, ways: string): void {
  const listed = (given.user_ids ?? []).length + (given.new_users ?? []).length;
  if (listed === 0 && given.user_filter == null) throw new Problem('no_users_given', { ways, field: 'user_ids' });
}

/**
 * @throws Problem `forbidden` for another organization, `unknown_batch` for a filter on a batch that is not
 *   of this one.
 */
export async function assertOwn(tx: OrgTransaction, given: Selection): Promise<void> {
  if (given.institute_id !== undefined && given.institute_id.toLowerCase() !== tx.orgId)
    throw new Problem('forbidden', { field: 'institute_id' });
  if (given.user_filter == null) return;
  const source = given.user_filter.source_package_session_id;
  const known = await rows(tx, sql`select from batches where org_id = ${tx.orgId} and id = ${asUuid(source)}::uuid`);
  if (known.length > 0) return;
  const field = 'user_filter.source_package_session_id';
  throw new Problem('unknown_batch', { field });
}

/** Ids are opaque to clients: a text that cannot be one of ours is simply unknown. */
export function asUuid(given: string | null | undefined): string | null {
  const lower = given?.toLowerCase() ?? '';
  return isUuid(lower) ? lower : null;
}

/** Each once, as it was first spelled. */
export function distinctIds(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((one) => seen.size < seen.add(one.toLowerCase()).size);
}

function isDistinct(ids: readonly string[]): boolean {
  return new Set(ids).size === ids.length;
}
