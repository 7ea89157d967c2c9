/** What a client says when it assigns learners to package sessions (batches) or removes them. */
import { Problem, line, prose } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { isUuid, rows, type OrgTransaction } from '../../db/database.ts';
import { LEARNER_STATES } from './states.ts';
import { OPEN_ENROLLMENTS } from '../states.ts';

const DAYS_MAX = 36_500;
const PEOPLE_MAX = 100_000;
export const NEW_USERS_MAX = 10_000;
const BATCHES_MAX = 500;

const id = line(200).min(1);
const text = z.string().max(400).nullish();

/** A password is taken off here: it never becomes part of an operation. */
export const newUserParams = z.strictObject({
  email: text.meta({ title: 'E-mail', description: 'Where the person is written to and signs in with.' }),
  full_name: text.meta({ title: 'Full name', description: 'Given name and family name.' }),
  mobile_number: text.meta({ title: 'Phone', description: 'The number to call.' }),
  username: text.meta({ title: 'User name', description: 'What the person signs in with; the e-mail when left out.' }),
  password: z
    .string()
    .max(200)
    .nullish()
    .transform(() => undefined)
    .meta({
      title: 'Password',
      description: 'Not kept with the operation; without it the person sets one by a link.',
      'x-hidden': true,
    }),
  roles: z
    .array(z.string().max(100))
    .max(20)
    .nullish()
    .meta({ title: 'Roles', description: 'Names of roles; STUDENT when left out.' }),
  gender: text.meta({ title: 'Gender', description: 'As the school writes it.' }),
});

const userFilter = z.strictObject({
  source_package_session_id: id.meta({ title: 'Batch', description: 'Whose learners are meant.', entity: 'batch' }),
  statuses: z
    .array(z.enum(LEARNER_STATES))
    .min(1)
    .max(20)
    .default(['ACTIVE'])
    .meta({ title: 'Statuses', description: 'Which of its enrollments count.' }),
});

const customFieldValue = z.strictObject({
  custom_field_id: id.meta({ title: 'Field', description: 'The field that is filled in.', entity: 'custom_field' }),
  value: prose(10_000).meta({ title: 'Value', description: 'What it says.' }),
});

const assignment = z
  .strictObject({
    package_session_id: id.meta({ title: 'Batch', description: 'In which they are enrolled.', entity: 'batch' }),
    enroll_invite_id: id
      .nullish()
      .meta({ title: 'Invite', description: 'Null takes the default invite.', entity: 'enroll_invite' }),
    payment_option_id: id
      .nullish()
      .meta({ title: 'Payment option', description: 'Null takes the one of the invite.', entity: 'payment_option' }),
    plan_id: id
      .nullish()
      .meta({ title: 'Plan', description: 'Null takes the one of the option.', entity: 'payment_plan' }),
    access_days: z
      .int()
      .min(1)
      .max(DAYS_MAX)
      .nullish()
      .meta({ title: 'Access', description: 'Null takes those of the invite or plan.', unit: 'days' }),
    transaction_id: text.meta({ title: 'Transaction', description: 'Of the payment; wins over the one in options.' }),
    custom_field_values: z
      .array(customFieldValue)
      .max(200)
      .nullish()
      .meta({ title: 'Custom fields', description: 'What the organization asks for besides.' }),
  })
  .refine(({ custom_field_values: values }) => isDistinct(values?.map((one) => one.custom_field_id) ?? []), {
    message: 'it names a custom field twice',
    path: ['custom_field_values'],
  });

const selection = {
  institute_id: id
    .optional()
    .meta({
      title: 'Organization',
      description: 'The organization acted in.',
      entity: 'organization',
      'x-hidden': true,
    }),
  user_ids: z
    .array(id)
    .max(PEOPLE_MAX)
    .nullish()
    .meta({
      title: 'Learners',
      description: 'Learners named one by one.',
      entity: 'user',
      many: true,
      role: 'student',
      'x-target': true,
    }),
  user_filter: userFilter.nullish().meta({ title: 'Learners of a batch', description: 'Everybody who is in it.' }),
};
const options = { title: 'Options', description: 'What holds for all of them.' };
const notify = z.boolean().default(false).meta({ title: 'Tell them', description: 'Whether the learners are told.' });
const dryRun = z
  .boolean()
  .default(false)
  .meta({
    title: 'Only say what would happen',
    description: 'For the calls of learner management; an operation is always previewed first.',
    'x-hidden': true,
  });

export const assignParams = z.strictObject({
  ...selection,
  new_users: z
    .array(newUserParams)
    .max(NEW_USERS_MAX)
    .nullish()
    .meta({ title: 'New people', description: 'Who is made and enrolled in one go.' }),
  assignments: z
    .array(assignment)
    .min(1)
    .max(BATCHES_MAX)
    .refine((list) => isDistinct(list.map((one) => one.package_session_id.toLowerCase())), {
      message: 'it names a package session twice',
    })
    .meta({ title: 'Batches', description: 'Each with the invite, option and plan by which they enter.' }),
  options: z
    .strictObject({
      duplicate_handling: z
        .enum(['SKIP', 'ERROR', 'RE_ENROLL'])
        .default('SKIP')
        .meta({
          title: 'Who was enrolled before',
          description: 'What becomes of a learner who has or had an enrollment in the batch.',
          labels: { SKIP: 'Leave out', ERROR: 'Show as an error', RE_ENROLL: 'Enroll again' },
        }),
      notify_learners: notify,
      transaction_id: text.meta({ title: 'Transaction', description: 'Of the payments that have none of their own.' }),
      dry_run: dryRun,
    })
    .prefault({})
    .meta(options),
});
export type AssignParams = z.output<typeof assignParams>;

export const deassignParams = z.strictObject({
  ...selection,
  package_session_ids: z
    .array(id)
    .min(1)
    .max(BATCHES_MAX)
    .meta({ title: 'Batches', description: 'From which they are removed.', entity: 'batch', many: true }),
  options: z
    .strictObject({
      mode: z
        .enum(['SOFT', 'HARD'])
        .default('SOFT')
        .meta({
          title: 'When access ends',
          description: 'A hard removal ends access for good and cannot be undone.',
          labels: { SOFT: 'When the plan ends', HARD: 'At once and for good' },
        }),
      notify_learners: notify,
      dry_run: dryRun,
    })
    .prefault({})
    .meta(options),
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
