import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkOperation, importPreview, validationResult } from '@muster/contract';
import { sql } from 'kysely';
import { query } from '../../fixtures/school.ts';
import { bulkApi, formOf, peopleCsv, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

const auto = { mapping: '{"preset":"auto","default_values":{"roles":"student"}}', target_model: 'User' };
const csv = (content: string) => ({ name: 'people.csv', content });

/** Rows of every table that an import could touch. */
async function rowCounts(): Promise<unknown> {
  return query(
    api.school,
    sql`
    select (select count(*) from users) as users, (select count(*) from operations) as operations, (select count(*) from staged_rows) as rows,
      (select count(*) from operation_items) as items, (select count(*) from changes) as changes, (select count(*) from audit) as audit`,
  );
}

describe('importing', () => {
  it('a file with a mapping becomes a planned operation that is started like any other [BO-171] [BO-271] [BO-280]', async () => {
    const { status, body } = await api.upload('/import/', auto, csv(peopleCsv(10)));
    expect(status).toBe(201);
    expect(bulkOperation.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      operation_type: 'user_import',
      status: 'pending',
      phase: 'planned',
      total_items: 10,
      operation_name: 'Import people: people.csv',
    });
    expect(body.input_data).toMatchObject({ file_name: 'people.csv', rows: 10 });
    const started = await api.call('POST', `/operations/${body.id}/start`, { plan_hash: body.plan_hash });
    expect(started).toMatchObject({ status: 200, body: { status: 'completed', successful_items: 10 } });
    const items = (await api.call('GET', `/operations/${body.id}/items?limit=1`)).body.items;
    expect(items[0]).toMatchObject({ item_index: 1, item_data: { email: 'person1@example.org' }, status: 'success' });
    expect(items[0].result_data.changes[0]).toMatchObject({ entity: 'user', action: 'insert' });
  });

  it('the mapping of the source works: column → field, fields by their other names, a default role [BO-281]', async () => {
    const mapping = { field_mappings: { Mail: 'email', Name: 'full_name' }, default_values: { role: 'student' } };
    const file = csv('Mail,Name\nana@school.example,Ana Ruiz\n');
    const { status, body } = await api.upload('/users/import/', { mapping: JSON.stringify(mapping) }, file);
    expect([status, body.total_items]).toEqual([201, 1]);
    const preview = (await api.call('GET', `/operations/${body.id}/preview`)).body;
    const fields = preview.items[0].changes[0].fields;
    expect(fields).toContainEqual({ field: 'roles', before: null, after: ['student'] });
    expect(fields).toContainEqual({ field: 'display_name', before: null, after: 'Ana Ruiz' });
    const flat = await api.upload('/users/import', { mapping: '{"Mail":"email","Name":"full_name"}' }, file);
    expect(flat.status).toBe(201);
  });

  it.each([
    ['file', auto, undefined, 400],
    ['mapping', { target_model: 'User' }, csv(peopleCsv(1)), 400],
    ['mapping', { ...auto, mapping_id: 'm' }, csv(peopleCsv(1)), 400],
    ['mapping', { target_model: 'User', mapping: '{' }, csv(peopleCsv(1)), 400],
    ['mapping.Nope', { target_model: 'User', mapping: '{"Nope":"email"}' }, csv(peopleCsv(1)), 400],
    ['mapping.preset', { target_model: 'User', mapping: '{"preset":"x"}' }, csv(peopleCsv(1)), 400],
    ['target_model', { mapping: auto.mapping }, csv(peopleCsv(1)), 400],
    ['target_model', { ...auto, target_model: 'Cat' }, csv(peopleCsv(1)), 400],
    ['conflict_rule', { ...auto, conflict_rule: 'mine' }, csv(peopleCsv(1)), 400],
    ['dry_run', { ...auto, dry_run: 'maybe' }, csv(peopleCsv(1)), 400],
    ['colour', { ...auto, colour: 'red' }, csv(peopleCsv(1)), 400],
    ['target_model', auto, { ...csv(peopleCsv(1)), isFirst: true }, 400],
    ['file', auto, csv(''), 400],
    ['file', auto, { name: 'a.pdf', content: '%PDF-1.7 \n' }, 415],
    ['file', auto, csv('a,"b\n1,2\n'), 400],
  ])(
    'wrong %s is named, and nothing is stored [BO-272] [BO-273] [BO-274] [BO-275] [BO-392]',
    async (field, fields: Record<string, string>, file, expected) => {
      const before = await rowCounts();
      const { status, body } = await api.upload('/import', fields, file);
      expect([status, body.errors?.map((error: { field: string }) => error.field)]).toEqual([
        expected,
        expect.arrayContaining([field]),
      ]);
      expect(await rowCounts()).toEqual(before);
    },
  );

  it('fields behind the file are refused in words that say so', async () => {
    const { body } = await api.upload('/import', auto, { ...csv(peopleCsv(1)), isFirst: true });
    expect(body.errors[0]).toMatchObject({ code: 'required', field: 'target_model' });
    expect(body.errors[0].correction).toContain('before the file');
  });

  it('a dry run answers row by row and changes no record [BO-276]', async () => {
    const before = await rowCounts();
    const file = csv(peopleCsv(3, ['ext-bad,ana(at)school,Ana,Ruiz']));
    const { status, body } = await api.upload('/import', { ...auto, dry_run: 'true' }, file);
    expect(status).toBe(200);
    expect(importPreview.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      is_valid: false,
      total_rows: 4,
      valid_rows: 3,
      invalid_rows: 1,
      counts: { error: 1 },
    });
    expect(body.rows.map((row: { row: number }) => row.row)).toEqual([1, 2, 3, 4]);
    expect(body.rows[3]).toMatchObject({ action: 'error', code: 'bad_email' });
    expect(await rowCounts()).toEqual(before);
  });

  it('a large file is planned in the background', async () => {
    const rows = Array.from({ length: 5_001 }, (_, n) => `big-${String(n)},big${String(n)}@example.org,G,F`);
    const { status, body } = await api.upload('/import', auto, csv(peopleCsv(0, rows)));
    expect([status, body]).toEqual([201, expect.objectContaining({ status: 'pending', phase: 'planning' })]);
    const cancelled = await api.call('POST', `/operations/${body.id}/cancel`, { reason: 'End of the test' });
    expect(cancelled.status).toBe(202);
  });

  it('an upload cut off halfway leaves nothing', async () => {
    const before = await rowCounts();
    const { port } = new URL(await api.app.listen({ port: 0, host: '127.0.0.1' }));
    const { payload, type } = formOf(auto, csv(peopleCsv(20_000)));
    const socket: Socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /api/bulk/import HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${await api.tokenOf(api.school.admin)}\r\n` +
        `content-type: ${type}\r\ncontent-length: ${String(payload.length)}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.write(payload.slice(0, payload.length / 2), resolve));
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.destroy();
    await expect
      .poll(() => api.database.pool.idleCount === api.database.pool.totalCount, { timeout: 5_000 })
      .toBe(true);
    expect(await rowCounts()).toEqual(before);
    const short = await api.app.inject({
      method: 'POST',
      url: '/api/bulk/import',
      payload: payload.slice(0, payload.length / 2),
      headers: { 'content-type': type, authorization: `Bearer ${await api.tokenOf(api.school.admin)}` },
    });
    expect([short.statusCode, short.json().code]).toEqual([400, 'upload_incomplete']);
    expect(await rowCounts()).toEqual(before);
  });
});

describe('failed rows', () => {
  it('are downloaded as they were with what is wrong, corrected, and run alone [BO-128] [BO-129] [BO-304]', async () => {
    const file = csv(
      peopleCsv(0, ['r-1,r1@example.org,Rea,One', 'r-2,r2(at)example,Rea,Two', 'r-3,r3(at)example,=1+1,Three']),
    );
    const { body } = await api.upload('/import', auto, file);
    const path = `/operations/${body.id}`;
    const before = await api.call('GET', `${path}/report.csv`);
    expect(before.text.trim().split('\r\n')).toHaveLength(3);
    const done = await api.call('POST', `${path}/start`, { plan_hash: body.plan_hash });
    expect(done.body).toMatchObject({ status: 'completed', successful_items: 1, failed_items: 2 });
    expect(done.body.results_summary.errors_by_code).toEqual({ bad_email: 2 });
    const failed = (await api.call('GET', `${path}/items/?status=failed`)).body;
    expect(failed.total).toBe(2);
    expect(failed.items[0]).toMatchObject({ item_index: 2, key: '2', code: 'bad_email' });
    expect(failed.items[0].error_message).toContain('r2(at)example');
    const report = await api.call('GET', `${path}/report.csv?status=failed`);
    expect(report.headers['content-type']).toContain('text/csv');
    const [header, first, second] = report.text.replace('\uFEFF', '').trim().split('\r\n');
    expect(header).toBe('external_id,email,given_name,family_name,row_number,code,message,suggestion');
    expect(first).toMatch(/^r-2,r2\(at\)example,Rea,Two,2,bad_email,.*not an e-mail address/);
    expect(second).toContain("'=1+1");

    const planned = await api.call('POST', `${path}/retry`, { item_ids: [failed.items[0].id], plan_only: true });
    expect(planned).toMatchObject({ status: 202, body: { status: 'pending', retry_of: body.id, total_items: 1 } });
    const retried = await api.call('POST', `${path}/retry/`, { corrections: { 2: { email: 'r2@example.org' } } });
    expect(retried).toMatchObject({
      status: 202,
      body: { status: 'completed', total_items: 2, successful_items: 1, failed_items: 1 },
    });
    const good = await api.upload('/import', auto, csv(peopleCsv(0, ['q-1,q1@example.org,Q,One'])));
    await api.call('POST', `/operations/${good.body.id}/start`);
    expect((await api.call('POST', `/operations/${good.body.id}/retry`)).body.code).toBe('nothing_to_retry');
  });

  it('downloads stand in the audit', async () => {
    const { body } = await api.upload('/import', auto, csv(peopleCsv(0, ['d-1,d1@example.org,D,One'])));
    await api.call('GET', `/operations/${body.id}/report.csv?status=skipped`);
    const entries = await query(
      api.school,
      sql<{ action: string }>`select action from audit where operation_id = ${body.id} order by id`,
    );
    expect(entries.map((entry) => entry.action)).toContain('download');
  });

  it('an operation without a file is reported item by item', async () => {
    const { body } = await api.call('POST', '/users/update', {
      user_ids: ['01890000-0000-7000-8000-00000000abcd'],
      changes: { status: 'inactive' },
    });
    const { text } = await api.call('GET', `/operations/${body.id}/report.csv`);
    const [header, row] = text.replace('\uFEFF', '').split('\r\n');
    expect(header).toBe('item,label,subject_id,key,action,status,code,message,correction,processed_at,taken_back_by');
    expect(row).toContain('user_not_found');
  });
});

describe('rows in the body', () => {
  it('rows of an operation are staged and planned like those of a file [BO-015]', async () => {
    const { status, body } = await api.call('POST', '/operations', {
      operation_type: 'user_import',
      operation_name: 'Inline',
      input_data: {
        rows: [
          { Mail: 'in1@example.org', Name: 'In Line' },
          { Mail: 'in(at)2', Name: 'In Two' },
        ],
      },
      mapping_config: { Mail: 'email', Name: 'full_name' },
    });
    expect([status, body.total_items, body.mapping_config.field_mappings]).toEqual([
      201,
      2,
      { Mail: 'email', Name: 'full_name' },
    ]);
    expect((await api.call('GET', `/operations/${body.id}/preview`)).body.counts.actions).toEqual({
      create: 1,
      error: 1,
    });
  });

  it('a changed mapping maps the staged rows anew [BO-016]', async () => {
    const { body } = await api.upload(
      '/users/import',
      { mapping: '{"Name":"full_name","Id":"external_id"}' },
      csv('Id,Name,Mail\nm-1,Ma Pped,ma@example.org\n'),
    );
    const changed = await api.call('PATCH', `/operations/${body.id}`, {
      mapping_config: { Name: 'full_name', Id: 'external_id', Mail: 'email' },
    });
    expect(changed.status).toBe(200);
    const { items } = (await api.call('GET', `/operations/${body.id}/preview`)).body;
    expect(items[0].changes[0].fields).toContainEqual({ field: 'email', before: null, after: 'ma@example.org' });
  });
});

describe('validation', () => {
  it('a file with two bad rows of 120 counts 118 valid, and nothing is kept [BO-169] [BO-170] [BO-298] [BO-353] [BO-354] [BO-355] [BO-356] [BO-357] [BO-359] [BO-361]', async () => {
    const before = await rowCounts();
    const lines = peopleCsv(120).split('\n');
    lines[17] = 'v-17,ana(at)school,Ana,Ruiz';
    lines[64] = 'v-64,v64(at)school,,';
    const { status, body } = await api.upload('/validation/', { mapping: auto.mapping }, csv(lines.join('\n')));
    expect(status).toBe(200);
    expect(validationResult.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({ is_valid: false, total_rows: 120, valid_rows: 118, invalid_rows: 2 });
    expect(body.errors.map((error: { row: number; code: string }) => [error.row, error.code])).toEqual([
      [17, 'bad_email'],
      [64, 'bad_email'],
    ]);
    expect(body.errors[0]).toMatchObject({ field: 'email', value: 'ana(at)school' });
    expect(body.errors[0].message).toContain('ana(at)school');
    expect(body.preview_data).toHaveLength(20);
    expect(body.preview_data[0]).toMatchObject({ given_name: 'Given1', email: 'person1@example.org' });
    expect(await rowCounts()).toEqual(before);
  });

  it('warnings do not make a file invalid [BO-358] [BO-360]', async () => {
    const file = csv('external_id,full_name,Shoe size\nw-1,Wa Rning,40\n');
    const { body } = await api.upload(
      '/validation',
      { mapping: '{"external_id":"external_id","full_name":"full_name"}' },
      file,
    );
    expect(body.is_valid).toBe(true);
    expect(body.warnings).toContainEqual(
      expect.objectContaining({ row: 0, field: 'Shoe size', code: 'column_unmapped' }),
    );
  });

  it('rows are checked by a saved mapping as well', async () => {
    const saved = await api.call('POST', '/mappings', {
      name: 'Mail',
      source_format: 'json',
      target_model: 'User',
      field_mappings: { Mail: 'email', Name: 'full_name' },
    });
    const { status, body } = await api.call('POST', '/validation', {
      mapping_id: saved.body.id,
      rows: [{ Mail: 'x@example.org', Name: 'X Y' }, { Mail: 'x' }],
    });
    expect([status, body.total_rows, body.invalid_rows]).toEqual([200, 2, 1]);
    expect((await api.call('POST', '/validation', { mapping_id: saved.body.id })).body.errors[0].field).toBe('rows');
    expect(
      (await api.call('POST', '/validation', { mapping_id: '01890000-0000-7000-8000-00000000abcd', rows: [{ a: 1 }] }))
        .status,
    ).toBe(404);
  });
});

describe('updating people', () => {
  it('the status of listed people becomes an operation of as many items [BO-283] [BO-284]', async () => {
    const listed = (
      await query(api.school, sql<{ id: string }>`select id from users where roles = '{student}' limit 2`)
    ).map((row) => row.id);
    const { status, body } = await api.call('POST', '/users/update/', {
      user_ids: listed,
      changes: { status: 'suspended' },
    });
    expect([status, body.operation_type, body.total_items]).toEqual([201, 'user_status', 2]);
    const refused = async (given: object) => (await api.call('POST', '/users/update', given)).status;
    expect(await refused({ changes: { status: 'suspended' } })).toBe(400);
    expect(await refused({ user_ids: [], changes: { status: 'suspended' } })).toBe(400);
    expect(await refused({ user_ids: listed, changes: {} })).toBe(400);
    expect(await refused({ user_ids: listed, changes: { shoes: 1 } })).toBe(400);
    expect(await refused({ user_ids: listed, filter: { role: 'student' }, changes: { status: 'active' } })).toBe(400);
    expect(await refused({ user_ids: listed, changes: { status: 'gone' } })).toBe(400);
  });
});
