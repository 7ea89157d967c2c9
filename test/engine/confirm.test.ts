/** Nothing runs but what somebody looked at, meant, and may do. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '@muster/contract';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { newId } from '../../packages/server/src/db/ids.ts';
import { approve, cancel, reject } from '../../packages/server/src/engine/verbs/steer.ts';
import { confirm } from '../../packages/server/src/engine/verbs/confirm.ts';
import type { Operation } from '../../packages/server/src/engine/operation.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { beginScheduled } from '../../packages/server/src/engine/run/trouble.ts';
import { findActor, type Actor } from '../../packages/server/src/tenancy/actor.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPerson, aSchool, aSequence, query, students, testEngine, work, type School } from '../fixtures/school.ts';
import { read } from '../fixtures/stepwise.ts';
import { create } from '../fixtures/create.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  school = await aSchool(database);
});
afterAll(() => database.drop());

async function suspension(
  ids: readonly string[],
  more: Record<string, unknown> = {},
  actor = school.admin,
): Promise<Operation> {
  const params = { target: { student_ids: ids }, status: 'suspended' };
  const { id } = await create(school.engine, actor, { kind: 'user_status', name: 'Suspend', params, ...more });
  return planOperation(school.engine, school.orgId, id);
}

function start(
  planned: Operation,
  more: { confirmCount?: number; acknowledgeWarnings?: boolean } = {},
  actor = school.admin,
): Promise<Operation> {
  return confirm({ engine: school.engine, actor }, planned.id, { planHash: planned.plan_hash ?? '', ...more });
}

const suspended = () => query(school, sql<{ n: number }>`select count(*) as n from users where status = 'suspended'`);

describe('a plan that is no longer true', () => {
  it('is refused with the differences, and runs after planning again [MA-D45, MA-121]', async () => {
    const ids = await students(database, school.orgId, 4);
    const planned = await suspension(ids);
    await query(
      school,
      sql`update users set status = 'suspended', version = version + 1 where org_id = ${school.orgId} and id = ${ids[2]}`,
    );
    await expect(start(planned)).rejects.toMatchObject({
      code: 'plan_stale',
      status: 409,
      detail: { count: 1, differences: [{ item_no: 3, label: 'Student 3', was: 'update', now: 'skip unchanged' }] },
    });
    expect(await suspended()).toEqual([{ n: 1 }]);
    const again = await planOperation(school.engine, school.orgId, planned.id);
    expect(await start(again)).toMatchObject({ status: 'completed', successful_items: 3, skipped_items: 1 });
  });

  it('with an older hash is refused, and says what is counted otherwise now [MA-D45]', async () => {
    const ids = await students(database, school.orgId, 4);
    const planned = await suspension(ids);
    await query(
      school,
      sql`update users set status = 'suspended', version = version + 1 where org_id = ${school.orgId} and id = ${ids[2]}`,
    );
    await planOperation(school.engine, school.orgId, planned.id);
    await expect(start(planned)).rejects.toMatchObject({
      code: 'plan_stale',
      detail: { differences: expect.arrayContaining([{ item_no: 0, label: 'update', was: '4', now: '3' }]) },
    });
  });

  it('expires after 30 minutes [MA-D45]', async () => {
    let now = new Date();
    school = { ...school, engine: testEngine(database, () => now) };
    const ids = await students(database, school.orgId, 2);
    const planned = await suspension(ids);
    now = new Date(now.getTime() + LIMITS.planMinutes * 60_000 + 1);
    await expect(start(planned)).rejects.toMatchObject({
      code: 'plan_stale',
      detail: { reason: 'the preview expired' },
    });
    now = new Date(now.getTime() - 2);
    expect(await start(planned)).toMatchObject({ status: 'completed' });
  });

  it('is noticed in large plans by the rows they would change', async () => {
    const ids = await students(database, school.orgId, LIMITS.replanItemsMax + 1);
    const planned = await suspension(
      [],
      {
        params: { target: { selection: { role: 'student' } }, status: 'suspended' },
        overrideReason: 'The whole school leaves.',
      },
      await systemAdmin(),
    );
    await query(
      school,
      sql`update users set phone = '1', version = version + 1 where org_id = ${school.orgId} and id = ${ids[7]}`,
    );
    await expect(start(planned, { confirmCount: ids.length }, await systemAdmin())).rejects.toMatchObject({
      code: 'plan_stale',
      detail: { differences: [{ item_no: 8, now: 'changed' }] },
    });
  });

  it('does not differ from itself because time has passed', async () => {
    const ids = await students(database, school.orgId, 2);
    const sequence = await aSequence(database, school.orgId);
    const params = {
      target: { student_ids: ids },
      content_payload: { sequence_ids: [sequence] },
      conflict_policy: 'override',
    };
    for (let round = 0; round < 2; round++) {
      const { id } = await create(school.engine, school.admin, { kind: 'assign_sequence', name: 'Give', params });
      const planned = await planOperation(school.engine, school.orgId, id);
      expect(await start(planned, { confirmCount: 2 })).toMatchObject({ status: 'completed', successful_items: 2 });
    }
  });
});

describe('what somebody has to mean', () => {
  it('a large share of all people needs the number typed', async () => {
    const ids = await students(database, school.orgId, 10);
    const planned = await suspension(ids);
    for (const confirmCount of [undefined, 9]) {
      const attempt = start(planned, confirmCount === undefined ? {} : { confirmCount });
      await expect(attempt).rejects.toMatchObject({ code: 'confirm_count_mismatch', detail: { count: 10, of: 11 } });
    }
    expect(await suspended()).toEqual([{ n: 0 }]);
    expect(await start(planned, { confirmCount: 10 })).toMatchObject({ status: 'completed' });
  });

  it('a guard can ask for a second person instead, as the organization decides', async () => {
    await database.global
      .updateTable('orgs')
      .set({ settings: JSON.stringify({ guards: { needs: 'approval' } }) })
      .where('id', '=', school.orgId)
      .execute();
    const planned = await suspension(await students(database, school.orgId, 10));
    await expect(start(planned, { confirmCount: 10 })).rejects.toMatchObject({ code: 'approval_required' });
    await approve({ engine: school.engine, actor: await secondAdmin() }, planned.id);
    expect(await start(planned)).toMatchObject({ status: 'completed' });
  });

  it('errors block a kind whose errors block', async () => {
    const sequence = await aSequence(database, school.orgId);
    const params = { target: { student_ids: [newId()] }, content_payload: { sequence_ids: [sequence] } };
    const { id } = await create(school.engine, school.admin, { kind: 'assign_sequence', name: 'Give', params });
    const planned = await planOperation(school.engine, school.orgId, id);
    await expect(start(planned)).rejects.toMatchObject({
      code: 'validation_errors',
      status: 409,
      detail: { codes: { student_not_found: 1 } },
    });
  });

  it('warnings have to be acknowledged where the client asks', async () => {
    const ids = await students(database, school.orgId, 1);
    const sequence = await aSequence(database, school.orgId);
    const params = {
      target: { student_ids: ids },
      content_payload: { sequence_ids: [sequence] },
      conflict_policy: 'create_new',
    };
    const give = async (): Promise<Operation> => {
      const { id } = await create(school.engine, school.admin, { kind: 'assign_sequence', name: 'Give', params });
      return planOperation(school.engine, school.orgId, id);
    };
    await start(await give());
    const second = await give();
    await expect(start(second, { acknowledgeWarnings: false })).rejects.toMatchObject({
      code: 'warnings_not_acknowledged',
      detail: { count: 1 },
    });
    expect(await start(second, { acknowledgeWarnings: true })).toMatchObject({ status: 'completed' });
  });
});

describe('approval', () => {
  it('starts only after a second person approved, who is kept with the time [BO-142, BO-143]', async () => {
    const planned = await suspension(await students(database, school.orgId, 2), { requiresApproval: true });
    expect(planned.phase).toBe('awaiting_approval');
    await expect(start(planned)).rejects.toMatchObject({ code: 'approval_required', status: 409 });
    const second = await secondAdmin();
    await approve({ engine: school.engine, actor: second }, planned.id);
    const started = await start(planned);
    expect(started).toMatchObject({
      status: 'completed',
      approved_by_account: second.accountId,
      approved_by_user: second.userId,
    });
    expect(started.approved_at).toBeInstanceOf(Date);
  });

  it('nobody approves an operation of their own, and a teacher none at all [BO-144]', async () => {
    const planned = await suspension(await students(database, school.orgId, 2), { requiresApproval: true });
    await expect(approve({ engine: school.engine, actor: school.admin }, planned.id)).rejects.toMatchObject({
      code: 'own_approval',
      status: 403,
    });
    const unitAdmin = await aPerson(database, school.orgId, { name: 'Unit Admin', roles: ['teacher_admin'] });
    await expect(approve({ engine: school.engine, actor: unitAdmin }, planned.id)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is void when the plan has become another', async () => {
    const ids = await students(database, school.orgId, 2);
    const planned = await suspension(ids, { requiresApproval: true });
    await approve({ engine: school.engine, actor: await secondAdmin() }, planned.id);
    await query(
      school,
      sql`update users set status = 'suspended', version = version + 1 where org_id = ${school.orgId} and id = ${ids[0]}`,
    );
    const again = await planOperation(school.engine, school.orgId, planned.id);
    expect(again.phase).toBe('awaiting_approval');
    await expect(start(again)).rejects.toMatchObject({ code: 'approval_required' });
  });

  it('can be refused with a reason, which ends the operation [BO-145]', async () => {
    const planned = await suspension(await students(database, school.orgId, 2), { requiresApproval: true });
    const rejected = await reject({ engine: school.engine, actor: await secondAdmin() }, planned.id, 'not now');
    expect(rejected).toMatchObject({ status: 'cancelled', cancel_reason: 'not now' });
    await expect(start(planned)).rejects.toMatchObject({ code: 'invalid_state' });
  });
});

describe('how many people one operation may change', () => {
  const listed = (count: number): string[] => Array.from({ length: count }, () => newId());

  it.each([
    ['teacher', 50],
    ['teacher_admin', 1_000],
    ['subscriber_admin', 5_000],
  ])('%s: %i', async (role, limit) => {
    const actor = await aPerson(database, school.orgId, { name: 'Some Body', roles: [role] });
    const give = (count: number): Promise<Operation> =>
      create(school.engine, actor, {
        kind: 'assign_sequence',
        name: 'Give',
        params: { target: { student_ids: listed(count) }, content_payload: { sequence_ids: [newId()] } },
      });
    await expect(give(limit)).resolves.toMatchObject({ status: 'pending' });
    await expect(give(limit + 1)).rejects.toMatchObject({
      code: 'limit_exceeded',
      status: 400,
      detail: { limit, count: limit + 1 },
    });
  });

  it('holds for criteria as well', async () => {
    const teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
    await students(database, school.orgId, 51, { teacherId: teacher.userId ?? '' });
    const sequence = await aSequence(database, school.orgId);
    const params = { target: { selection: { role: 'student' } }, content_payload: { sequence_ids: [sequence] } };
    const { id } = await create(school.engine, teacher, { kind: 'assign_sequence', name: 'Give', params });
    await expect(planOperation(school.engine, school.orgId, id)).rejects.toMatchObject({
      code: 'limit_exceeded',
      detail: { count: 51 },
    });
  });

  it('a system_admin gives a reason above 5,000', async () => {
    const actor = await systemAdmin();
    const more = { params: { target: { student_ids: listed(5_001) }, status: 'inactive' } };
    const planned = suspension([], { ...more, overrideReason: 'short' }, actor);
    await expect(planned).rejects.toMatchObject({ code: 'override_reason_needed', detail: { limit: 5_000 } });
    await expect(suspension([], { ...more, overrideReason: 'A reason in words.' }, actor)).resolves.toMatchObject({
      phase: 'planned',
    });
  });
});

describe('an operation for later', () => {
  it('waits for its time, its plan settled, and then runs [BO-156]', async () => {
    const later = new Date(Date.now() + 5 * 60_000);
    const planned = await suspension(await students(database, school.orgId, 2), { scheduledAt: later });
    const waiting = await start(planned);
    expect(waiting).toMatchObject({ status: 'pending', phase: 'queued', scheduled_at: later });
    const { rows: jobs } = await database.pool.query('select run_at from graphile_worker.jobs where key = $1', [
      `operation:${planned.id}`,
    ]);
    expect(jobs).toMatchObject([
      { run_at: expect.toSatisfy((at: Date) => Math.abs(at.getTime() - later.getTime()) < 5_000) },
    ]);
    await expect(start(planned)).rejects.toMatchObject({ code: 'invalid_state' });
    await expect(planOperation(school.engine, school.orgId, planned.id)).rejects.toMatchObject({
      code: 'invalid_state',
    });
    expect(await suspended()).toEqual([{ n: 0 }]);
    await beginScheduled(school.engine, school.orgId, planned.id);
    expect(await work(school, planned.id)).toMatchObject({ status: 'completed', successful_items: 2 });
  });

  it('tells whoever started it when it has ended; what ends within the request tells nobody', async () => {
    const told = () => query(school, sql`select operation_id from outbox where topic = 'operation.ended'`);
    const ids = await students(database, school.orgId, 2);
    await start(await suspension(ids.slice(0, 1)));
    expect(await told()).toEqual([]);
    const later = await suspension(ids.slice(1), { scheduledAt: new Date(Date.now() + 60_000) });
    await start(later);
    await beginScheduled(school.engine, school.orgId, later.id);
    await work(school, later.id);
    expect(await told()).toEqual([{ operation_id: later.id }]);
  });

  it('that is cancelled does not begin', async () => {
    const planned = await suspension(await students(database, school.orgId, 2), {
      scheduledAt: new Date(Date.now() + 60_000),
    });
    await start(planned);
    await cancel({ engine: school.engine, actor: school.admin }, planned.id, 'no longer');
    await beginScheduled(school.engine, school.orgId, planned.id);
    expect(await read(school, planned.id)).toMatchObject({ status: 'cancelled', processed_items: 2 });
  });
});

it('an unknown kind and faulty parameters are refused before anything is written [BO-102 to BO-104]', async () => {
  const attempt = (kind: string, params: unknown) =>
    create(school.engine, school.admin, { kind, name: 'Wrong', params });
  await expect(attempt('make_tea', {})).rejects.toMatchObject({
    code: 'unknown_kind',
    status: 400,
    detail: { field: 'operation_type' },
  });
  await expect(attempt('assign_sequence', { target: {} })).rejects.toMatchObject({
    code: 'validation_failed',
    errors: expect.arrayContaining([
      expect.objectContaining({ field: 'parameters.content_payload', code: 'required' }),
    ]),
  });
  expect(await query(school, sql`select count(*) as n from operations`)).toEqual([{ n: 0 }]);
});

it('what has no plan cannot be confirmed by one', async () => {
  const params = { target: { student_ids: [newId()] }, status: 'suspended' };
  const draft = await create(school.engine, school.admin, { kind: 'user_status', name: 'Suspend', params });
  await expect(start(draft)).rejects.toMatchObject({ code: 'not_validated', status: 409 });
});

async function secondAdmin(): Promise<Actor> {
  return aPerson(database, school.orgId, { name: 'Second Admin', roles: ['subscriber_admin'] });
}

async function systemAdmin(): Promise<Actor> {
  const id = newId();
  await database.owner.global
    .insertInto('accounts')
    .values({ id, email: `${id}@example.org`, is_system_admin: true })
    .execute();
  const actor = await inOrg(database, school.orgId, (tx) => findActor(tx, id));
  if (actor === null) throw new Error('The system admin just made cannot sign in.');
  return actor;
}
