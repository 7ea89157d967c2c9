import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkOperation } from '@muster/contract';
import { sql } from 'kysely';
import { aPerson, aSchool, query, students } from '../../fixtures/school.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
let ids: string[];

beforeAll(async () => {
  api = await bulkApi();
  ids = await students(api.database, api.school.orgId, 20);
});
afterAll(() => api.end());

const suspend = (student_ids: string[], more: object = {}) => ({
  operation_type: 'user_status',
  operation_name: 'Suspend',
  parameters: { target: { student_ids }, status: 'suspended' },
  ...more,
});

describe('making operations', () => {
  it('an operation is made pending, planned, with the defaults of what was left out [BO-252] [BO-255] [BO-257] [BO-258] [BO-259] [BO-260]', async () => {
    const { status, body } = await api.call('POST', '/operations/', suspend(ids.slice(0, 2)));
    expect(status).toBe(201);
    expect(bulkOperation.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      operation_id: body.id,
      operation_type: 'user_status',
      status: 'pending',
      phase: 'planned',
      description: '',
      input_data: {},
      mapping_config: {},
      requires_approval: false,
      priority: 0,
      scheduled_at: null,
      total_items: 2,
      processed_items: 0,
      progress_percentage: 0,
      results_summary: {},
      created_by_name: 'Ada Admin',
      rollback_status: 'none',
    });
    expect(body).not.toHaveProperty('started_at');
  });

  it('plan: false leaves a draft; its preview is refused until it is planned', async () => {
    const { body: draft } = await api.call('POST', '/operations', suspend(ids.slice(0, 1), { plan: false }));
    expect(draft).toMatchObject({ phase: 'draft', total_items: 0, plan_hash: null });
    expect((await api.call('GET', `/operations/${draft.id}/preview`)).body.code).toBe('not_validated');
    const planned = await api.call('POST', `/operations/${draft.id}/plan/`);
    expect(planned).toMatchObject({ status: 200, body: { phase: 'planned', total_items: 1 } });
  });

  it.each([
    ['operation_type', { operation_type: undefined }],
    ['operation_name', { operation_name: undefined }],
    ['operation_name', { operation_name: 'x'.repeat(201) }],
    ['parameters', { parameters: [] }],
    ['template_id', { template_id: 't-1' }],
    ['operation_type', { operation_type: 'user_imprt' }],
    ['colour', { colour: 'red' }],
    [
      'parameters.status',
      { parameters: { target: { student_ids: ['01890000-0000-7000-8000-000000000001'] }, status: 'gone' } },
    ],
  ])(
    'what is wrong with %s is named and nothing is stored [BO-103] [BO-253] [BO-254] [BO-386]',
    async (field, change) => {
      const before = (await api.call('GET', '/operations')).headers['x-total-count'];
      const { status, body } = await api.call('POST', '/operations', { ...suspend(ids), ...change });
      expect(status).toBe(400);
      expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
      expect((await api.call('GET', '/operations')).headers['x-total-count']).toBe(before);
    },
  );
});

describe('reading and changing operations', () => {
  it('each filter narrows the list, and the header counts all matches [BO-250] [BO-251]', async () => {
    const made = await api.call(
      'POST',
      '/operations',
      suspend(ids.slice(0, 1), { operation_name: 'Needle 100%', priority: 3 }),
    );
    const count = async (query: string) => {
      const { body, headers } = await api.call('GET', `/operations/?${query}`);
      return [body.length, headers['x-total-count']];
    };
    const all = Number((await api.call('GET', '/operations')).headers['x-total-count']);
    expect(all).toBeGreaterThan(1);
    expect(await count('search=needle%20100%25')).toEqual([1, '1']);
    expect(await count('search=needle&page=2')).toEqual([0, '1']);
    expect(await count('page_size=1')).toEqual([1, String(all)]);
    expect(await count('status=completed,failed')).toEqual([0, '0']);
    expect(await count('status=pending&search=needle')).toEqual([1, '1']);
    expect(await count('without=edit_record,learner_assign&search=needle')).toEqual([1, '1']);
    expect(await count(`without=${made.body.operation_type}&search=needle`)).toEqual([0, '0']);
    expect(await count('operation_type=user_import')).toEqual([0, '0']);
    expect(await count(`created_by=${made.body.created_by}&search=needle`)).toEqual([1, '1']);
    expect(await count('created_by=nobody')).toEqual([0, '0']);
    expect(await count('created_before=2020-01-01T00:00:00Z')).toEqual([0, '0']);
    const last = (await api.call('POST', '/operations', suspend(ids.slice(0, 1)))).body;
    const at = (time: string) => encodeURIComponent(time);
    expect(await count(`created_after=${at(made.body.created_at)}`)).toEqual([1, '1']);
    expect(await count(`created_after=${at(last.created_at)}`)).toEqual([0, '0']);
    expect(await count(`created_before=${at(last.created_at)}&search=needle`)).toEqual([1, '1']);
    expect(await count(`created_before=${at(made.body.created_at)}&search=needle`)).toEqual([0, '0']);
    await query(
      api.school,
      sql`
        insert into operations (org_id, id, kind, name, created_by_account, chunk_items)
        select ${api.school.orgId}, gen_random_uuid(), 'user_status', 'Many', ${api.school.admin.accountId}, 100
        from generate_series(1, 30)`,
    );
    expect(await count('search=many')).toEqual([25, '30']);
    expect(await count('search=many&page=2')).toEqual([5, '30']);
    expect(await count('search=many&page_size=100')).toEqual([30, '30']);
    expect((await api.call('GET', '/operations?page_size=101')).status).toBe(400);
  });

  it('a pending operation is renamed; counters cannot be changed, nor a confirmed one [BO-264] [BO-265]', async () => {
    const { body } = await api.call('POST', '/operations', suspend(ids.slice(0, 1)));
    const path = `/operations/${body.id}`;
    const renamed = await api.call('PATCH', path, { operation_name: 'New' });
    expect(renamed).toMatchObject({ status: 200, body: { operation_name: 'New' } });
    expect((await api.call('PATCH', path, { total_items: 5 })).status).toBe(400);
    expect((await api.call('PATCH', path, { requires_approval: false })).status).toBe(400);
    await api.call('POST', `${path}/cancel`, { reason: 'Not now' });
    const late = await api.call('PATCH', path, { parameters: {} });
    expect(late).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
  });

  it('changed parameters make the plan anew, so that the old preview cannot be confirmed', async () => {
    const { body } = await api.call('POST', '/operations', suspend(ids.slice(0, 1)));
    const changed = await api.call('PATCH', `/operations/${body.id}`, {
      parameters: suspend(ids.slice(0, 3)).parameters,
    });
    expect(changed.body).toMatchObject({ total_items: 3 });
    const start = await api.call('POST', `/operations/${body.id}/start`, { plan_hash: body.plan_hash });
    expect(start).toMatchObject({ status: 409, body: { code: 'plan_stale' } });
    expect(start.body.differences.length).toBeGreaterThan(0);
  });
});

describe('who is asking', () => {
  const paths = (id: string): ['GET' | 'POST' | 'PATCH', string][] => [
    ['GET', `/operations/${id}`],
    ['PATCH', `/operations/${id}`],
    ['GET', `/operations/${id}/preview`],
    ['GET', `/operations/${id}/progress`],
    ['GET', `/operations/${id}/items`],
    ['GET', `/operations/${id}/results`],
    ['GET', `/operations/${id}/stream`],
    ['GET', `/operations/${id}/report.csv`],
    ['GET', `/operations/${id}/rollback/preview`],
    ['POST', `/operations/${id}/plan`],
    ['POST', `/operations/${id}/start`],
    ['POST', `/operations/${id}/pause`],
    ['POST', `/operations/${id}/resume`],
    ['POST', `/operations/${id}/cancel`],
    ['POST', `/operations/${id}/retry`],
    ['POST', `/operations/${id}/rollback`],
    ['POST', `/operations/${id}/approve`],
    ['POST', `/operations/${id}/reject`],
    ['POST', `/operations/${id}/prioritize`],
  ];
  const others: ['GET' | 'POST', string][] = [
    ['GET', '/operations'],
    ['POST', '/operations'],
    ['GET', '/queue'],
    ['GET', '/kinds'],
    ['GET', '/mappings'],
    ['POST', '/mappings'],
    ['POST', '/import'],
    ['POST', '/users/import'],
    ['POST', '/users/update'],
    ['POST', '/validation'],
  ];
  const bodyFor = (path: string): object | undefined => {
    if (path.endsWith('cancel') || path.endsWith('reject')) return { reason: 'x' };
    return path.endsWith('prioritize')
      ? { priority: 1 }
      : path.includes('operations/') && !/\/[a-z]+$/.test(path)
        ? {}
        : undefined;
  };

  it('a student is refused everywhere, nobody is let in unsigned [BO-387] [BO-388] [BO-394]', async () => {
    const student = await aPerson(api.database, api.school.orgId, { name: 'Stu Dent', roles: ['student'] });
    const { body } = await api.call('POST', '/operations', suspend(ids.slice(0, 1)));
    for (const [method, path] of [...paths(body.id), ...others]) {
      const sent = method === 'GET' ? undefined : bodyFor(path);
      expect([method, path, (await api.call(method, path, sent, student)).status]).toEqual([method, path, 403]);
      expect([method, path, (await api.call(method, path, sent, null)).status]).toEqual([method, path, 401]);
    }
  });

  it('an unknown id and one of another organization are answered alike [BO-040] [BO-389]', async () => {
    const other = await aSchool(api.database, { name: 'Other school' });
    const { body } = await api.call('POST', '/operations', suspend(ids.slice(0, 1)));
    const unknown = '01890000-0000-7000-8000-00000000abcd';
    for (const [at, [method, path]] of paths(body.id).entries()) {
      const sent = method === 'GET' ? undefined : bodyFor(path);
      const [, unknownPath = ''] = paths(unknown)[at] ?? [];
      const foreign = await api.call(method, path, sent, other.admin);
      const missing = await api.call(method, unknownPath, sent, other.admin);
      expect([path, foreign.status, foreign.body]).toEqual([path, 404, missing.body]);
    }
    expect((await api.call('GET', '/operations/not-an-id')).status).toBe(404);
    expect((await api.call('GET', '/operations', undefined, other.admin)).body).toEqual([]);
  });

  it('a teacher sees no operation of others; an admin of a unit sees but does not steer what touches own people', async () => {
    const teacher = await aPerson(api.database, api.school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
    const { body } = await api.call('POST', '/operations', suspend(ids.slice(0, 1)));
    expect((await api.call('GET', `/operations/${body.id}`, undefined, teacher)).status).toBe(404);
    expect((await api.call('POST', `/operations/${body.id}/start`, {}, teacher)).status).toBe(404);
  });

  it('a wrong method is refused with the right ones [BO-497]', async () => {
    const { body } = await api.call('POST', '/operations', suspend(ids.slice(0, 1)));
    const { status, headers } = await api.call('GET', `/operations/${body.id}/start/`);
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });
});
