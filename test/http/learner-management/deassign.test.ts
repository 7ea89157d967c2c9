/** The call that removes: softly and hard, with plans that serve several batches. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf, testApp } from '../../fixtures/http.ts';
import { aPerson } from '../../fixtures/school.ts';
import {
  aLearnerSchool,
  enrollmentsIn,
  NOW,
  PATH,
  seatsTaken,
  type LearnerSchool,
  only,
  inDays,
  aSharedPlan,
  sharedWarning,
} from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

const fields = (body: { errors: { field: string }[] }) => body.errors.map((error) => error.field);

/** Learners of one batch under an invite of so many days. */
async function aClass(count: number, accessDays: number | null = 10) {
  const [batch, ids] = [await school.batch(), await school.learners(count)];
  await school.invite({ batches: [batch], isDefault: true, accessDays });
  const { body } = await school.assign({ user_ids: ids, assignments: only(batch) });
  return { batch, ids, plans: body.results.map((row: { user_plan_id: string }) => row.user_plan_id) };
}

describe('a request', () => {
  it('needs learners and package sessions; without options it is soft, runs, and tells nobody [LA-149, LA-151, LA-156 to LA-159]', async () => {
    const { batch, ids } = await aClass(2);
    const { status, body } = await school.deassign({ user_ids: ids, package_session_ids: [batch] });
    expect([status, body.dry_run]).toEqual([200, false]);
    expect(body.results.map((row: { action_taken: string }) => row.action_taken)).toEqual([
      'SOFT_CANCELED',
      'SOFT_CANCELED',
    ]);
    expect((await enrollmentsIn(school, batch)).map((row) => row.status)).toEqual(['cancelled', 'cancelled']);
    expect(await messagesOf(body.operation_id)).toEqual([]);
    const wrong = await school.deassign({ user_ids: ids, package_session_ids: [batch], options: { mode: 'MEDIUM' } });
    expect([wrong.status, fields(wrong.body)]).toEqual([400, ['options.mode']]);
  });

  it('that misses something, or brings new users, is refused [LA-150, LA-153, LA-154, LA-155]', async () => {
    const { batch, ids } = await aClass(1);
    const without = await school.admin('POST', `${PATH}/deassign`, { user_ids: ids, package_session_ids: [batch] });
    expect([without.status, fields(without.body)]).toEqual([400, ['institute_id']]);
    const nobody = await school.deassign({ user_ids: [], package_session_ids: [batch] });
    expect([nobody.status, nobody.body.message]).toEqual([400, 'No users given: send user_ids or user_filter']);
    for (const package_session_ids of [undefined, []])
      expect(fields((await school.deassign({ user_ids: ids, package_session_ids })).body)).toEqual([
        'package_session_ids',
      ]);
    const { users } = await school.counts();
    const made = await school.deassign({
      user_ids: ids,
      package_session_ids: [batch],
      new_users: [{ email: 'new@x.org', full_name: 'New' }],
    });
    expect([made.status, fields(made.body)]).toEqual([400, ['new_users']]);
    expect((await school.counts())['users']).toBe(users);
    expect((await enrollmentsIn(school, batch))[0]?.status).toBe('active');
  });

  it('for another organization is refused', async () => {
    const other = await aLearnerSchool(school.database, school.app);
    const [batch, ids] = [await other.batch(), await other.learners(1)];
    await other.assign({ user_ids: ids, assignments: only(batch) });
    const body = { institute_id: other.orgId, user_ids: ids, package_session_ids: [batch] };
    expect((await school.admin('POST', `${PATH}/deassign`, body)).status).toBe(403);
    const named = await school.deassign({ user_ids: ids, package_session_ids: [batch] });
    expect(named.body.results).toMatchObject([
      { user_id: ids[0], user_email: null, status: 'FAILED', message: 'Package session not found' },
    ]);
    expect((await enrollmentsIn(other, batch))[0]?.status).toBe('active');
  });

  it('can select by the learners of a batch, and answers pair by pair [LA-167, LA-178 to LA-183, LA-186, LA-187, LA-188]', async () => {
    const [{ batch: source, ids }, second] = [await aClass(3), await school.batch()];
    await school.assign({ user_ids: ids.slice(0, 1), assignments: only(second) });
    const { body } = await school.deassign({
      user_filter: { source_package_session_id: source },
      user_ids: ['nobody'],
      package_session_ids: [source, second],
    });
    expect(Object.keys(body).sort()).toEqual(['dry_run', 'operation_id', 'results', 'summary']);
    expect(body.summary).toEqual({ total_requested: 8, successful: 4, failed: 2, skipped: 2 });
    expect(body.results.map((row: { package_session_id: string }) => row.package_session_id)).toEqual([
      ...Array.from({ length: 4 }, () => source),
      ...Array.from({ length: 4 }, () => second),
    ]);
    const outcome = (status: string) => body.results.filter((row: { status: string }) => row.status === status);
    expect(outcome('SUCCESS').every((row: { action_taken: string }) => row.action_taken === 'SOFT_CANCELED')).toBe(
      true,
    );
    expect(
      [...outcome('FAILED'), ...outcome('SKIPPED')].every(
        (row: { action_taken: string }) => row.action_taken === 'NONE',
      ),
    ).toBe(true);
  });
});

it('needs no ids beside a filter: those of the batch that it names are removed, and nobody else [LA-152]', async () => {
  const [{ batch, ids }, other] = [await aClass(3), await aClass(2)];
  const { status, body } = await school.deassign({
    user_filter: { source_package_session_id: batch },
    package_session_ids: [batch],
  });
  expect([status, body.summary]).toEqual([200, { total_requested: 3, successful: 3, failed: 0, skipped: 0 }]);
  expect(body.results.map((row: { user_id: string }) => row.user_id).sort()).toEqual([...ids].sort());
  expect((await enrollmentsIn(school, batch)).map((row) => row.status)).toEqual(Array(3).fill('cancelled'));
  expect((await enrollmentsIn(school, other.batch)).map((row) => row.status)).toEqual(['active', 'active']);
});

describe('a soft removal', () => {
  it('cancels enrollment and plan, keeps access until the plan ends, and frees the seat at once [LA-160, LA-413]', async () => {
    const { batch, ids } = await aClass(1, 10);
    expect(await seatsTaken(school, batch)).toBe(1);
    await school.deassign({ user_ids: ids, package_session_ids: [batch] });
    expect(await enrollmentsIn(school, batch)).toMatchObject([
      { status: 'cancelled', plan_status: 'cancelled', access_ends_at: inDays(10), plan_ends_at: inDays(10) },
    ]);
    expect(await seatsTaken(school, batch)).toBe(0);
  });

  it('of a plan without end ends access with the day, by the clock of the organization, and says so [LA-166, LA-193]', async () => {
    await school.query(sql`update orgs set timezone = 'Pacific/Auckland' where id = ${school.orgId}`);
    const { batch, ids } = await aClass(1, null);
    const wanted = { user_ids: ids, package_session_ids: [batch] };
    const preview = await school.deassign({ ...wanted, options: { dry_run: true } });
    expect(preview.body.results[0].message).toBe('Would cancel; access until 2026-03-10');
    await school.deassign(wanted);
    const end = new Date('2026-03-10T10:59:59Z');
    expect(await enrollmentsIn(school, batch)).toMatchObject([{ access_ends_at: end, plan_ends_at: end }]);
    await school.query(sql`update orgs set timezone = 'UTC' where id = ${school.orgId}`);
    const dated = await aClass(1, 112);
    const soft = await school.deassign({
      user_ids: dated.ids,
      package_session_ids: [dated.batch],
      options: { dry_run: true },
    });
    expect(soft.body.results[0].message).toBe('Would cancel; access until 2026-06-30');
  });
});

describe('a hard removal', () => {
  it('terminates enrollment and plan and ends access at once [LA-162]', async () => {
    const { batch, ids } = await aClass(2, 10);
    await school.deassign({ user_ids: [ids[0]], package_session_ids: [batch] });
    await school.deassign({ user_ids: [ids[1]], package_session_ids: [batch], options: { mode: 'HARD' } });
    expect(await enrollmentsIn(school, batch)).toMatchObject([
      { status: 'cancelled', access_ends_at: inDays(10) },
      { status: 'terminated', plan_status: 'terminated', access_ends_at: NOW, plan_ends_at: NOW },
    ]);
  });

  it('of two learners, the first with a shared plan, previews as such and writes nothing [LA-425, LA-192, LA-191, LA-189, LA-190]', async () => {
    const { one, two, ids, plan } = await aSharedPlan(school);
    const [other = ''] = await school.learners(1);
    await school.assign({ user_ids: [other], assignments: only(one) });
    const before = [await school.counts(), await enrollmentsIn(school, one)];
    const { body } = await school.deassign({
      user_ids: [...ids, other],
      package_session_ids: [one],
      options: { mode: 'HARD', dry_run: true, notify_learners: true },
    });
    expect(body.summary).toEqual({ total_requested: 2, successful: 2, failed: 0, skipped: 0 });
    const both = { status: 'SUCCESS', action_taken: 'HARD_TERMINATED', message: 'Would terminate immediately' };
    expect(body.results).toMatchObject([
      { ...both, user_plan_id: plan, warning: sharedWarning(plan, 2), affected_package_session_ids: [two] },
      both,
    ]);
    expect(body.results[1]).not.toHaveProperty('warning');
    expect(body.results[1]).not.toHaveProperty('affected_package_session_ids');
    expect([await school.counts(), await enrollmentsIn(school, one)]).toEqual(before);
  });

  it('cannot be undone, says so before, and no call makes its plan active again [LA-164, LA-165]', async () => {
    const { batch, ids, plans } = await aClass(2);
    const planned = await school.deassign({
      user_ids: [ids[0]],
      package_session_ids: [batch],
      options: { mode: 'HARD', dry_run: true },
    });
    const preview = await school.admin('GET', `/api/bulk/operations/${planned.body.operation_id}/preview`);
    expect(preview.body).toMatchObject({
      reversible: false,
      irreversible_reason: expect.stringContaining('ends access for good'),
    });
    const hard = await school.deassign({ user_ids: [ids[0]], package_session_ids: [batch], options: { mode: 'HARD' } });
    const soft = await school.deassign({ user_ids: [ids[1]], package_session_ids: [batch] });
    const refused = await school.admin('POST', `/api/bulk/operations/${hard.body.operation_id}/rollback`, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'not_reversible']);
    expect(refused.body.reason).toBe(preview.body.irreversible_reason);
    expect(refused.body.detail).toContain('a hard removal ends access for good');
    const undone = await school.admin('POST', `/api/bulk/operations/${soft.body.operation_id}/rollback`, {});
    expect(undone.body.status).toBe('completed');
    expect((await enrollmentsIn(school, batch)).map((row) => [row.status, row.plan_status])).toEqual([
      ['terminated', 'terminated'],
      ['active', 'active'],
    ]);
    await school.assign({ user_ids: ids, assignments: only(batch), options: { duplicate_handling: 'RE_ENROLL' } });
    const [now] = await enrollmentsIn(school, batch);
    expect([now?.status, now?.user_plan_id === plans[0]]).toEqual(['active', false]);
    expect(
      await school.query(sql`select status from user_plans where org_id = ${school.orgId} and id = ${plans[0]}`),
    ).toEqual([{ status: 'terminated' }]);
  });
});

it('a learner with 10 days left who is removed softly opens the batch until they end, one who is removed hard no more [LA-161, LA-163, LA-433]', async () => {
  let now = NOW;
  const app = await testApp(school.database, { now: () => now });
  const batch = await school.batch();
  await school.invite({ batches: [batch], isDefault: true, accessDays: 10 });
  const [soft, hard] = await Promise.all(
    ['Soft', 'Hard'].map((name) =>
      aPerson(school.database, school.orgId, { name: `${name} Learner`, roles: ['student'] }),
    ),
  );
  const opens = async (person: { userId: string | null } | undefined) => {
    const call = await callerOf(app, school.database, school.orgId, person?.userId ?? '');
    return (await call('GET', `/api/batches/${batch}`)).status === 200;
  };
  const both = [soft?.userId, hard?.userId];
  expect([await opens(soft), await opens(hard)]).toEqual([false, false]);
  await school.assign({ user_ids: both, assignments: only(batch) });
  expect([await opens(soft), await opens(hard)]).toEqual([true, true]);
  await school.deassign({ user_ids: [both[0]], package_session_ids: [batch] });
  await school.deassign({ user_ids: [both[1]], package_session_ids: [batch], options: { mode: 'HARD' } });
  expect([await opens(soft), await opens(hard)]).toEqual([true, false]);
  now = inDays(9);
  expect(await opens(soft)).toBe(true);
  now = inDays(11);
  expect(await opens(soft)).toBe(false);
  await app.close();
});

describe('a pair', () => {
  it('without enrollment, or with one that has ended, is skipped; HARD still ends what was cancelled [LA-168, LA-169]', async () => {
    const { batch, ids } = await aClass(2);
    const [cancelled = '', terminated = ''] = ids;
    const [never = ''] = await school.learners(1);
    await school.deassign({ user_ids: [cancelled], package_session_ids: [batch] });
    await school.deassign({ user_ids: [terminated], package_session_ids: [batch], options: { mode: 'HARD' } });
    const removed = async (mode: string) => {
      const { body } = await school.deassign({
        user_ids: [never, terminated, cancelled],
        package_session_ids: [batch],
        options: { mode },
      });
      return body.results.map((row: Record<string, unknown>) => [row['status'], row['action_taken'], row['message']]);
    };
    expect(await removed('SOFT')).toEqual([
      ['SKIPPED', 'NONE', 'Not enrolled'],
      ['SKIPPED', 'NONE', 'Already TERMINATED'],
      ['SKIPPED', 'NONE', 'Already CANCELED'],
    ]);
    expect(await removed('HARD')).toEqual([
      ['SKIPPED', 'NONE', 'Not enrolled'],
      ['SKIPPED', 'NONE', 'Already TERMINATED'],
      ['SUCCESS', 'HARD_TERMINATED', undefined],
    ]);
  });

  it('that fails stops no other, and each names its learner, with the e-mail where there is one [LA-170, LA-184, LA-185]', async () => {
    const { batch, ids } = await aClass(2);
    await school.query(
      sql`update users set email = null, username = id::text where org_id = ${school.orgId} and id = ${ids[1]}`,
    );
    const { status, body } = await school.deassign({ user_ids: ['u-1', ...ids], package_session_ids: [batch] });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { user_id: 'u-1', user_email: null, status: 'FAILED', message: 'User not found' },
      { user_id: ids[0], user_email: `l-${ids[0] ?? ''}@school.example`, status: 'SUCCESS' },
      { user_id: ids[1], user_email: null, status: 'SUCCESS' },
    ]);
  });
});

async function messagesOf(operationId: string): Promise<{ recipient_id: string; payload: { courses: unknown[] } }[]> {
  return school.query(sql<{ recipient_id: string; payload: { courses: unknown[] } }>`
    select recipient_id, payload from outbox where org_id = ${school.orgId} and operation_id = ${operationId} and topic = 'enrollment.ended'`);
}
