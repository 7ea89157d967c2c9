import fc from 'fast-check';
import { sql } from 'kysely';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { PopulatedSchool } from '../../fixtures/populated-school.ts';
import { from, rather, type Draft, type Example } from '../draft.ts';
import { create } from '../../fixtures/create.ts';

const DUPLICATES = ['SKIP', 'ERROR', 'RE_ENROLL'] as const;

export const LEARNER_EXAMPLES: Readonly<Record<string, Example>> = {
  enroll: {
    // Student 1 has batch 1 already and ended in batch 2; the tenth is inactive; batch 1 has two free seats.
    usual: enrollmentOf({
      people: [0, 3, 9],
      newcomers: ['new@example.org', 'no address'],
      batches: [0, 1],
      duplicates: 'RE_ENROLL',
    }),
    actions: { create: 6, re_enroll: 1, skip: 1, error: 4 },
    random: fc
      .record({
        people: somebody(),
        newcomers: fc.array(
          fc.constantFrom(
            'new@example.org',
            'NEW@example.org',
            'S3@example.org',
            'other@example.org',
            'no address',
            '',
          ),
          { maxLength: 4 },
        ),
        batches: rather(fc.constantFrom([1], [2], [1, 2]), someBatches()),
        duplicates: fc.constantFrom(...DUPLICATES),
      })
      .map(enrollmentOf),
  },
  unenroll: {
    usual: removalOf([0, 1, 2, 5], [0, 1]),
    actions: { remove: 4, skip: 4 },
    // The first three are in the first two batches.
    random: fc
      .tuple(rather(somebody(2), somebody()), rather(fc.constantFrom([0], [1], [0, 1]), someBatches()))
      .map(([people, batches]) => removalOf(people, batches)),
  },
};

function somebody(last = 11): fc.Arbitrary<number[]> {
  return fc.uniqueArray(fc.nat(last), { minLength: 1, maxLength: 6 });
}

/** Positions in the list of batches; the last one exists nowhere. */
function someBatches(): fc.Arbitrary<number[]> {
  return fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 });
}

interface Wanted {
  readonly people: readonly number[];
  readonly newcomers: readonly string[];
  readonly batches: readonly number[];
  readonly duplicates: (typeof DUPLICATES)[number];
}

function enrollmentOf(wanted: Wanted): Draft {
  return from(wanted, async (school, actor) => {
    const batchIds = await addBatches(school);
    return create(school.engine, actor, {
      kind: 'enroll',
      name: 'Enroll',
      params: {
        user_ids: wanted.people.map((at) => school.studentIds[at]),
        new_users: wanted.newcomers.map((email) => ({ email, full_name: 'New Learner' })),
        assignments: wanted.batches.map((at) => ({
          package_session_id: batchIds[at],
          transaction_id: `paid ${String(at)}`,
        })),
        options: { duplicate_handling: wanted.duplicates, notify_learners: true },
      },
    });
  });
}

function removalOf(people: readonly number[], batches: readonly number[]): Draft {
  return from({ people, batches }, async (school, actor) => {
    const batchIds = await addBatches(school);
    return create(school.engine, actor, {
      kind: 'unenroll',
      name: 'Remove',
      params: {
        user_ids: people.map((at) => school.studentIds[at]),
        package_session_ids: batches.map((at) => batchIds[at]),
        options: { notify_learners: true },
      },
    });
  });
}

/**
 * Three batches of the northern classroom and one id that is unknown. The first has four seats, two of them taken; the
 * second has a bundled default invite, under which student 2 is in both; in the third everybody can enroll.
 */
export async function addBatches(school: PopulatedSchool): Promise<string[]> {
  const { orgId, studentIds, engine } = school;
  const [first, second, third, unknown] = [newId(), newId(), newId(), newId()];
  await inOrg(engine.database, orgId, async (tx) => {
    const run = (statement: ReturnType<typeof sql>) => rows(tx, statement);
    for (const [at, batchId] of [first, second, third].entries()) {
      const courseId = newId();
      await run(sql`insert into courses (org_id, id, title) values (${orgId}, ${courseId}, ${`Course ${at + 1}`})`);
      await run(sql`
        insert into batches (org_id, id, name, course_id, classroom_id, capacity, status)
        select ${orgId}, ${batchId}, ${`Batch ${at + 1}`}, ${courseId}, id, ${at === 0 ? 4 : null}, 'active'
        from classrooms where org_id = ${orgId} and name = 'Room 1'`);
    }
    const [option, plan, invite, shared] = [newId(), newId(), newId(), newId()];
    await run(sql`insert into payment_options (org_id, id, name) values (${orgId}, ${option}, 'Year')`);
    await run(sql`
      insert into payment_plans (org_id, id, payment_option_id, name, validity_in_days) values (${orgId}, ${plan}, ${option}, 'Once', 365)`);
    await run(sql`
      insert into enroll_invites (org_id, id, name, invite_code, tag, is_bundled) values (${orgId}, ${invite}, 'Both', ${invite}, 'DEFAULT', true)`);
    await run(sql`
      insert into invite_options (org_id, id, enroll_invite_id, batch_id, payment_option_id, is_default)
      values (${orgId}, ${newId()}, ${invite}, ${second}, ${option}, true)`);
    await run(sql`
      insert into user_plans (org_id, id, user_id, enroll_invite_id, payment_option_id, payment_plan_id)
      values (${orgId}, ${shared}, ${studentIds[1]}, ${invite}, ${option}, ${plan})`);
    const enrolled = (batch: string, at: number, status: string, userPlan: string | null = null) =>
      run(sql`
      insert into enrollments (org_id, id, batch_id, course_id, student_id, status, enrolled_at, user_plan_id)
      select ${orgId}, ${newId()}, id, course_id, ${studentIds[at]}, ${status}, '2026-01-01', ${userPlan}::uuid
      from batches where org_id = ${orgId} and id = ${batch}`);
    await enrolled(first, 0, 'active');
    await enrolled(first, 1, 'active', shared);
    await enrolled(second, 0, 'terminated');
    await enrolled(second, 1, 'active', shared);
    await enrolled(second, 2, 'on_hold');
    await run(sql`
      update batches b set enrolled_students = (
        select count(*) from enrollments e where e.org_id = ${orgId} and e.batch_id = b.id and e.status = 'active')
      where b.org_id = ${orgId}`);
  });
  return [first, second, third, unknown];
}
