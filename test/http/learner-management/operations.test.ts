/** What learner management does is an operation: recorded, previewed, undone, also through the general interface. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aLearnerSchool, enrollmentsIn, seatsTaken, type LearnerSchool, only } from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

const BULK = '/api/bulk/operations';
const tess = (email: string) => ({ email, full_name: 'Tess Moor' });

async function start(kind: string, parameters: object) {
  const made = await school.admin('POST', BULK, { operation_type: kind, operation_name: 'By hand', parameters });
  expect(made.status).toBe(201);
  const preview = await school.admin('GET', `${BULK}/${made.body.id}/preview`);
  const { body } = await school.admin('POST', `${BULK}/${made.body.id}/start`, { plan_hash: preview.body.plan_hash });
  return { preview: preview.body, done: body };
}

async function rollback(id: string) {
  const preview = await school.admin('GET', `${BULK}/${id}/rollback/preview`);
  const { body } = await school.admin('POST', `${BULK}/${id}/rollback`, {});
  return { preview: preview.body, done: body };
}

it('the full example comes to what the ledger says [LA-424, LA-108]', async () => {
  const [first, second, source] = [await school.batch(), await school.batch(), await school.batch()];
  const [one = '', max = ''] = await school.learners(2);
  const usual = await school.invite({ batches: [first], isDefault: true });
  const named = await school.invite({ batches: [second], price: 80, validityDays: 180 });
  const inSecond = {
    package_session_id: second,
    enroll_invite_id: named.id,
    payment_option_id: named.optionId,
    plan_id: named.planId,
  };
  await school.assign({ user_ids: [one], assignments: [inSecond] });
  await school.deassign({ user_ids: [one], package_session_ids: [second], options: { mode: 'HARD' } });
  await school.assign({ user_ids: [max], assignments: [...only(source), ...only(first)] });
  const { body } = await school.assign({
    user_ids: [one],
    new_users: [
      {
        email: 'tess@full.example',
        full_name: 'Tess Moor',
        mobile_number: '+3215550100',
        username: 'tess.moor',
        roles: ['STUDENT'],
        gender: 'female',
      },
    ],
    user_filter: { source_package_session_id: source, statuses: ['ACTIVE'] },
    assignments: [
      { package_session_id: first, enroll_invite_id: null, access_days: null },
      { ...inSecond, access_days: 365 },
    ],
    options: { duplicate_handling: 'RE_ENROLL', notify_learners: true, transaction_id: 'bank-5512', dry_run: false },
  });
  expect(body.summary).toEqual({ total_requested: 6, successful: 5, failed: 0, skipped: 1, re_enrolled: 1 });
  expect(
    body.results.map((row: Record<string, unknown>) => [
      row['action_taken'],
      row['enroll_invite_id_used'],
      row['message'],
    ]),
  ).toEqual([
    ['CREATED', usual.id, undefined],
    ['CREATED', usual.id, undefined],
    ['NONE', undefined, 'Already enrolled (ACTIVE)'],
    ['RE_ENROLLED', named.id, 'Re-enrolled from TERMINATED status'],
    ['CREATED', named.id, undefined],
    ['CREATED', named.id, undefined],
  ]);
  const account = await school.admin('GET', `/api/users/${body.results[1].user_id}`);
  expect(account.body).toMatchObject({ email: 'tess@full.example', username: 'tess.moor', gender: 'female' });
  const told = await school.query(sql<{ recipient_id: string; payload: { courses: { batch: string }[] } }>`
    select recipient_id, payload from outbox
    where org_id = ${school.orgId} and operation_id = ${body.operation_id} and topic = 'enrollment.created'`);
  expect(told).toHaveLength(3);
  expect(told.find((row) => row.recipient_id === one)?.payload.courses).toHaveLength(2);
  expect(told.find((row) => row.recipient_id === max)?.payload.courses).toHaveLength(1);
});

it('every call is an operation in the history, a dry run too, with its items [LA-422]', async () => {
  const [batch, ids] = [await school.batch(), await school.learners(2)];
  const calls = [
    await school.assign({ user_ids: ids, assignments: only(batch), options: { dry_run: true } }),
    await school.assign({ user_ids: ids, assignments: only(batch) }),
    await school.deassign({ user_ids: ids, package_session_ids: [batch], options: { dry_run: true } }),
    await school.deassign({ user_ids: ids, package_session_ids: [batch] }),
  ];
  const listed = async (kind: string): Promise<string[]> => {
    const { body } = await school.admin('GET', `${BULK}?operation_type=${kind}`);
    return body.map((row: { id: string }) => row.id);
  };
  const [assigned, removed] = [await listed('learner_assign'), await listed('learner_deassign')];
  const ids4 = calls.map(({ body }) => String(body.operation_id));
  expect([
    ids4.slice(0, 2).every((id) => assigned.includes(id)),
    ids4.slice(2).every((id) => removed.includes(id)),
  ]).toEqual([true, true]);
  const states = await Promise.all(ids4.map(async (id) => (await school.admin('GET', `${BULK}/${id}`)).body.status));
  expect(states).toEqual(['pending', 'completed', 'pending', 'completed']);
  const items = await school.admin('GET', `${BULK}/${ids4[1] ?? ''}/items`);
  expect(JSON.stringify(items.body)).toContain('Learner 1 → Grade 10');
});

it('a dry run can be started as it was previewed', async () => {
  const [batch, ids] = [await school.batch(), await school.learners(2)];
  const preview = await school.assign({ user_ids: ids, assignments: only(batch), options: { dry_run: true } });
  const { body } = await school.admin('GET', `${BULK}/${preview.body.operation_id}/preview`);
  const started = await school.admin('POST', `${BULK}/${preview.body.operation_id}/start`, {
    plan_hash: body.plan_hash,
  });
  expect(started.body.status).toBe('completed');
  expect(await enrollmentsIn(school, batch)).toHaveLength(2);
});

it('the general interface enrolls and removes with the same parameters, previewed first', async () => {
  const [batch, ids] = [await school.batch(), await school.learners(3)];
  const { preview, done } = await start('enrollment_bulk', { user_ids: ids, assignments: only(batch) });
  expect(preview.counts.actions).toEqual({ create: 4 });
  expect(done).toMatchObject({ operation_type: 'enrollment_bulk', status: 'completed', successful_items: 4 });
  const removal = await start('learner_deassign', {
    user_ids: ids,
    package_session_ids: [batch],
    options: { mode: 'SOFT' },
  });
  expect(removal.preview).toMatchObject({ reversible: true, counts: { actions: { remove: 3 } } });
  expect(removal.done.status).toBe('completed');
  expect(await seatsTaken(school, batch)).toBe(0);
  const foreign = await school.admin('POST', BULK, {
    operation_type: 'enroll',
    operation_name: 'Foreign',
    parameters: { institute_id: batch, user_ids: ids, assignments: only(batch) },
  });
  expect(foreign.status).toBe(403);
});

describe('undo of an assignment', () => {
  it('takes back enrollments, plans, seats, new people and default invites', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(2)];
    const before = await school.counts();
    const { body } = await school.assign({
      user_ids: ids,
      new_users: [tess('undone@school.example')],
      assignments: [{ package_session_id: batch, transaction_id: 'paid' }],
    });
    expect(await seatsTaken(school, batch)).toBe(3);
    const { done } = await rollback(body.operation_id);
    expect(done).toMatchObject({ status: 'completed', failed_items: 0 });
    expect({ ...(await school.counts()), outbox: 0 }).toEqual({ ...before, outbox: 0 });
    expect(await seatsTaken(school, batch)).toBe(0);
  });

  it('keeps a default invite and a new person that somebody uses since, and says who', async () => {
    const [batch, other, ids] = [await school.batch(), await school.batch(), await school.learners(2)];
    const first = await school.assign({
      user_ids: ids.slice(0, 1),
      new_users: [tess('kept@school.example')],
      assignments: only(batch),
    });
    const person = String(first.body.results[1].user_id);
    await school.assign({ user_ids: ids.slice(1), assignments: only(batch) });
    await school.assign({ user_ids: [person], assignments: only(other) });
    const { preview, done } = await rollback(first.body.operation_id);
    const stuck: string[] = preview.cannot.map((row: { item: { label: string } }) => row.item.label);
    expect([...new Set(stuck)].sort()).toEqual(['Free default invite: Grade 10', 'New person: Tess Moor']);
    expect(done).toMatchObject({ successful_items: 2, failed_items: 2 });
    expect((await enrollmentsIn(school, batch)).map((row) => row.student_id)).toEqual([ids[1]]);
    expect((await school.admin('GET', `/api/users/${person}`)).status).toBe(200);
    expect((await enrollmentsIn(school, other)).map((row) => row.student_id)).toEqual([person]);
  });

  it('puts an enrollment that was made anew back as it had ended', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(1)];
    await school.assign({ user_ids: ids, assignments: only(batch) });
    await school.deassign({ user_ids: ids, package_session_ids: [batch] });
    const before = await enrollmentsIn(school, batch);
    const { body } = await school.assign({
      user_ids: ids,
      assignments: only(batch),
      options: { duplicate_handling: 'RE_ENROLL' },
    });
    await rollback(body.operation_id);
    expect((await enrollmentsIn(school, batch))[0]).toMatchObject({
      status: 'cancelled',
      user_plan_id: before[0]?.user_plan_id,
      plan_status: 'cancelled',
    });
  });
});

it('the failed pairs of an operation are run again alone, with the person and the invite that they need', async () => {
  const [batch, [id = '']] = [await school.batch({ capacity: 1 }), await school.learners(1)];
  await school.assign({ user_ids: [id], assignments: only(batch) });
  const { body } = await school.assign({ new_users: [tess('again@school.example')], assignments: only(batch) });
  expect(body.results[0]).toMatchObject({ user_id: null, message: 'Batch has reached maximum capacity' });
  await school.query(sql`update batches set capacity = 2 where org_id = ${school.orgId} and id = ${batch}`);
  const retry = await school.admin('POST', `${BULK}/${body.operation_id}/retry`, {});
  expect(retry.status).toBeLessThan(300);
  const id2 = retry.body.id ?? retry.body.operation_id;
  const done = await school.admin('GET', `${BULK}/${id2}`);
  expect(done.body).toMatchObject({ status: 'completed', total_items: 2, successful_items: 2 });
  expect(await seatsTaken(school, batch)).toBe(2);
});

it('an enrollment that is removed softly reads CANCELED here and cancelled at its own address; one removed hard is terminated; both ids of a result open what they name [LA-040, LA-041, LA-419, LA-420]', async () => {
  const [batch, ids] = [await school.batch(), await school.learners(2)];
  const { body } = await school.assign({ user_ids: ids, assignments: only(batch) });
  await school.deassign({ user_ids: [ids[0]], package_session_ids: [batch] });
  await school.deassign({ user_ids: [ids[1]], package_session_ids: [batch], options: { mode: 'HARD' } });
  const again = await school.assign({ user_ids: ids, assignments: only(batch) });
  expect(again.body.results.map((row: { message: string }) => row.message)).toEqual([
    'Already enrolled (CANCELED)',
    'Already enrolled (TERMINATED)',
  ]);
  const states = await Promise.all(
    body.results.map(async (row: { mapping_id: string; user_id: string; user_plan_id: string }) => {
      const reply = await school.admin('GET', `/api/enrollments/${row.mapping_id}`);
      expect(reply.status).toBe(200);
      const plans = await school.admin('GET', `/api/users/${row.user_id}/plans`);
      expect(JSON.stringify(plans.body)).toContain(row.user_plan_id);
      return JSON.stringify(reply.body);
    }),
  );
  expect(states[0]).toMatch(/"(enrollment_)?status":"cancelled"/i);
  expect(states[0]).toMatch(/"enrollment_type":"batch"/);
  expect(states[0]).toMatch(/"enrollment_source":"bulk_assign"/);
  expect(states[1]).toMatch(/"(enrollment_)?status":"terminated"/i);
});

it('a fault of the store is a 500, and nothing is half done [LA-226]', async () => {
  const [batch, ids] = [await school.batch(), await school.learners(1)];
  const owner = new pg.Client({ connectionString: school.database.ownerUrl });
  await owner.connect();
  await owner.query('alter table user_plans rename to lost');
  const { status } = await school.assign({ user_ids: ids, assignments: only(batch) });
  await owner.query('alter table lost rename to user_plans');
  await owner.end();
  expect(status).toBe(500);
  expect(await enrollmentsIn(school, batch)).toEqual([]);
});
