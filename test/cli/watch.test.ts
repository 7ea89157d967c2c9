import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../fixtures/until.ts';
import { ADMIN, peopleCsv, servedSchool, type ServedSchool } from './served-school.ts';

let school: ServedSchool;
beforeAll(async () => {
  school = await servedSchool();
  await school.muster(['login', '--url', school.url, '--email', ADMIN.email, '--password', ADMIN.password]);
});
afterAll(() => school.close());

it('Ctrl-C leaves the operation running and says how to come back', async () => {
  const file = await school.file('many.csv', peopleCsv(6_000));
  const { terminal, outcome } = school.begin(['import', 'users', file, '--yes']);
  await until('it says how it goes', () => terminal.told.length > 0);
  terminal.interrupt();
  const { exitCode, told } = await outcome;
  expect(exitCode).toBe(130);
  const [, id = ''] = /muster operations watch (\S+)/.exec(told) ?? [];
  const watched = await school.muster(['operations', 'watch', id, '--json']);
  expect(watched).toMatchObject({ exitCode: 0, json: { operation: { status: 'completed', successful_items: 6_000 } } });
});

it('a large change asks for its number, and takes no other', async () => {
  const archive = ['status', 'archived', '--search', 'Number 1'];
  const refused = await school.muster(archive, { answers: ['y'] });
  expect(refused).toMatchObject({ exitCode: 6 });
  expect(await school.muster([...archive, '--yes'])).toMatchObject({ exitCode: 3 });
  const typed = await school.muster([...archive, '--dry-run', '--json']);
  const { count } = typed.json.preview.guards[0];
  const done = await school.muster(archive, { answers: [String(count)] });
  expect(done).toMatchObject({ exitCode: 0, output: expect.stringContaining('are done') });
});

it('a plan that was looked at is started later, watched elsewhere, and cancelled ones end with 6', async () => {
  const file = await school.file('few.csv', peopleCsv(60, '9').replaceAll(/s(\d+)/g, 'n$1'));
  const { json } = await school.muster(['import', 'users', file, '--dry-run', '--json']);
  const started = await school.muster(['operations', 'start', json.operation.id, '--yes', '--no-watch', '--json']);
  expect(started.json.operation.id).toBe(json.operation.id);
  expect(await school.muster(['operations', 'watch', json.operation.id])).toMatchObject({ exitCode: 0 });
  const second = await school.muster(['import', 'users', file, '--dry-run', '--json']);
  const { id } = second.json.operation;
  expect(await school.muster(['operations', 'cancel', id])).toMatchObject({ exitCode: 2 });
  expect(await school.muster(['operations', 'cancel', id, '--reason', 'wrong file'])).toMatchObject({ exitCode: 0 });
  expect(await school.muster(['operations', 'watch', id])).toMatchObject({
    exitCode: 6,
    output: expect.stringContaining('wrong file'),
  });
});
