/** Learners who were enrolled before, batches that are full or closed, and previews that agree with runs. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aLearnerSchool, enrollmentsIn, seatsTaken, type LearnerSchool, only } from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

const outcome = ({ status, action_taken, message }: Record<string, unknown>) => [
  status,
  action_taken,
  ...(message === undefined ? [] : [message]),
];

/** Three learners of a batch: active, terminated, never enrolled. */
async function threeLearners() {
  const [batch, ids] = [await school.batch(), await school.learners(3)];
  const [active = '', ended = '', fresh = ''] = ids;
  await school.assign({ user_ids: [active, ended], assignments: only(batch) });
  await school.deassign({ user_ids: [ended], package_session_ids: [batch], options: { mode: 'HARD' } });
  return { batch, ids, active, ended, fresh };
}

describe('somebody who was enrolled before', () => {
  it.each([
    ['SKIP', ['SKIPPED', 'NONE', 'Already enrolled (ACTIVE)'], ['SKIPPED', 'NONE', 'Already enrolled (TERMINATED)']],
    ['ERROR', ['FAILED', 'NONE', 'Already enrolled (ACTIVE)'], ['FAILED', 'NONE', 'Already enrolled (TERMINATED)']],
    [
      'RE_ENROLL',
      ['SKIPPED', 'NONE', 'Already enrolled (ACTIVE)'],
      ['SUCCESS', 'RE_ENROLLED', 'Re-enrolled from TERMINATED status'],
    ],
  ])(
    'is treated by %s as the table says, in dry run and run [LA-112, LA-114, LA-116, LA-117, LA-118, LA-120, LA-122, LA-231, LA-402, LA-431]',
    async (choice, active, ended) => {
      const { batch, ids } = await threeLearners();
      for (const dry_run of [true, false]) {
        const { body } = await school.assign({
          user_ids: ids,
          assignments: only(batch),
          options: { duplicate_handling: choice, dry_run },
        });
        expect(body.results.slice(0, 2).map(outcome)).toEqual([active, ended]);
        expect(outcome(body.results[2]).slice(0, 2)).toEqual(['SUCCESS', 'CREATED']);
      }
    },
  );

  it('and fails keeps none of the other pairs back [LA-115, LA-236]', async () => {
    const [one, two, ids] = [await school.batch(), await school.batch(), await school.learners(3)];
    await school.assign({ user_ids: ids.slice(0, 1), assignments: only(one) });
    const { status, body } = await school.assign({
      user_ids: ids,
      assignments: [...only(one), ...only(two)],
      options: { duplicate_handling: 'ERROR' },
    });
    expect(status).toBe(200);
    expect(body.summary).toMatchObject({ total_requested: 6, successful: 5, failed: 1 });
    expect(body.results.map((row: { status: string }) => row.status)).toEqual(['FAILED', ...Array(5).fill('SUCCESS')]);
    expect(await enrollmentsIn(school, one)).toHaveLength(3);
    expect(await enrollmentsIn(school, two)).toHaveLength(3);
  });

  it('and is skipped keeps enrollment and plan as they are [LA-113, LA-229]', async () => {
    const { batch, active } = await threeLearners();
    const before = await enrollmentsIn(school, batch);
    for (const duplicate_handling of ['SKIP', 'ERROR', 'RE_ENROLL'])
      await school.assign({
        user_ids: [active],
        assignments: [{ package_session_id: batch, access_days: 5 }],
        options: { duplicate_handling },
      });
    expect(await enrollmentsIn(school, batch)).toEqual(before);
  });

  it('and is enrolled anew gets a new plan; the old one stays as it ended [LA-119, LA-121]', async () => {
    const { batch, ended } = await threeLearners();
    const [, old] = await enrollmentsIn(school, batch);
    const { body } = await school.assign({
      user_ids: [ended],
      assignments: only(batch),
      options: { duplicate_handling: 'RE_ENROLL' },
    });
    const [, now] = await enrollmentsIn(school, batch);
    expect(now).toMatchObject({
      id: old?.id,
      status: 'active',
      plan_status: 'active',
      user_plan_id: body.results[0].user_plan_id,
    });
    expect(body.results[0].mapping_id).toBe(now?.id);
    const plans = await school.query(
      sql`select status from user_plans where org_id = ${school.orgId} and user_id = ${ended} order by id = ${now?.user_plan_id}`,
    );
    expect(plans).toEqual([{ status: 'terminated' }, { status: 'active' }]);
  });

  it.each([
    ['cancelled', 'CANCELED'],
    ['completed', 'COMPLETED'],
    ['on_hold', 'ON_HOLD'],
    ['expired', 'EXPIRED'],
  ])('and is %s is called %s; only what has ended is enrolled anew [LA-043, LA-044]', async (stored, spelled) => {
    const { batch, active } = await threeLearners();
    await school.query(
      sql`update enrollments set status = ${stored} where org_id = ${school.orgId} and batch_id = ${batch} and student_id = ${active}`,
    );
    const wanted = { user_ids: [active], assignments: only(batch) };
    expect((await school.assign(wanted)).body.results[0].message).toBe(`Already enrolled (${spelled})`);
    const again = await school.assign({ ...wanted, options: { duplicate_handling: 'RE_ENROLL' } });
    expect(again.body.results[0].message).toBe(
      stored === 'on_hold' ? 'Already enrolled (ON_HOLD)' : `Re-enrolled from ${spelled} status`,
    );
  });

  it('and was taken off by hand of the classroom is brought back by RE_ENROLL alone', async () => {
    const { batch, active } = await threeLearners();
    await school.query(sql`
      update enrollments set status = 'cancelled', status_reason = 'removed_from_batch' where org_id = ${school.orgId} and batch_id = ${batch} and student_id = ${active}`);
    const wanted = { user_ids: [active], assignments: only(batch) };
    expect(outcome((await school.assign(wanted)).body.results[0])).toEqual([
      'SKIPPED',
      'NONE',
      'Already enrolled (CANCELED)',
    ]);
    await school.assign({ ...wanted, options: { duplicate_handling: 'RE_ENROLL' } });
    const found = await school.query(
      sql`select status, status_reason from enrollments where org_id = ${school.orgId} and batch_id = ${batch} and student_id = ${active}`,
    );
    expect(found).toEqual([{ status: 'active', status_reason: '' }]);
  });
});

describe('seats', () => {
  it('are taken in order, in the dry run as in the run: the pairs beyond them fail, HTTP 200 [LA-145, LA-417]', async () => {
    const [batch, ids] = [await school.batch({ capacity: 3 }), await school.learners(4)];
    const [first, ...others] = ids;
    await school.assign({ user_ids: [first], assignments: only(batch) });
    for (const dry_run of [true, false]) {
      const { status, body } = await school.assign({
        user_ids: others,
        assignments: only(batch),
        options: { dry_run },
      });
      expect(status).toBe(200);
      expect(body.results.map((row: { status: string }) => row.status)).toEqual(['SUCCESS', 'SUCCESS', 'FAILED']);
      expect(body.results[2].message).toBe('Batch has reached maximum capacity');
    }
    expect(await seatsTaken(school, batch)).toBe(3);
  });

  it('are not taken by pairs that fail or are skipped for another reason', async () => {
    const [batch, ids] = [await school.batch({ capacity: 2 }), await school.learners(3)];
    await school.assign({ user_ids: [ids[0]], assignments: only(batch) });
    const { body } = await school.assign({ user_ids: [ids[0], 'nobody', ids[1], ids[2]], assignments: only(batch) });
    expect(body.results.map((row: { status: string }) => row.status)).toEqual([
      'SKIPPED',
      'FAILED',
      'SUCCESS',
      'FAILED',
    ]);
  });

  it.each([
    ['active', 'SUCCESS'],
    ['upcoming', 'SUCCESS'],
    ['completed', 'FAILED'],
    ['cancelled', 'FAILED'],
    ['archived', 'FAILED'],
  ])('of a batch that is %s: %s [LA-418]', async (state, status) => {
    const [batch, ids] = [await school.batch({ status: state }), await school.learners(1)];
    const { body } = await school.assign({ user_ids: ids, assignments: only(batch) });
    expect(body.results[0].status).toBe(status);
    if (status === 'FAILED') expect(body.results[0].message.toLowerCase()).toContain(`batch is ${state}`);
    if (state === 'completed') expect(body.results[0].message).toContain('Completed');
  });
});

describe('a dry run', () => {
  it('agrees with the run right after it, pair by pair: seats, new users, default invites, duplicates, unknown ids [LA-141, LA-143]', async () => {
    const { batch, ids } = await threeLearners();
    const [full, bundled, known] = [
      await school.batch({ capacity: 2 }),
      await school.batch(),
      await school.learners(2),
    ];
    await school.invite({ batches: [bundled], isDefault: true, isBundled: true });
    const wanted = {
      user_ids: [...ids, ...known, 'nobody'],
      new_users: ['agree@school.example', 'AGREE@school.example', 'broken'].map((email) => ({
        email,
        full_name: 'Agree Able',
      })),
      user_filter: { source_package_session_id: batch, statuses: ['ACTIVE', 'TERMINATED'] },
      assignments: [batch, full, bundled, 'b-1'].map((id) => ({ package_session_id: id })),
    };
    for (const duplicate_handling of ['RE_ENROLL', 'SKIP', 'ERROR']) {
      const before = await school.counts();
      const preview = await school.assign({
        ...wanted,
        options: { duplicate_handling, dry_run: true, notify_learners: true },
      });
      expect(await school.counts()).toEqual(before);
      const run = await school.assign({ ...wanted, options: { duplicate_handling } });
      const pairs = (body: { results: Record<string, unknown>[] }) =>
        body.results.map((row) => [
          row['status'],
          row['action_taken'],
          row['status'] === 'SUCCESS' ? null : row['message'],
        ]);
      expect(pairs(run.body)).toEqual(pairs(preview.body));
      expect(run.body.summary).toEqual(preview.body.summary);
    }
  }, 30_000);

  it('is followed by the new state where things changed in between', async () => {
    const [batch, [id = '']] = [await school.batch(), await school.learners(1)];
    const wanted = { user_ids: [id], assignments: only(batch) };
    const preview = await school.assign({ ...wanted, options: { dry_run: true } });
    await school.assign(wanted);
    expect([preview, await school.assign(wanted)].map(({ body }) => body.results[0].status)).toEqual([
      'SUCCESS',
      'SKIPPED',
    ]);
  });
});
