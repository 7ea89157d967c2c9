/** What a plan may not do without somebody meaning it, and what rights that ended no longer let it do. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve } from '../../packages/server/src/engine/verbs/steer.ts';
import { confirm } from '../../packages/server/src/engine/verbs/confirm.ts';
import type { Engine } from '../../packages/server/src/engine/engine.ts';
import type { Kind } from '../../packages/server/src/engine/kind.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { buildApp } from '../../packages/server/src/http/app.ts';
import { editRecord } from '../../packages/server/src/kinds/records/edit-record.ts';
import { bulkApi, type BulkApi } from '../http/operations/bulk-api.ts';
import { aPerson, aUnit, query, stagedImport, students, work } from '../fixtures/school.ts';
import { applyOneChunk, queued } from '../fixtures/stepwise.ts';
import { create } from '../fixtures/create.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

/** The engine, with an edit_record that has something more to it. */
function engineWith(more: Partial<Kind>): Engine {
  const { engine } = api.school;
  const kinds = engine.kinds.map((kind) => (kind.name === editRecord.name ? { ...kind, ...more } : kind));
  return { ...engine, kinds };
}

describe('two guards that both want a number', () => {
  const engine = () =>
    engineWith({
      guards: { share: { removes: ['remove'], updates: ['create'], scope: () => sql`select 10 as count` } },
    });

  async function planned() {
    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        aUnit(api.database, api.school.orgId, `u${String(at)} ${String(Math.random())}`),
      ),
    );
    const edits = [
      ...ids.map((id) => ({ action: 'delete', id })),
      ...ids.concat(ids).map((_, at) => ({ action: 'create', values: { name: `New ${String(at)}` } })),
    ];
    const wanted = { kind: 'edit_record', name: 'Units', params: { entity: 'unit', edits } };
    const { id } = await create(engine(), api.school.admin, wanted);
    return planOperation(engine(), api.school.orgId, id);
  }

  it('are met by the number of each, or by the larger one alone', async () => {
    const given = async (confirmCount: number | Record<string, number>) => {
      const { id, plan_hash } = await planned();
      return confirm({ engine: engine(), actor: api.school.admin }, id, { planHash: plan_hash ?? '', confirmCount });
    };
    await expect(given(6)).rejects.toMatchObject({
      code: 'confirm_count_mismatch',
      detail: { code: 'updates_many', count: 12 },
    });
    await expect(given({ updates_many: 12 })).rejects.toMatchObject({ detail: { code: 'removes_many', count: 6 } });
    await expect(given({ updates_many: 12, removes_many: 6 })).resolves.toMatchObject({ status: 'completed' });
    await expect(given(12)).resolves.toMatchObject({ status: 'completed' });
  });

  it('are shown with the larger first', async () => {
    const { guards } = await planned();
    expect(guards).toMatchObject([{ code: 'updates_many' }, { code: 'removes_many' }]);
  });
});

it('a kind that needs a second person cannot be started with one, whatever the client asks [BO-498]', async () => {
  const engine = engineWith({ guards: { needsApproval: true } });
  const app = await buildApp({ ...api.context, engine });
  const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
  const edits = [{ action: 'create', values: { name: 'Guarded' } }];
  const payload = {
    operation_type: 'edit_record',
    operation_name: 'Guarded',
    requires_approval: false,
    parameters: { entity: 'unit', edits },
  };
  const made = (await app.inject({ method: 'POST', url: '/api/bulk/operations', headers, payload })).json();
  expect(made).toMatchObject({ requires_approval: true, phase: 'awaiting_approval' });
  const at = { url: `/api/bulk/operations/${made.id}`, headers };
  const lowered = await app.inject({ ...at, method: 'PATCH', payload: { requires_approval: false } });
  expect(lowered.statusCode).toBe(400);
  const start = { ...at, method: 'POST', url: `${at.url}/start`, payload: { plan_hash: made.plan_hash } } as const;
  expect((await app.inject(start)).json()).toMatchObject({ code: 'approval_required', status: 409 });
  const second = await aPerson(api.database, api.school.orgId, { name: 'Second', roles: ['subscriber_admin'] });
  await approve({ engine, actor: second }, made.id);
  expect((await app.inject(start)).json()).toMatchObject({ status: 'completed' });
  await app.close();
});

describe('rights that end between preview and run', () => {
  async function byUnitAdmin() {
    const { orgId } = api.school;
    const name = `unit ${String(Math.random())}`;
    const unitId = await aUnit(api.database, orgId, name);
    const maker = await aPerson(api.database, orgId, { name: 'Unit Admin', roles: ['teacher_admin'], unitId });
    return { name, unitId, maker };
  }

  it('people who are new are no longer brought into a unit that was lost meanwhile', async () => {
    const { name, maker } = await byUnitAdmin();
    const rows = Array.from({ length: 6 }, (_, n) => `${name} ${String(n)},New,Comer,${name}`);
    const csv = `external_id,given_name,family_name,unit\n${rows.join('\n')}\n`;
    const own = { ...api.school, admin: maker };
    const { id } = await stagedImport(own, csv);
    await queued(own, id);
    await applyOneChunk(own, id, 3);
    const other = await aUnit(api.database, api.school.orgId, `${name} other`);
    await query(api.school, sql`update users set unit_id = ${other} where id = ${maker.userId}`);
    expect(await work(own, id)).toMatchObject({ successful_items: 3, failed_items: 3 });
    const failed = await query(
      api.school,
      sql`select distinct code from operation_items where operation_id = ${id} and status = 'failed'`,
    );
    expect(failed).toEqual([{ code: 'permission_revoked' }]);
  });

  it('nobody is moved into a unit that was lost meanwhile, nor given a role that is no longer to give', async () => {
    const { orgId } = api.school;
    const maker = await aPerson(api.database, orgId, { name: 'Whole Admin', roles: ['subscriber_admin'] });
    const [unitId, other] = [
      await aUnit(api.database, orgId, `mine ${maker.accountId}`),
      await aUnit(api.database, orgId, `other ${maker.accountId}`),
    ];
    const ids = await students(api.database, orgId, 3, { unitId });
    const sets = [{ unit_id: other }, { roles: ['teacher_admin'] }, { phone: '1' }];
    const made = await Promise.all(
      sets.map((set, at) =>
        create(api.school.engine, maker, {
          kind: 'user_update',
          name: 'Update',
          params: { target: { student_ids: [ids[at]] }, set },
        }),
      ),
    );
    for (const { id } of made) await queued({ ...api.school, admin: maker }, id);
    await query(
      api.school,
      sql`update users set roles = '{teacher_admin}', unit_id = ${unitId} where id = ${maker.userId}`,
    );
    const done = [];
    for (const { id } of made) done.push(await work(api.school, id));
    expect(done.map((one) => one.successful_items)).toEqual([0, 0, 1]);
  });

  it('who has lost the right to start it cannot start it [BO-397]', async () => {
    const maker = await aPerson(api.database, api.school.orgId, { name: 'Was Admin', roles: ['subscriber_admin'] });
    const ids = await students(api.database, api.school.orgId, 1);
    const { body, status } = await api.call(
      'POST',
      '/operations',
      {
        operation_type: 'user_status',
        operation_name: 'Suspend',
        parameters: { target: { student_ids: ids }, status: 'suspended' },
      },
      maker,
    );
    expect(status).toBe(201);
    await query(api.school, sql`update users set roles = '{teacher}' where id = ${maker.userId}`);
    const started = await api.call('POST', `/operations/${body.id}/start`, { plan_hash: body.plan_hash }, maker);
    expect(started).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const again = await api.call(
      'POST',
      '/operations',
      { operation_type: 'user_status', operation_name: 'No', parameters: {} },
      maker,
    );
    expect(again.status).toBe(403);
  });
});
