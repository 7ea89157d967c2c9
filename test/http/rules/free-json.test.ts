/** What a client may write as it likes is bounded, kept without secrets and never the fault of the server. */
import { FREE_JSON, isSecretName } from '@muster/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, testApp, type Call } from '../../fixtures/http.ts';

let database: TestDatabase;
let app: App;
let admin: Call;
beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  ({ admin } = await anOrganization(app, database, 'North'));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const mapping = (more: object) => ({
  name: 'M',
  source_format: 'csv',
  target_model: 'User',
  field_mappings: {},
  ...more,
});
const operation = (more: object) => ({
  operation_type: 'edit_record',
  operation_name: 'x',
  plan: false,
  parameters: { entity: 'group', edits: [{ action: 'create', values: { name: 'G' } }] },
  ...more,
});
const template = (config: object) => ({ name: 'T', operation_type: 'user_status', template_config: config });

/** Every place for JSON of any shape, and a request that puts something there. */
const PLACES: Readonly<Record<string, (value: unknown) => readonly ['POST' | 'PATCH', string, object]>> = {
  'input_data of an operation': (v) => ['POST', '/api/bulk/operations', operation({ input_data: { a: v } })],
  'parameters of an operation': (v) => ['POST', '/api/bulk/operations', operation({ parameters: { a: v } })],
  'mapping of an operation': (v) => ['POST', '/api/bulk/operations', operation({ mapping_config: { a: v } })],
  'config of a template': (v) => ['POST', '/api/bulk/templates', template({ a: v })],
  'defaults of a mapping': (v) => ['POST', '/api/bulk/mappings', mapping({ default_values: { a: v } })],
  'parameters of a rule': (v) => [
    'POST',
    '/api/bulk/mappings',
    mapping({ transformation_rules: [{ field: 'email', rule: 'trim', params: { a: v } }] }),
  ],
  'a filter': (v) => ['POST', '/api/bulk/users/update', { filter: { a: v }, changes: {} }],
  'values of an edit': (v) => [
    'POST',
    '/api/bulk/operations',
    operation({ parameters: { entity: 'group', edits: [{ action: 'create', values: { name: v } }] } }),
  ],
  'rows to be checked': (v) => ['POST', '/api/bulk/validation', { mapping: { preset: 'auto' }, rows: [{ email: v }] }],
  'corrections of a retry': (v) => [
    'POST',
    '/api/bulk/operations/0192f0c1-0000-7000-8000-000000000000/retry',
    { corrections: { 1: { a: v } } },
  ],
  'a field that is no JSON': (v) => ['POST', '/api/groups', { name: v }],
};

it.each(Object.entries(PLACES))('%s: nested deep, it is refused, whatever the depth', async (_name, put) => {
  for (const depth of [33, 500, 5_000, 50_000]) {
    const [method, url, body] = put(null);
    const text = JSON.stringify(body).replace(/null(?!.*null)/, '['.repeat(depth) + ']'.repeat(depth));
    const reply = await app.inject({
      method,
      url,
      payload: text,
      headers: { 'content-type': 'application/json', ...(await tokenHeader()) },
    });
    expect([depth, reply.statusCode]).toEqual([depth, 400]);
  }
});

it.each(Object.entries(PLACES))('%s: what no database can keep is refused with the field', async (_name, put) => {
  for (const bad of ['\ud800', 'a\udc00b', '\u0000']) {
    const reply = await admin(...put(bad));
    expect([reply.status, reply.body.code]).toEqual([400, 'validation_failed']);
  }
});

it('more than 256 KB, or than 20,000 values, is refused where the shape is free; just below it is kept', async () => {
  const long = 'x'.repeat(FREE_JSON.bytesMax);
  const many = Array.from({ length: FREE_JSON.nodesMax }, () => ({}));
  for (const value of [long, many, 'ü'.repeat(FREE_JSON.bytesMax / 2)]) {
    expect((await admin('POST', '/api/bulk/templates', template({ a: value }))).status).toBe(400);
    expect((await admin('POST', '/api/bulk/operations', operation({ input_data: { a: value } }))).status).toBe(400);
    expect((await admin('POST', '/api/bulk/mappings', mapping({ default_values: { a: value } }))).status).toBe(400);
  }
  expect((await admin('POST', '/api/bulk/templates', template({ a: many.slice(10) }))).status).toBe(201);
  expect((await admin('POST', '/api/bulk/templates', template({ a: nested(31) }))).status).toBe(201);
});

it('two million empty objects are refused before they are built', async () => {
  const payload = `{"name":"T","operation_type":"user_status","template_config":{"a":[${'{},'.repeat(2_000_000)}{}]}}`;
  const headers = { 'content-type': 'application/json', ...(await tokenHeader()) };
  const reply = await app.inject({ method: 'POST', url: '/api/bulk/templates', payload, headers });
  expect([reply.statusCode, reply.json().errors[0].field]).toEqual([400, 'body']);
});

it('lists carry nothing of what was given freely; the one that is read does', async () => {
  const config = { a: 'y'.repeat(1_000) };
  const { body: saved } = await admin('POST', '/api/bulk/templates', template(config));
  const { body: listed } = await admin('GET', '/api/bulk/templates');
  expect(listed.find(({ id }: { id: string }) => id === saved.id).template_config).toEqual({});
  expect((await admin('GET', `/api/bulk/templates/${saved.id}`)).body.template_config).toEqual(config);
  const { body: made } = await admin('POST', '/api/bulk/operations', operation({ input_data: config }));
  const { body: operations } = await admin('GET', '/api/bulk/operations');
  expect(operations.find(({ id }: { id: string }) => id === made.id).input_data).toEqual({});
  expect((await admin('GET', `/api/bulk/operations/${made.id}`)).body.input_data).toEqual(config);
});

it('one person keeps a hundred templates and a hundred mappings, not more', async () => {
  const { admin: other } = await anOrganization(app, database, 'South');
  for (const [url, body] of [
    ['/api/bulk/templates', template({})],
    ['/api/bulk/mappings', mapping({})],
  ] as const) {
    for (let n = 0; n < 100; n++) expect((await other('POST', url, body)).status).toBe(201);
    expect(await other('POST', url, body)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  }
});

it('a key that names a secret is refused where it would be kept in clear', async () => {
  for (const key of [
    'password',
    'pwd',
    'Kennwort',
    'mot de passe',
    'contraseña',
    'senha',
    'wachtwoord',
    'parola',
    'hasło',
  ]) {
    const within = { rows: [{ account: { [key]: 'x' } }] };
    const refused = await admin('POST', '/api/bulk/templates', template(within));
    expect([key, refused.status]).toEqual([key, 400]);
    expect((await admin('POST', '/api/bulk/operations', operation({ input_data: { deep: within } }))).status).toBe(400);
  }
});

it('secrets are known by their names in the languages of schools, and nothing else is', () => {
  const secret =
    'password|Passwort|Password [Required]|ssha_password|userPassword|pwd|pass|user pass|Pass-Hash|PIN|Student PIN|Kennwort|Mot de passe|motDePasse|contraseña|CONTRASEÑA|senha|hasło|Hasło|wachtwoord|parola|Losenord|lösenord|heslo|jelszó|şifre|ŞİFRE|пароль|密码|secret|client_secret|api-key|token|mdp|pswd|initial pw';
  for (const name of secret.split('|')) expect([name, isSecretName(name)]).toEqual([name, true]);
  const open =
    'Passport|Bus pass|Pass/Fail|compass|Secretary|Secrétariat|Opinion|Spin|pinyin|email|Klasse|Passion|Passau|Reisepass|Clave|Keyword|passed';
  for (const name of open.split('|')) expect([name, isSecretName(name)]).toEqual([name, false]);
});

it('cursors that nobody made are refused by every list', async () => {
  const forged = [
    [],
    ['x'],
    ['x', 'y'],
    ['x', 'y', 'z'],
    ['\u0000', '\ud800', '1'],
    ['2026-99-99', 'x'],
    [1, 2],
    'x',
    null,
  ].map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'));
  for (const url of ['/api/users', '/api/units', '/api/courses', '/api/audit', '/api/notices', '/api/audit/export'])
    for (const cursor of [...forged, '%00', '-1', 'A'.repeat(1_999)]) {
      const reply = await admin('GET', `${url}?cursor=${cursor}`);
      expect([url, cursor, reply.status < 500 && reply.status !== 200]).toEqual([url, cursor, true]);
    }
});

it('names with characters that turn or break lines are cleaned or refused at every door', async () => {
  const doors: readonly ((name: string) => readonly ['POST' | 'PATCH', string, object])[] = [
    (name) => ['POST', '/api/users', { given_name: name, family_name: 'F', email: 'a@b.example' }],
    (name) => ['PATCH', '/api/organization', { name }],
    (name) => ['POST', '/api/bulk/operations', operation({ operation_name: name })],
    (name) => ['POST', '/api/bulk/templates', { ...template({}), name }],
    (name) => ['POST', '/api/bulk/mappings', mapping({ name })],
    (name) => ['POST', '/api/groups', { name }],
    (name) => ['POST', '/api/units', { name }],
    (name) => ['POST', '/api/courses', { title: name }],
  ];
  for (const put of doors) {
    for (const name of ['a\u202Eb', 'a\u2066b', 'a\u0007b', 'a\u0000b']) {
      const [method, url, body] = put(name);
      expect([url, (await admin(method, url, body)).status]).toEqual([url, 400]);
    }
    const [method, url, body] = put('Two\r\nBcc: lines\u200B');
    const kept = await admin(method, url, body);
    expect(JSON.stringify([url, kept.body])).not.toMatch(/\\r|\\n|\u200B/);
    expect([url, kept.status < 300]).toEqual([url, true]);
  }
});

let token: string | undefined;
async function tokenHeader(): Promise<{ authorization: string }> {
  if (token === undefined) {
    const payload = { email: 'admin@north.example', password: 'correct horse' };
    const text = await app.inject({ method: 'POST', url: '/api/login', payload });
    token = String(text.json().token);
  }
  return { authorization: `Bearer ${token}` };
}
