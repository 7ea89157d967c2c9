/** How a file was read is kept with the operation, shown before anything runs, and agreed to by a person where it was not clear. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { query } from '../../fixtures/school.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

const AUTO = { mapping: '{"preset":"auto"}' };

async function taken(content: string, fields: Record<string, string> = AUTO) {
  const { status, body } = await api.upload('/users/import', fields, { name: 'people.csv', content });
  expect([status, body.phase], JSON.stringify(body)).toEqual([201, 'planned']);
  return body;
}

/** `[code, needs_look, columns]` of each note. */
async function notesOf({ id }: { id: string }): Promise<unknown[]> {
  const { body } = await api.call('GET', `/operations/${id}/preview`);
  return body.reading.notes.map((note: Record<string, unknown>) => [note['code'], note['needs_look'], note['columns']]);
}

const start = (operation: { id: string; plan_hash: string }, more: object = {}) =>
  api.call('POST', `/operations/${operation.id}/start`, { plan_hash: operation.plan_hash, ...more });

async function rolesOf(externalId: string): Promise<unknown> {
  const [found] = await query(
    api.school,
    sql<{ roles: string[] }>`select roles from users where external_id = ${externalId}`,
  );
  return found?.roles;
}

describe('what was not clear is agreed to before anything runs', () => {
  it('a role that the file does not say, for people who are new', async () => {
    const made = await taken('external_id,full_name\nr-1,Eva One\n');
    expect(await notesOf(made)).toEqual([['value_assumed', true, []]]);
    const refused = await start(made, { acknowledge_warnings: true });
    expect([refused.status, refused.body.code]).toEqual([409, 'reading_not_accepted']);
    expect(refused.body.errors).toMatchObject([
      { code: 'value_assumed', message: '1 row without roles: whoever of them is new becomes student.' },
    ]);
    expect(await rolesOf('r-1')).toBeUndefined();
    expect((await start(made, { accept_reading: true })).body.status).toBe('completed');
    expect(await rolesOf('r-1')).toEqual(['student']);
    const again = await taken('external_id,phone\nr-1,123\n');
    expect(await notesOf(again)).toEqual([]);
    expect((await start(again)).body.status).toBe('completed');
  });

  it('everybody in the file is said to be teachers, and nothing is left to agree to', async () => {
    const mapping = '{"preset":"auto","default_values":{"role":"teacher"}}';
    const made = await taken('external_id,full_name\nr-2,Tom Two\n', { mapping });
    expect(await notesOf(made)).toEqual([]);
    expect((await start(made)).body.status).toBe('completed');
    expect(await rolesOf('r-2')).toEqual(['teacher']);
  });

  it('some rows without a role are counted', async () => {
    const made = await taken('external_id,full_name,role\nr-3,Tom Two,\nr-4,Eva One,teacher\nr-5,Li Wen,\n');
    const { body } = await api.call('GET', `/operations/${made.id}/preview`);
    expect(body.reading.notes).toMatchObject([
      { code: 'value_assumed', message: '2 rows without roles: whoever of them is new becomes student.' },
    ]);
  });

  it('a column that is only like a name, until somebody says what it holds', async () => {
    const made = await taken('external_id,emial,Telefonnumer,full_name,role\nl-1,l1@example.org,1,Eva One,Schüler\n');
    expect(await notesOf(made)).toEqual([
      ['column_suggested', true, ['emial']],
      ['column_suggested', true, ['Telefonnumer']],
    ]);
    expect(made.mapping_config.field_mappings).not.toHaveProperty('emial');
    expect((await start(made)).body.code).toBe('reading_not_accepted');
    const said = { external_id: 'external_id', emial: 'email', full_name: 'full_name', role: 'roles' };
    const { body } = await api.call('PATCH', `/operations/${made.id}`, { mapping_config: said });
    expect(await notesOf(body)).toEqual([['column_unmapped', false, ['Telefonnumer']]]);
    expect((await start(body)).body.status).toBe('completed');
  });

  it('administration is never handed out unasked', async () => {
    const made = await taken('external_id,full_name,role\na-1,Eva One,teacher_admin\na-2,Tom Two,student\n');
    expect(await notesOf(made)).toEqual([['value_weighty', true, []]]);
    expect((await start(made)).body.code).toBe('reading_not_accepted');
    expect((await start(made, { accept_reading: true })).body.status).toBe('completed');
  });

  it('most of the columns are not used', async () => {
    const made = await taken('external_id,Foo,Bar,Baz,role\nm-1,1,2,3,student\n');
    expect(await notesOf(made)).toEqual([['column_unmapped', true, ['Foo', 'Bar', 'Baz']]]);
    const few = await taken('external_id,full_name,Foo,role,Empty\nm-2,Eva One,2,student,\n');
    expect(await notesOf(few)).toEqual([['column_unmapped', false, ['Foo']]]);
  });

  it('enrolments of a Moodle file are not taken, and that is said', async () => {
    const file = 'username,firstname,lastname,email,course1,role1,cohort1\nmu,Mo,Odle,mo@example.org,C1,student,K1\n';
    expect(await notesOf(await taken(file))).toEqual([
      ['value_assumed', true, []],
      ['columns_dropped', true, ['course1', 'role1', 'cohort1']],
    ]);
  });
});

it('what is said of the file stands in the preview, and the hash of the plan covers it', async () => {
  const made = await taken('external_id,full_name,role\n\nh-1,Eva One,student\n');
  expect(await notesOf(made)).toEqual([['blank_rows_skipped', false, []]]);
  await query(
    api.school,
    sql`update operations set reading = jsonb_set(reading, '{encoding}', '"utf-16le"') where id = ${made.id}`,
  );
  const { body } = await api.call('POST', `/operations/${made.id}/plan`);
  expect(body.plan_hash).not.toBe(made.plan_hash);
  expect((await start(made)).body.code).toBe('plan_stale');
});

it('a mapping that was saved from a file is used by itself for a file with the same columns, and that is said', async () => {
  const header = ['Nr', 'Wer', 'Was'];
  const saved = await api.call('POST', '/mappings', {
    name: 'Office list',
    source_format: 'csv',
    target_model: 'User',
    field_mappings: { Nr: 'external_id', Wer: 'full_name', Was: 'roles' },
    header,
  });
  expect(saved.status).toBe(201);
  const made = await taken('Was;Nr;Wer\nLehrer;s-1;Eva One\n');
  const { body } = await api.call('GET', `/operations/${made.id}/preview`);
  expect(body.reading).toMatchObject({
    saved_mapping: 'Office list',
    notes: [{ code: 'mapping_used', needs_look: false }],
  });
  expect((await start(made)).body.status).toBe('completed');
  expect(await rolesOf('s-1')).toEqual(['teacher']);
  const other = await taken('Was;Nr;Wer;Wo\nLehrer;s-2;Eva One;da\n');
  expect(other.mapping_config.field_mappings).toEqual({});
});

it('a dry run says the same', async () => {
  const { body } = await api.upload(
    '/users/import',
    { ...AUTO, dry_run: 'true' },
    { name: 'a.csv', content: 'external_id,full_name,Foo\nd-1,Eva One,1\n' },
  );
  expect(body.warnings).toMatchObject([
    { code: 'value_assumed' },
    { code: 'column_unmapped', field: 'Foo', message: 'The column “Foo” is not used.' },
  ]);
  expect(body.reading.columns).toContainEqual({ name: 'Foo', field: null, maybe: null, filled: 1 });
});

it('a file of a set that lists something else than people is refused by name', async () => {
  const content = 'course_id,user_id,role,section_id,status\nE411208,c1,student,S1,deleted\n';
  for (const preset of ['auto', 'canvas_users']) {
    const file = { name: 'people.csv', content };
    const { status, body } = await api.upload('/users/import', { mapping: JSON.stringify({ preset }) }, file);
    expect([status, body.errors[0].code]).toEqual([400, 'no_people']);
    expect(body.detail).toBe(
      'The file cannot be read: This is enrollments.csv of a Canvas SIS set: it says who is in which course, not who people are.',
    );
  }
  const said = { user_id: 'external_id', role: 'roles' };
  expect(
    (await api.upload('/users/import', { mapping: JSON.stringify(said) }, { name: 'a.csv', content })).status,
  ).toBe(201);
});

it('a file without column names is refused, and read where that is said', async () => {
  const file = { name: 'list.csv', content: 'h-1@school.example,Ana,Ruiz\nh-2@school.example,Bo,Salt\n' };
  const { body: refused } = await api.upload('/users/import', AUTO, file);
  expect(refused.errors[0].code).toBe('header_missing');
  const mapping = JSON.stringify({ column_1: 'email', column_2: 'given_name', column_3: 'family_name' });
  const { status, body } = await api.upload('/users/import', { mapping, has_header: 'false' }, file);
  expect([status, body.total_items]).toEqual([201, 2]);
});
