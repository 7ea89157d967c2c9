import { readFile, stat, writeFile } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN, peopleCsv, servedSchool, type ServedSchool } from './served-school.ts';

let school: ServedSchool;
beforeAll(async () => {
  school = await servedSchool();
});
afterAll(() => school.close());

const badRow = 's9,not an address,Bad,Row,student,7\n';
let imported = '';

it('signs in with what is typed, keeps the token for its owner alone, and says who that is', async () => {
  const login = await school.muster(['login', '--url', school.url], { answers: [ADMIN.email, ADMIN.password] });
  expect(login).toMatchObject({ exitCode: 0 });
  expect(login.output).not.toContain(ADMIN.password);
  const whoami = await school.muster(['whoami', '--json']);
  expect(whoami.json).toMatchObject({
    url: school.url,
    roles: ['subscriber_admin'],
    organization: { name: 'Test school' },
  });
  const { json } = await school.muster(['login', '--url', school.url, '--email', ADMIN.email, '--json'], {
    env: { MUSTER_PASSWORD: ADMIN.password },
  });
  expect(json.token).toBeUndefined();
  expect((await stat(json.credentials_file)).mode & 0o777).toBe(0o600);
});

it('a wrong password is exit code 4, with what to do', async () => {
  const { exitCode, told } = await school.muster([
    'login',
    '--url',
    school.url,
    '--email',
    ADMIN.email,
    '--password',
    'wrong',
  ]);
  expect({ exitCode, told }).toMatchObject({ exitCode: 4, told: expect.stringContaining('→') });
});

it('a preview changes nothing, and tells by its exit code that a row cannot be done', async () => {
  const file = await school.file('people.csv', peopleCsv(3) + badRow);
  const preview = await school.muster(['import', 'users', file, '--dry-run']);
  expect(preview.exitCode).toBe(1);
  expect(preview.output).toContain('This will create 3; 1 cannot be done.');
  expect(preview.output).toMatch(/bad_email: 1, for example row 4/);
  const { json } = await school.muster(['operations', 'list', '--json']);
  expect(json.items).toMatchObject([{ status: 'pending', successful_items: 0 }]);
});

it('without somebody to ask nothing is sent', async () => {
  const file = await school.file('people.csv', peopleCsv(3));
  const { exitCode, told } = await school.muster(['import', 'users', file]);
  expect({ exitCode, told }).toMatchObject({ exitCode: 2, told: expect.stringContaining('--yes') });
  const { json } = await school.muster(['operations', 'list', '--json']);
  expect(json.total).toBe(1);
});

it('whoever says no leaves everything as it is', async () => {
  const file = await school.file('people.csv', peopleCsv(3));
  const { exitCode, told } = await school.muster(['import', 'users', file], { answers: ['n'] });
  expect({ exitCode, told }).toMatchObject({ exitCode: 6, told: expect.stringContaining('nothing was changed') });
});

it('an import with a bad row does the others, and says so in one document', async () => {
  const file = await school.file('people.csv', peopleCsv(3) + badRow);
  const { exitCode, json } = await school.muster(['import', 'users', file, '--yes', '--json']);
  expect(exitCode).toBe(1);
  expect(json.preview.counts.actions).toEqual({ create: 3, error: 1 });
  expect(json.operation).toMatchObject({ status: 'completed', successful_items: 3, failed_items: 1 });
  expect(json.results.errors_by_code).toEqual({ bad_email: 1 });
  imported = json.operation.id;
});

it('the report has the original columns and what is wrong', async () => {
  const shown = await school.muster(['operations', 'report', imported, '--status', 'failed']);
  expect(shown.output).toContain('s9,not an address,Bad,Row,student,7,4,bad_email');
  const path = await school.file('report.csv', '');
  await school.muster(['operations', 'report', imported, '--output', path]);
  expect(await readFile(path, 'utf8')).toBe(shown.output);
});

it('failed rows are corrected and run again', async () => {
  const corrections = await school.file('corrections.json', '{"4": {"email": "right@school.example"}}');
  const { exitCode, json } = await school.muster([
    'operations',
    'retry',
    imported,
    '--corrections',
    corrections,
    '--yes',
    '--json',
  ]);
  expect({ exitCode, operation: json.operation }).toMatchObject({
    exitCode: 0,
    operation: { retry_of: imported, successful_items: 1 },
  });
});

it('people are made inactive by name, and that is taken back', async () => {
  const { exitCode, json } = await school.muster([
    'status',
    'suspended',
    '--user',
    's1@school.example',
    's2',
    '--yes',
    '--json',
  ]);
  expect({ exitCode, operation: json.operation }).toMatchObject({ exitCode: 0, operation: { successful_items: 2 } });
  const preview = await school.muster(['operations', 'undo', json.operation.id, '--dry-run']);
  expect(preview).toMatchObject({ exitCode: 0, output: expect.stringContaining('Taken back: 2') });
  const undone = await school.muster(['operations', 'undo', json.operation.id], { answers: ['y'] });
  expect(undone).toMatchObject({ exitCode: 0, output: expect.stringContaining('2 of 2 are done') });
  const again = await school.muster(['operations', 'undo', json.operation.id, '--yes', '--json']);
  expect(again).toMatchObject({ exitCode: 3, json: { code: 'nothing_to_undo', status: 409 } });
});

it('nobody is never everybody', async () => {
  const { exitCode, told } = await school.muster(['status', 'archived', '--yes']);
  expect({ exitCode, told }).toMatchObject({ exitCode: 2, told: expect.stringContaining('Say for whom') });
});

it('what was not clear of a file is asked, and never agreed to by --yes alone', async () => {
  const file = await school.file('list.csv', 'external_id,full_name,emial\nu-1,Eva One,u1@school.example\n');
  const refused = await school.muster(['import', 'users', file, '--yes']);
  expect(refused).toMatchObject({ exitCode: 6, told: expect.stringContaining('--accept-guess') });
  expect(refused.output).toContain('Columns: 2 of 3 read (utf-8)');
  expect(refused.output).toContain('! “emial” is not read. It is spelled almost like E-mail.');
  expect(refused.output).toContain('! 1 row without roles: whoever of them is new becomes student.');
  const declined = await school.muster(['import', 'users', file], { answers: ['n'] });
  expect(declined).toMatchObject({ exitCode: 6, told: expect.stringContaining('nothing was changed') });
  const done = await school.muster(['import', 'users', file, '--role', 'teacher', '--accept-guess', '--yes', '--json']);
  expect(done).toMatchObject({ exitCode: 0, json: { operation: { status: 'completed', successful_items: 1 } } });
});

it('of a file in an unknown encoding the names are shown in each likely one, and a person chooses', async () => {
  const path = await school.file('old.csv', '');
  await writeFile(path, iconv.encode('external_id,full_name,role\nk-1,Дмитрий Кузнецов,student\n', 'windows-1251'));
  const refused = await school.muster(['import', 'users', path, '--yes']);
  expect(refused).toMatchObject({ exitCode: 3, told: expect.stringContaining('windows-1251 (Дмитрий Кузнецов)') });
  const lines = (await school.muster(['import', 'users', path], { answers: [''] })).told.split('\n');
  const number = lines.find((line) => line.includes('Дмитрий Кузнецов'))?.trim()[0] ?? '';
  const done = await school.muster(['import', 'users', path], { answers: [number, 'y'] });
  expect(done).toMatchObject({ exitCode: 0, output: expect.stringContaining('Дмитрий Кузнецов') });
});

it('a name that several people have, or nobody, is not guessed', async () => {
  const nobody = await school.muster(['status', 'suspended', '--user', 'zz', '--yes']);
  expect(nobody).toMatchObject({ exitCode: 3, told: expect.stringContaining('There is no person called zz.') });
});

it('what is wrong is told by the exit code', async () => {
  const code = async (...args: string[]) => (await school.muster(args)).exitCode;
  expect(await code('operations', 'show', '00000000-0000-7000-8000-000000000000')).toBe(3);
  expect(await code('operations', 'pause', imported)).toBe(3);
  expect(await code('operations', 'nothing')).toBe(2);
  expect(await code('operations', 'list', '--url', 'http://127.0.0.1:1')).toBe(4);
  expect(
    (await school.muster(['operations', 'list'], { env: { MUSTER_TOKEN: 'x', MUSTER_URL: 'http://127.0.0.1:1' } }))
      .exitCode,
  ).toBe(5);
  expect(await code('import', 'users', '/does/not/exist.csv', '--yes')).toBe(2);
  expect(await code('--help')).toBe(0);
});

it('signed out is signed out', async () => {
  expect(await school.muster(['logout'])).toMatchObject({ exitCode: 0 });
  expect(await school.muster(['whoami'])).toMatchObject({ exitCode: 4, told: expect.stringContaining('muster login') });
});
