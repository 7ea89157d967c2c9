/** Two people decide: whoever made or changed what is approved is not one of them, and what changes is approved anew. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardsOf } from '../../packages/server/src/engine/index.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { read } from '../fixtures/stepwise.ts';
import { endedWithFailures, MASS, OPERATIONS, post, wanted } from './doors.ts';
import { aCase, idIn, schoolApi, somebody, type Answer, type Asked, type Case, type SchoolApi } from './school-api.ts';

let api: SchoolApi;
beforeAll(async () => {
  api = await schoolApi();
});
afterAll(() => api.end());

interface Deciding extends Case {
  readonly id: string;
  readonly maker: Actor;
  readonly second: Actor;
  readonly third: Actor;
}

/** An operation that its maker wants to have approved, planned, and two more admins. */
async function waiting(name: string): Promise<Deciding> {
  const started = await aCase(api, name);
  const { school, params, rows } = started;
  const maker = school.admin;
  const body = { ...wanted(name, params, rows), requires_approval: true };
  const id = idIn(await api.call(maker, post(OPERATIONS, body)));
  const second = await somebody(api, school, 'subscriber_admin');
  return { ...started, id, maker, second, third: await somebody(api, school, 'subscriber_admin') };
}

const patch = (url: string, body: object): Asked => ({ method: 'PATCH', url, body });
const of = ({ id }: Deciding) => `${OPERATIONS}/${id}`;
const approve = (as: Actor, operation: Deciding) => api.call(as, post(`${of(operation)}/approve`));
const reject = (as: Actor, operation: Deciding) => api.call(as, post(`${of(operation)}/reject`, { reason: 'No' }));
const change = (as: Actor, operation: Deciding, body: object) => api.call(as, patch(of(operation), body));

async function start(as: Actor, operation: Deciding) {
  const planned = await read(operation.school, operation.id);
  const [guard] = guardsOf(planned);
  const body = { plan_hash: planned.plan_hash, confirm_count: guard?.count, accept_reading: true };
  return api.call(as, post(`${of(operation)}/start`, body));
}

const held = ({ school }: Case) => snapshot(api.database, school.orgId);

/** What an approval rests on, changed at the addresses that change it. */
const CHANGES: Readonly<Record<string, readonly [kind: string, (as: Actor, operation: Deciding) => Promise<Answer>]>> =
  {
    parameters: [
      'user_update',
      (as, operation) =>
        change(as, operation, { parameters: { ...operation.params, versions: {}, set: { phone: '0999' } } }),
    ],
    'when it runs': ['user_update', (as, operation) => change(as, operation, { scheduled_at: '2026-12-24T08:00:00Z' })],
    'the mapping of its file': [
      'user_import',
      (as, operation) =>
        change(as, operation, { mapping_config: { external_id: 'external_id', given_name: 'family_name' } }),
    ],
    'a mass assignment': [
      'assign_sequence',
      async (as, operation) => {
        const url = `${MASS}/${operation.id}`;
        const changed = await api.call(as, patch(url, { conflict_policy: 'skip' }));
        await api.call(as, post(`${url}/validate`));
        return changed;
      },
    ],
  };

describe.each(Object.entries(CHANGES))('an approval of what rests on %s', (_what, [kind, make]) => {
  it('is void once that is changed, and nobody who made or changed it gives another', async () => {
    const operation = await waiting(kind);
    const { maker, second, third, school, id } = operation;
    expect((await approve(third, operation)).status).toBe(200);
    const before = await held(operation);
    const changed = await make(second, operation);
    expect(changed.status, changed.text).toBe(200);
    expect(await read(school, id)).toMatchObject({ phase: 'awaiting_approval', approved_by_account: null });
    for (const as of [maker, second, third])
      expect((await start(as, operation)).body).toMatchObject({ status: 409, code: 'approval_required' });
    for (const decide of [approve, reject])
      for (const as of [maker, second])
        expect((await decide(as, operation)).body).toMatchObject({ status: 403, code: 'own_approval' });
    expect(await held(operation)).toEqual(before);
    expect((await approve(third, operation)).status).toBe(200);
    const started = await start(maker, operation);
    expect([200, 202], started.text).toContain(started.status);
  });
});

it('an approval holds while only what it does not rest on is changed', async () => {
  const operation = await waiting('user_update');
  const { maker, second, third } = operation;
  await approve(third, operation);
  await change(second, operation, { operation_name: 'Called otherwise', description: 'Why', priority: 3 });
  expect((await start(maker, operation)).body).toMatchObject({ status: 'completed' });
});

it('an approval is void when planning again finds something else, whoever plans', async () => {
  const operation = await waiting('user_update');
  const { maker, second, third, school } = operation;
  await approve(third, operation);
  await api.asOwner(`update users set grade_level = '9', version = version + 1 where org_id = $1 and id = $2`, [
    school.orgId,
    school.studentIds[0],
  ]);
  expect((await api.call(second, post(`${of(operation)}/plan`))).body).toMatchObject({ phase: 'awaiting_approval' });
  expect((await start(maker, operation)).body).toMatchObject({ code: 'approval_required' });
});

it('a second person is asked for again where what was approved is retried, and who retries is not that person', async () => {
  const operation = await waiting('user_update');
  const { second, third, school, id } = operation;
  await approve(third, operation);
  await api.asOwner(`update orgs set settings = '{"guards": {"needs": "approval"}}' where id = $1`, [school.orgId]);
  await endedWithFailures(api, school, await read(school, id));
  const again = await api.call(second, post(`${OPERATIONS}/${id}/retry`));
  const retried = { ...operation, id: idIn(again) };
  expect((await read(school, retried.id)).approved_hash).toBeNull();
  expect((await approve(second, retried)).body).toMatchObject({ code: 'own_approval' });
});

it('nobody below the admins of the whole organization approves, whatever the operation is about', async () => {
  const operation = await waiting('user_update');
  for (const role of ['teacher_admin', 'teacher', 'student']) {
    const as = await somebody(api, operation.school, role, operation.school.unitIds[0]);
    for (const decide of [approve, reject]) expect([403, 404]).toContain((await decide(as, operation)).status);
  }
  expect(await read(operation.school, operation.id)).toMatchObject({ status: 'pending', approved_hash: null });
});
