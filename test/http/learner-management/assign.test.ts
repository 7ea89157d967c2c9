/** The call that assigns: what it accepts, what it refuses, how it answers. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { planLate } from '../../../packages/server/src/engine/verbs/plan-late.ts';
import { aPerson, testEngine } from '../../fixtures/school.ts';
import { caller, callerOf } from '../../fixtures/http.ts';
import { aLearnerSchool, enrollmentsIn, PATH, seatsTaken, type LearnerSchool, only } from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

const fields = (body: { errors: { field: string }[] }) => body.errors.map((error) => error.field);

describe('a request', () => {
  it('needs no more than two ids and a package session; a dry run of it writes nothing [LA-423, LA-048, LA-051, LA-142]', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(2)];
    const before = await school.counts();
    const { status, body } = await school.assign({
      user_ids: ids,
      assignments: only(batch),
      options: { dry_run: true },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dry_run: true,
      summary: { total_requested: 2, successful: 2, failed: 0, skipped: 0, re_enrolled: 0 },
    });
    expect(body.results).toMatchObject(
      ids.map((id) => ({ user_id: id, package_session_id: batch, status: 'SUCCESS', action_taken: 'CREATED' })),
    );
    expect(await school.counts()).toEqual(before);
    expect(await seatsTaken(school, batch)).toBe(0);
  });

  it('without options runs at once, skips duplicates and tells nobody [LA-057, LA-078, LA-081, LA-077, LA-109]', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(2)];
    const { status, body } = await school.assign({ user_ids: ids, assignments: only(batch) });
    expect(status).toBe(200);
    expect(body).toMatchObject({ dry_run: false, summary: { successful: 2 } });
    expect((await enrollmentsIn(school, batch)).map((row) => row.student_id)).toEqual(ids);
    expect(await messagesOf(body.operation_id)).toEqual([]);
    const again = await school.assign({ user_ids: ids, assignments: only(batch) });
    expect(again.body.summary).toMatchObject({ successful: 0, skipped: 2 });
    const told = await school.assign({
      user_ids: ids,
      assignments: only(await school.batch()),
      options: { notify_learners: true },
    });
    expect((await messagesOf(told.body.operation_id)).map((row) => row.recipient_id).sort()).toEqual([...ids].sort());
  });

  it('that misses or mistakes a field is refused with its name [LA-049, LA-055, LA-056, LA-067, LA-070, LA-075]', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(1)];
    const refused = async (body: object): Promise<string[]> => {
      const reply = await school.assign({ user_ids: ids, assignments: only(batch), ...body });
      expect(reply.status).toBe(400);
      return fields(reply.body);
    };
    const without = await school.admin('POST', `${PATH}/assign`, { user_ids: ids, assignments: only(batch) });
    expect([without.status, fields(without.body)]).toEqual([400, ['institute_id']]);
    expect(await refused({ assignments: undefined })).toEqual(['assignments']);
    expect(await refused({ assignments: [] })).toEqual(['assignments']);
    expect(await refused({ assignments: [...only(batch), ...only(batch.toUpperCase())] })).toEqual(['assignments']);
    expect(await refused({ assignments: [{}] })).toEqual(['assignments.0.package_session_id']);
    expect(await refused({ user_filter: {} })).toEqual(['user_filter.source_package_session_id']);
    for (const days of [0, -5, 1.5])
      expect(await refused({ assignments: [{ package_session_id: batch, access_days: days }] })).toEqual([
        'assignments.0.access_days',
      ]);
    expect(await enrollmentsIn(school, batch)).toEqual([]);
  });

  it('with an unknown word for duplicates or states is refused, never taken for the default', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(1)];
    const wrong = await school.assign({
      user_ids: ids,
      assignments: only(batch),
      options: { duplicate_handling: 'skip' },
    });
    expect([wrong.status, fields(wrong.body)]).toEqual([400, ['options.duplicate_handling']]);
    const state = await school.assign({
      user_filter: { source_package_session_id: batch, statuses: ['CANCELLED'] },
      assignments: only(batch),
    });
    expect(state.status).toBe(400);
  });

  it('that selects nobody is refused in words; an empty list never means everybody [LA-054, LA-222]', async () => {
    const batch = await school.batch();
    for (const nobody of [{}, { user_ids: [], new_users: [] }, { user_ids: null }]) {
      const { status, body } = await school.assign({ ...nobody, assignments: only(batch) });
      expect([status, body.message]).toEqual([400, 'No users given: send user_ids, new_users or user_filter']);
    }
  });

  it('for another organization is refused and writes nothing [LA-050]', async () => {
    const other = await aLearnerSchool(school.database, school.app);
    const [batch, ids] = [await other.batch(), await other.learners(1)];
    const body = { institute_id: other.orgId, user_ids: ids, assignments: only(batch) };
    expect((await school.admin('POST', `${PATH}/assign`, body)).status).toBe(403);
    expect(await enrollmentsIn(other, batch)).toEqual([]);
  });

  it('is answered to admins alone, at the full path [LA-224, LA-414]', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(1)];
    const body = { institute_id: school.orgId, user_ids: ids, assignments: only(batch) };
    expect((await caller(school.app)('POST', `${PATH}/assign`, body)).status).toBe(401);
    for (const role of ['student', 'teacher']) {
      const person = await aPerson(school.database, school.orgId, { name: 'Some Body', roles: [role] });
      const call = await callerOf(school.app, school.database, school.orgId, person.userId ?? '');
      expect((await call('POST', `${PATH}/assign`, body)).status).toBe(403);
      expect(
        (await call('POST', `${PATH}/deassign`, { ...body, assignments: undefined, package_session_ids: [batch] }))
          .status,
      ).toBe(403);
    }
    expect((await school.admin('POST', PATH.replace('/admin-core-service', '') + '/assign', body)).status).toBe(404);
  });

  it('takes ids as opaque text: one that cannot be an id is unknown, and so is one of another organization [LA-088, LA-232, LA-412, LA-429]', async () => {
    const other = await aLearnerSchool(school.database, school.app);
    const [foreign = ''] = await other.learners(1);
    const [batch, [good = '']] = [await school.batch(), await school.learners(1)];
    const { status, body } = await school.assign({
      user_ids: [good, 'u-10', foreign],
      assignments: [...only(batch), ...only('b-301'), ...only(await other.batch())],
    });
    expect(status).toBe(200);
    expect(body.summary).toMatchObject({ total_requested: 9, successful: 1, failed: 8 });
    const messages = body.results.map((row: { message?: string }) => row.message);
    expect(messages).toEqual([
      undefined,
      'User not found',
      'User not found',
      ...Array.from({ length: 6 }, () => 'Package session not found'),
    ]);
    expect(body.results[1]).toMatchObject({ user_id: 'u-10' });
    expect(body.results[2]).toMatchObject({
      user_id: foreign,
      user_email: null,
      status: 'FAILED',
      action_taken: 'NONE',
    });
  });

  it('leaves in the answer what it was asked for, pair by pair [LA-123, LA-124, LA-125, LA-133, LA-136, LA-137, LA-140, LA-403]', async () => {
    const [one, two, ids] = [await school.batch(), await school.batch(), await school.learners(3)];
    const wanted = { user_ids: ids, assignments: [...only(one), ...only(two)] };
    const preview = await school.assign({ ...wanted, options: { dry_run: true } });
    const run = await school.assign(wanted);
    expect(Object.keys(run.body).sort()).toEqual(['dry_run', 'operation_id', 'results', 'summary']);
    expect([preview.body.dry_run, run.body.dry_run]).toEqual([true, false]);
    for (const { body } of [preview, run]) {
      expect(body.summary.total_requested).toBe(6);
      expect(
        body.results.map((row: { package_session_id: string; user_id: string }) => [
          row.package_session_id,
          row.user_id,
        ]),
      ).toEqual([one, two].flatMap((batch) => ids.map((id) => [batch, id])));
    }
    expect(preview.body.results.some((row: object) => 'mapping_id' in row || 'user_plan_id' in row)).toBe(false);
    expect(run.body.results.map((row: { mapping_id: string }) => row.mapping_id)).toEqual(
      [...(await enrollmentsIn(school, one)), ...(await enrollmentsIn(school, two))].map((row) => row.id),
    );
  });
});

describe('large requests', () => {
  it('of 1,000 pairs are answered in full, of 1,001 with the operation that works them [LA-421]', async () => {
    const [first, batches] = [
      await school.learners(1),
      await Promise.all(Array.from({ length: 500 }, () => school.batch())),
    ];
    const [one = '', ...others] = batches;
    const thousand = [...(await school.learners(999)), ...first];
    const full = await school.assign({ user_ids: thousand, assignments: only(one), options: { dry_run: true } });
    expect([full.status, full.body.results.length, full.body.summary.total_requested]).toEqual([200, 1_000, 1_000]);
    const run = await school.assign({ user_ids: thousand, assignments: only(one) });
    expect([run.status, run.body.summary.successful]).toEqual([200, 1_000]);
    const more = await school.assign({
      user_ids: [...thousand, ...(await school.learners(1))],
      assignments: only(others[0] ?? ''),
    });
    expect([more.status, more.body.results, more.body.summary]).toEqual([
      202,
      [],
      { total_requested: 1_001, successful: 0, failed: 0, skipped: 0, re_enrolled: 0 },
    ]);
    const operation = await school.admin('GET', `/api/bulk/operations/${more.body.operation_id}`);
    // Whoever reads an operation of so many people reads a plan that is made behind the request.
    expect(operation.body).toMatchObject({ operation_type: 'enroll', phase: 'planning' });
    await planLate(testEngine(school.database), school.orgId, more.body.operation_id);
    const started = await school.admin('GET', `/api/bulk/operations/${more.body.operation_id}`);
    expect(started.body).toMatchObject({ phase: 'queued', total_items: 1_002 });
    const few = await school.assign({
      user_ids: thousand.slice(0, 3),
      assignments: others.slice(1, 400).map((id) => ({ package_session_id: id })),
    });
    expect(few.status).toBe(202);
    const worked = await school.admin('GET', `/api/bulk/operations/${few.body.operation_id}`);
    expect(worked.body).toMatchObject({ status: 'completed', successful_items: 3 * 399 + 399 });
  }, 120_000);
});

describe('summaries', () => {
  it('count what the results say [LA-126 to LA-130, LA-134, LA-135, LA-139, LA-221, LA-230]', async () => {
    const [batch, [active = '', ended = '', fresh = '']] = [await school.batch(), await school.learners(3)];
    await school.assign({ user_ids: [active, ended], assignments: only(batch) });
    await school.deassign({ user_ids: [ended], package_session_ids: [batch], options: { mode: 'HARD' } });
    const user_ids = [active, ended, fresh, newId()];
    const { status, body } = await school.assign({
      user_ids,
      assignments: only(batch),
      options: { duplicate_handling: 'RE_ENROLL' },
    });
    expect(status).toBe(200);
    expect(body.summary).toEqual({ total_requested: 4, successful: 2, failed: 1, skipped: 1, re_enrolled: 1 });
    expect(body.results).toMatchObject([
      { status: 'SKIPPED', action_taken: 'NONE', message: 'Already enrolled (ACTIVE)' },
      { status: 'SUCCESS', action_taken: 'RE_ENROLLED', message: 'Re-enrolled from TERMINATED status' },
      { status: 'SUCCESS', action_taken: 'CREATED' },
      { status: 'FAILED', action_taken: 'NONE', message: 'User not found' },
    ]);
    const strict = await school.assign({
      user_ids,
      assignments: only(batch),
      options: { duplicate_handling: 'ERROR' },
    });
    expect([strict.status, strict.body.summary.failed]).toEqual([200, 4]);
  });
});

async function messagesOf(operationId: string): Promise<{ recipient_id: string; payload: unknown }[]> {
  return school.query(sql<{ recipient_id: string; payload: unknown }>`
    select recipient_id, payload from outbox
    where org_id = ${school.orgId} and operation_id = ${operationId} and topic = 'enrollment.created'`);
}
