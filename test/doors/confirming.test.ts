/** What is asked once more when a plan is started, and while it runs, whatever door the operation came through. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { query, students, work } from '../fixtures/school.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { queued, read } from '../fixtures/stepwise.ts';
import { doorsOf, endedWithFailures, MASS, OPERATIONS, post, wanted } from './doors.ts';
import { aCase, idIn, refusal, schoolApi, somebody, STARTABLE, type Case, type SchoolApi } from './school-api.ts';

let api: SchoolApi;
beforeAll(async () => {
  api = await schoolApi();
});
afterAll(() => api.end());

/** From now on it is this person's operation. */
async function handTo(as: Actor, { school }: Case, id: string): Promise<void> {
  await api.asOwner(
    'update operations set created_by_account = $3, created_by_user = $4 where org_id = $1 and id = $2',
    [school.orgId, id, as.accountId, as.userId],
  );
}

const held = ({ school }: Case) => snapshot(api.database, school.orgId);
const start = (as: Actor, id: string, body: object = {}) => api.call(as, post(`${OPERATIONS}/${id}/start`, body));
const confirmMass = (as: Actor, id: string, body: object = {}) =>
  api.call(as, post(`${MASS}/${id}/confirm`, { acknowledge_warnings: true, ...body }));

const WORDS = 'The plan of your organization (solo) lets a teacher_admin act for own students only, at most 50.';
const PLAN_REQUIRED = { status: 403, code: 'plan_required', words: WORDS };

describe.each(STARTABLE.filter(([, kind]) => kind.roles.includes('teacher_admin')))('%s', (name) => {
  it('of a teacher_admin is neither planned nor started once the plan of the organization fell [MA-D90]', async () => {
    const started = await aCase(api, name);
    const { school, operation } = started;
    const admin = await somebody(api, school, 'teacher_admin', school.unitIds[0]);
    const { plan_hash } = await planOperation(school.engine, school.orgId, operation.id);
    await handTo(admin, started, operation.id);
    await api.asOwner(`update orgs set plan = 'solo' where id = $1`, [school.orgId]);
    const before = await held(started);
    expect(refusal(await start(admin, operation.id, { plan_hash }))).toEqual(PLAN_REQUIRED);
    expect(refusal(await api.call(admin, post(`${OPERATIONS}/${operation.id}/plan`)))).toEqual(PLAN_REQUIRED);
    if (name === 'assign_sequence')
      expect(refusal(await confirmMass(admin, operation.id, { plan_hash }))).toEqual(PLAN_REQUIRED);
    expect(await held(started)).toEqual(before);
  });

  it('of a teacher_admin does nothing more once the plan of the organization fell while it waited [MA-D90]', async () => {
    const started = await aCase(api, name);
    const { school, operation } = started;
    const admin = await somebody(api, school, 'teacher_admin', school.unitIds[0]);
    await queued(school, operation.id);
    await handTo(admin, started, operation.id);
    await api.asOwner(`update orgs set plan = 'solo' where id = $1`, [school.orgId]);
    const before = await held(started);
    expect(await work(school, operation.id)).toMatchObject({ successful_items: 0 });
    expect(await held(started)).toEqual(before);
    const codes = await query(
      school,
      sql<{ code: string }>`
        select distinct code from operation_items
        where org_id = ${school.orgId} and operation_id = ${operation.id} and action not in ('skip', 'error')`,
    );
    expect(codes).toEqual([{ code: 'permission_revoked' }]);
  });
});

const TYPED = STARTABLE.filter(([, kind]) => kind.guards?.typed !== undefined).map(([name]) => name);

it('these kinds alone ask for a number to be typed, and how often they are confirmed in a minute', () => {
  expect(TYPED).toEqual(['assign_sequence']);
  expect(STARTABLE.filter(([, kind]) => kind.admits !== undefined).map(([name]) => name)).toEqual(['assign_sequence']);
});

describe('the number to be typed', () => {
  const refused = (count: number) => ({ status: 400, code: 'confirm_count_mismatch', count });
  const seen = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({
    status,
    code: body['code'],
    count: body['count'],
  });

  it('is asked for what is overridden at every door, and without it nothing runs [MA-D14]', async () => {
    const started = await aCase(api, 'assign_sequence');
    const { school } = started;
    const before = await held(started);
    const words = new Set<unknown>();
    for (const door of doorsOf('assign_sequence')) {
      const id = idIn(await door.start(api, school.admin, started));
      const { plan_hash } = await read(school, id);
      for (const confirm_count of [undefined, 5, 7])
        for (const answer of [
          await start(school.admin, id, { plan_hash, confirm_count }),
          await confirmMass(school.admin, id, { plan_hash, confirm_count }),
        ]) {
          expect(seen(answer), door.name).toEqual(refused(6));
          words.add(answer.body.detail);
        }
      expect(await read(school, id), door.name).toMatchObject({ status: 'pending', phase: 'planned' });
    }
    expect([...words]).toHaveLength(1);
    expect(await held(started)).toEqual(before);
    const again = await api.call(school.admin, post(`${OPERATIONS}/${started.operation.id}/retry`));
    expect([again.status, again.body.status]).toEqual([202, 'pending']);
    const { plan_hash } = await read(school, idIn(again));
    expect((await start(school.admin, idIn(again), { plan_hash, confirm_count: 6 })).body.status).toBe('completed');
  });

  it('is asked for more than 500 people at every door, and without it nothing runs [MA-D14]', async () => {
    const started = await aCase(api, 'assign_sequence');
    const { school, params } = started;
    const student_ids = await students(api.database, school.orgId, 501);
    const large = { ...started, params: { ...params, target: { student_ids }, conflict_policy: 'skip' } };
    const before = await held(started);
    for (const door of doorsOf('assign_sequence').filter((one) => one.name !== 'a retry')) {
      const id = idIn(await door.start(api, school.admin, large));
      const { plan_hash } = await planOperation(school.engine, school.orgId, id);
      expect(seen(await start(school.admin, id, { plan_hash })), door.name).toEqual(refused(501));
      expect(seen(await confirmMass(school.admin, id, { plan_hash })), door.name).toEqual(refused(501));
    }
    expect(await held(started)).toEqual(before);
  });

  it('is asked for the undo of begun work at every door, and without it nothing is taken back [MA-D14]', async () => {
    const started = await aCase(api, 'assign_sequence');
    const { school } = started;
    const { id } = started.operation;
    await queued(school, id);
    await work(school, id);
    await api.asOwner(`update assignments set state = 'in_progress', version = version + 1 where operation_id = $1`, [
      id,
    ]);
    const before = await held(started);
    const doors = [`${OPERATIONS}/${id}/rollback`, `${MASS}/${id}/rollback`];
    for (const url of doors)
      for (const body of [{}, { confirm_count: 5 }])
        expect(seen(await api.call(school.admin, post(url, body))), url).toEqual(refused(6));
    expect(await held(started)).toEqual(before);
    const undone = await api.call(school.admin, post(`${OPERATIONS}/${id}/rollback`, { confirm_count: 6 }));
    expect([undone.status, undone.body.status]).toEqual([202, 'completed']);
  });
});

it('ten confirms a minute are one number for all doors: the eleventh is refused at each [MA-D80]', async () => {
  const started = await aCase(api, 'assign_sequence');
  const { school, params } = started;
  const { admin } = school;
  const free = (at: number) => ({
    ...params,
    target: { student_ids: [school.studentIds[at]] },
    conflict_policy: 'skip',
  });
  const planned = async (at: number) =>
    idIn(await api.call(admin, post(OPERATIONS, wanted('assign_sequence', free(at)))));
  const [first, second] = [await planned(3), await planned(4)];
  const ended = await endedWithFailures(api, school, await read(school, await planned(5)));
  for (let n = 0; n < 10; n++) {
    const id = await planned(6);
    const { plan_hash } = await read(school, id);
    const answer = n % 2 === 0 ? await start(admin, id, { plan_hash }) : await confirmMass(admin, id, { plan_hash });
    expect(answer.status, answer.text).toBe(200);
  }
  const before = await held(started);
  const hash = async (id: string) => ({ plan_hash: (await read(school, id)).plan_hash });
  for (const [door, answer] of Object.entries({
    operations: await start(admin, first, await hash(first)),
    'mass assignments': await confirmMass(admin, second, await hash(second)),
    'a retry': await api.call(admin, post(`${OPERATIONS}/${ended}/retry`)),
  })) {
    const words = 'Too many requests.';
    expect(refusal(answer), door).toEqual({ status: 429, code: 'too_many_requests', words });
    expect(answer.body.max, door).toBe(10);
  }
  expect(await held(started)).toEqual(before);
});
