import fc from 'fast-check';
import { sql } from 'kysely';
import { inOrg, one } from '../../../packages/server/src/db/database.ts';
import type { PopulatedSchool } from '../../fixtures/populated-school.ts';
import { from, type Draft, type Example } from '../draft.ts';
import { addBatches } from './learners.ts';
import { create } from '../../fixtures/create.ts';

interface Wanted {
  /** The invite `Both`, which is the default of batch 2; a new one otherwise. */
  readonly isKnown: boolean;
  readonly code?: string;
  readonly name?: string;
  readonly tag?: string | null;
  readonly status?: string;
  /** Positions in the list of batches; the last one exists nowhere. */
  readonly batches?: readonly number[];
  readonly option: 'free' | 'paid' | 'year';
}

export const INVITE_EXAMPLES: Readonly<Record<string, Example>> = {
  invite_save: {
    usual: invitesOf([
      { isKnown: false, code: 'SPRING', name: 'Spring', tag: 'DEFAULT', batches: [0, 2], option: 'paid' },
      { isKnown: true, name: 'Both of them', batches: [1], option: 'free' },
      { isKnown: false, code: 'LATE', name: 'Late', batches: [1], option: 'year' },
      { isKnown: false, code: 'NOWHERE', name: 'Nowhere', batches: [3], option: 'free' },
      { isKnown: false, code: 'SPRING', name: 'Spring again', batches: [0], option: 'free' },
      { isKnown: false, code: 'SECOND', name: 'Second default', tag: 'DEFAULT', batches: [0], option: 'free' },
    ]),
    actions: { create: 2, update: 1, error: 3 },
    random: fc.array(anyInvite(), { minLength: 1, maxLength: 4 }).map(invitesOf),
  },
};

function anyInvite(): fc.Arbitrary<Wanted> {
  return fc.record(
    {
      isKnown: fc.boolean(),
      code: fc.constantFrom('SPRING', 'spring', 'LATE'),
      name: fc.constantFrom('Spring', 'Łate'),
      tag: fc.constantFrom('DEFAULT', 'EARLY', null),
      status: fc.constantFrom('ACTIVE', 'INACTIVE'),
      batches: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
      option: fc.constantFrom('free', 'paid', 'year'),
    },
    { requiredKeys: ['isKnown', 'option'] },
  );
}

function invitesOf(invites: readonly Wanted[]): Draft {
  return from(invites, async (school, actor) => {
    const batchIds = await addBatches(school);
    const known = await knownIds(school, batchIds[1] ?? '');
    return create(school.engine, actor, {
      kind: 'invite_save',
      name: 'Save invites',
      params: { invites: invites.map((invite) => formOf(invite, batchIds, known)) },
    });
  });
}

async function knownIds(school: PopulatedSchool, batchId: string): Promise<{ invite: string; option: string }> {
  return inOrg(school.engine.database, school.orgId, (tx) =>
    one(
      tx,
      sql<{ invite: string; option: string }>`
      select enroll_invite_id as invite, payment_option_id as option from invite_options
      where org_id = ${tx.orgId} and batch_id = ${batchId}`,
    ),
  );
}

function formOf(
  { isKnown, code, batches, option, ...values }: Wanted,
  batchIds: readonly string[],
  known: { invite: string; option: string },
): object {
  const options = {
    free: { name: 'Free', payment_plans: [{ name: 'Free Plan' }] },
    paid: {
      name: 'Paid',
      type: 'PAID',
      payment_plans: [{ name: 'Year', actual_price: 99.5, validity_in_days: 365, tag: 'DEFAULT' }],
    },
    year: { id: known.option, payment_plans: [{ name: 'Half a year', actual_price: 10 }] },
  };
  return {
    ...values,
    ...(isKnown ? { id: known.invite } : {}),
    ...(code === undefined ? {} : { invite_code: code }),
    ...(batches === undefined
      ? {}
      : { links: batches.map((at) => ({ batch_id: batchIds[at], payment_option: options[option] })) }),
  };
}
